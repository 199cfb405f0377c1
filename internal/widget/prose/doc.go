// Package prose turns other people's descriptions, Markdown or HTML, into safe
// HTML and into plain text.
//
// It imports no other package of ours.
package prose
