// Package operations calls every operation of the reference on a real server
// and counts which are answered as the reference says.
//
// testdata/operations.json lists them: method, path, status codes, whether
// If-Match is needed, and the class (P portal, E editor, A administration, W
// workspaces, X Azure's own). testdata/properties.json lists the writable
// properties of each resource.
package operations
