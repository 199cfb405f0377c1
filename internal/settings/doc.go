// Package settings holds what the operator of a service decides about it, as
// typed values with one reader each: what the portal lets people do ([Portal]),
// and the service's own settings ([Service]). They are resources in several
// shapes; this package alone knows which, and keeps the shapes equal.
//
// It imports apim and store.
package settings
