// Package client is the one way from a command to the management API of a
// service, whether local or remote. It renews its token, retries while the
// service is busy, reads lists to their end, and explains refusals.
//
// It knows nothing about how a service is found or what it stores, and imports
// arm and apim.
package client
