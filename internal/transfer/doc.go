// Package transfer moves the content of a portal: content items and media, from
// and to any service that speaks the management API, and a folder in the format
// of site captures (portal-wire.md §6.1).
//
// It knows nothing of how a service stores what it holds, and imports client only.
package transfer
