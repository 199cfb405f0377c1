// Package apis is the write side of APIs and products: create, replace, import,
// copy, revise, release, delete, link. The management API, imports and the demo
// all call the functions here, so that every rule has one author (apim-rest.md
// §1.12, §2.6, §3.1, §3.2).
//
// A write of an API has two halves. [Service.Read] does what is slow and
// changes nothing but blobs named by their content: it fetches a linked
// description, parses it and keeps the original. [Locate] and [Put] do the rest
// in the caller's transaction; [Service.Write] does all of it. No two APIs have
// the same address on the gateway ([apim.API.GatewayAddress]).
//
// It imports apim, arm, store, blob, outbound and apidoc.
package apis
