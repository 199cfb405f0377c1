// Package management serves the management API over HTTP: generic create, read,
// update and delete over the kinds that package apim declares, and one visible
// table, [behaviours], of what a kind does beyond that (design.md §3).
//
// A request passes: address and query (arm), token (account), route (routes),
// authorisation (access), then one generic handler, which opens the transaction,
// checks the ETag, applies defaults and validation (apim), calls the kind's
// behaviour and stores. Errors are mapped to bodies in one place.
//
// Routes that do not belong to a kind are listed in special.go, those above roles in
// authorization.go; what a self-hosted instance cannot do is in unsupported.go
// with the reasons. The media container (package blobapi) speaks another protocol
// and passes none of this.
//
// It may import arm, apim, address, feed, store, blob, outbound, the domain services
// and blobapi below it; no other HTTP package.
package management
