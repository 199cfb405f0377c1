// Package policy turns policy documents into chains that run.
//
// [Parse] checks the XML of one scope and makes a [Document]; [Document.Compile]
// gives its policies what they need of an [Environment] (named values, fragments,
// backends, counters) and notes what that was; [Merge] joins the scopes that hold
// for one operation, by their <base/> elements, into one [Chain]; [Chain.Run] lets
// a call pass through it. A call is an [Exchange] of this package's own: policies
// never see HTTP types, so that the forwarding engine can change without touching
// a policy (apim-rest.md Part 4). An [Observer] sees what became of the call at
// each policy.
//
// A policy may hold others ([holds]), which are checked, compiled and run like
// all. Bodies flow past the policies unless one reads them ([Body]).
//
// [References] says which resources a document names.
//
// What documents may hold is in known.go. A policy that is known but not run, or
// whose values are expressions, is kept ([idle]) and fails the calls it applies to;
// so does one whose named value, fragment or backend is missing.
//
// Each policy is one file: its [definition], its parse function and its step.
// The table of them all is in table.go.
//
// It imports apim and the standard library, without net/http.
package policy
