// Package portal is the HTTP surface of API consumers: the pages of the
// published site and the parts beside them, sign-in, subscriptions, the
// console's keys, assets and media, and what search engines, feed readers and
// language models read (design.md §1, §5, §12).
//
// A request for a page is a straight way, which page.go shows from top to
// bottom: who asks, what site they are shown, which page and resources the
// address names; then the answer is taken from the cache or rendered for the
// visitor's audience, the parts of one person are put between what the audience
// shares, and it is sent. Whatever is made of a site, a page, its Markdown, a
// part beside it or a file for machines, goes through Portal.load and is kept
// under a key of sites, which owns the published site and those that
// administrators preview.
//
// Large answers (large.go) are made one at a time, of pieces that are kept by
// themselves, for as long as somebody waits for them and the service does not
// stop. Pictures are made smaller by one media.Maker, in the widths that the
// site shows.
//
// It imports domain services and what lies below them; no other surface.
package portal
