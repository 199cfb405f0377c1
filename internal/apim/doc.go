// Package apim is the domain of an API Management service: one file a resource
// kind, with its fields in wire form, its defaults and its validation, and the
// declaration ([Kind]) from which the management API, filters, change feed,
// audit and export follow. [Kinds] lists them all.
//
// A resource is named by a [Ref], the id as it was written; stored and looked up
// by a [Key]; known to people by a [PublicID]. A [Scope] is where a role, a
// restriction or a subscription holds. Each is made and read here alone.
//
// It does no I/O and imports only the standard library.
package apim
