// Package settings holds what the operator of a service decides about it, as
// typed values with one reader each: what the portal lets people do ([Portal]),
// and the service's own settings ([Service]). They are stored in several
// resources; only this package knows which, and keeps the copies equal.
//
// It imports apim and store.
package settings
