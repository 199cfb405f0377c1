// Package widget renders pages: it turns a layout and a page, both document
// trees in the stored wire format (portal-wire.md §3.3), into HTML.
//
// Compile makes a Page of static bytes and slots; Page.Render asks each slot's
// widget for its data through the Data interface and executes its template.
// The registry is one visible table; a widget is one Go file and one template.
// Beside pages, the parts of a page that islands fetch are rendered here too:
// OperationGroup and SampleFragment.
//
// What pages show of one API, operations, schemas and samples, is read in
// widget/reference, which knows no pages; widget/messages holds the words of the
// interface and widget/prose makes descriptions safe. None of
// them imports this package.
//
// It knows no HTTP and no storage. It may import catalog, search, console and media,
// and below them address and apim.
package widget
