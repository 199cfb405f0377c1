// Package address builds and reads every address of the portal that people or
// programs follow: pages and the parts beside them, forms, one-time links, files,
// and the addresses of older portals. Nothing else spells one. Patterns are in the
// form of [net/http.ServeMux], so that a route and the links to it have one author.
//
// It imports apim and the standard library only.
package address
