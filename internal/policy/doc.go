// Package policy turns policy documents into chains that run.
//
// [Parse] checks the XML of one scope and makes a [Document]; [Compile] merges
// the documents of the scopes that hold for one operation, by their <base/>
// elements, into one flat [Chain]; [Chain.Run] lets a call pass through it. A
// call is an [Exchange] of this package's own: policies never see HTTP types,
// so that the forwarding engine can change without touching a policy
// (apim-rest.md Part 4).
//
// What documents may hold is in known.go. A policy that is known but not run, or
// whose values are expressions or named values, is kept ([idle]) and fails the
// calls it applies to.
//
// Each policy is one file: its [definition], its parse function and its step.
// The table of them all is in table.go.
//
// It imports apim and the standard library, without net/http.
package policy
