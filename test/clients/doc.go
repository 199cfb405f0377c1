// Package clients drives the management API with clients that others wrote, as
// people's scripts do: the Go SDK for API Management (apim-rest.md §6.1).
package clients
