// Package transfer moves the content of a portal, content items and media,
// between services that speak the management API and folders in the format of
// site captures (portal-wire.md §6.1).
//
// It knows nothing about how a service stores its content, and imports client only.
package transfer
