// Package blob stores media, published assets and original descriptions
// (design.md §4 "Blobs"). For named blobs the last writer wins. Hashed blobs
// are written once; their name is the hash of their content.
//
// [Folder] keeps them as files. It imports apim and the standard library only.
package blob
