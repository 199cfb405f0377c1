// Package catalog is the read model of APIs, products and tags, and of who may
// see them: [Catalog.Visible] is the one function every surface of the portal
// asks (design.md §6).
//
// An immutable snapshot of all APIs, products, tags and their links is held in
// memory and swapped when the change feed says that something changed.
// Operations and schemas are read on first use and kept within a number of bytes.
//
// It imports store, feed, cache and apim only.
package catalog
