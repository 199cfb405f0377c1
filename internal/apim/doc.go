// Package apim is the domain of an API Management service: one file for each
// resource kind, with its fields in wire form, its defaults and its validation, and the
// declaration ([Kind]) from which the management API, filters, change feed,
// audit and export follow. [Kinds] lists them all.
//
// A resource is named by a [Ref], its id as written; it is stored and looked up by
// a [Key], and people know it by a [PublicID]. A [Scope] is where a role, a
// restriction or a subscription applies. All of these are made and read only here.
//
// It does no I/O and imports only the standard library.
package apim
