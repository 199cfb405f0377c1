// Package blob stores media, published assets and original descriptions
// (design.md §4 "Blobs"). Named blobs are last-writer-wins; hashed ones are
// write-once, their name is their content's hash.
//
// [Folder] keeps them as files. It imports apim and the standard library only.
package blob
