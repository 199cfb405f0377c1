// Package reference is what pages show of one API: its operations, its schemas
// and code samples that call it. Other people's descriptions are read here; a
// page's size depends on what it shows, not on what the API holds.
//
// A [Reader] is given an API, where its parts are read from, and the words of
// the page. It returns views; the templates that show them lie here too, in
// [Templates]. Package widget declares the widgets, executes the templates and
// knows pages; nothing here does.
//
// It may import widget/messages, widget/prose, console, catalog, address and apim.
package reference
