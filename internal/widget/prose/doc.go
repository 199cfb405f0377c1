// Package prose turns other people's descriptions, Markdown or HTML, into safe
// HTML and into plain text.
//
// It imports markdown, and gate for what a page may hold.
package prose
