// Package export writes what guests see of a running portal to a folder, as
// files that any static host serves. What needs a server stays there: scripts
// and links of the files lead to the portal that they were made from.
//
// It is a client of the portal: it reads pages as a browser does. It imports
// address, the standard library and golang.org/x/net/html.
package export
