// Package provision gives a new service its first contents: accounts and keys,
// the first site, the products starter and unlimited, and a global policy that
// lets the portal's pages call the gateway (design.md §11).
//
// It alone decides whether a service is still untouched: [Service.Untouched].
// While it is, its first contents give way as a whole to what is brought from
// elsewhere.
//
// It imports account, apis, site/publish, store and apim.
package provision
