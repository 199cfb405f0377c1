// Package portal is the HTTP surface of API consumers: the pages of the
// published site and the parts beside them, sign-in, subscriptions, the
// console's keys, assets and media, and what search engines, feed readers and
// language models read (design.md §1, §5, §12).
//
// A request for a page is looked up in the page cache, which holds compressed
// bytes and precomputed header values; a miss asks the site for the page,
// renders it with the visitor's view of the catalog, and keeps it for the
// visitor's audience with what it was made from. Parts that depend on one
// person are spliced in for each request and never kept.
//
// It imports domain services, address, store and apim; no other HTTP package.
package portal
