// Package blobapi speaks the part of the Azure Blob service that the portal's
// editor, publisher and scripts use (portal-wire.md §3.9), over a blob store. An
// address with a signature ([Container.Address]) is all that a request needs.
//
// It imports arm, blob and apim; it knows nothing of the management API.
package blobapi
