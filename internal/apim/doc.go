// Package apim is the domain of an API Management service: one file a resource
// kind, with its fields in wire form, its defaults and its validation, and the
// declaration ([Kind]) from which the management API, filters, change feed,
// audit and export follow. [Kinds] lists them all.
//
// It does no I/O and imports only the standard library.
package apim
