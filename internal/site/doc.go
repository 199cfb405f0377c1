// Package site turns content items, stored in the wire format of
// portal-wire.md §3, into what the portal serves: pages found by address,
// layouts, menus, links, styles and media (design.md §5).
//
// A [Site] is immutable. It is read from the rows of a published revision or
// from the draft; [Site.Check] is what publishing asks about it.
//
// It imports widget, catalog, store, blob (for the names of pinned files),
// address and apim. Package site/publish makes and switches revisions;
// site/style compiles stylesheets.
package site
