// Package client is the one way from a command to the management API of a
// service, its own or one elsewhere: it renews its token, asks a busy service
// again, follows lists to their end, and explains a refusal.
//
// It knows nothing of how a service is found or what it stores, and imports arm
// and apim.
package client
