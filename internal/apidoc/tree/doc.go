// Package tree reads JSON and YAML documents as one kind of tree that keeps the
// order of members, the text of each value and its place in the document.
//
// A [Document] is JSON text, checked once; a [Node] is a range of that text, so
// a tree costs nothing beside the text, raw values need no copy, and a place is
// found only when something is wrong with it. YAML is translated to JSON text
// first, with the line of each value noted beside.
//
// It exists because API descriptions are stored in pieces of their own text: a
// model of a whole document (as libraries build it) costs 30 to 60 times the
// text, and still has to be written out again piece by piece.
//
// Everything read is untrusted: size, depth, aliases and what they expand to
// are limited ([Limits]). It imports apim for its errors, and a YAML parser.
package tree
