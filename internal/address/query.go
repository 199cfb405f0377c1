package address

import "net/url"

// Names in queries, written by one part of the program and read by another.
const (
	QueryText     = "q"
	QueryPreview  = "preview"  // the site that an administrator wants to look at, or PreviewOff
	QueryDone     = "done"     // what a form has done
	QueryWidth    = "w"        // of a picture, in pixels
	QueryPointer  = "at"       // the JSON pointer of a part of a schema
	QueryOwner    = "of"       // whose schema it is: OwnerOperation, or an API's
	QueryGroup    = "group"    // of operations, by the id of a tag
	QueryTag      = "tag"      // of APIs
	QueryPage     = "page"     // of a list, from 1
	QueryRange    = "range"    // of a report's time
	QueryFragment = "fragment" // a part of the page only
)

// Values of names in queries.
const (
	PreviewOff     = "off"
	OwnerOperation = "operation"
)

// ask adds a query parameter to an address.
func ask(path, name, value string) string { return path + "?" + name + "=" + url.QueryEscape(value) }
