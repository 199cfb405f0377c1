// Package policy turns policy documents into chains that run.
//
// [Parse] checks the XML of one scope and makes a [Document].
// [Document.Compile] gives its policies what they need from an [Environment]
// (named values, fragments, backends, counters) and records what that was.
// [Merge] joins the scopes that apply to an operation, by their <base/>
// elements, into one [Chain]. [Chain.Run] runs a call through it. A call is an
// [Exchange], a type of this package: policies never see HTTP types, so that
// the forwarding engine can change without touching a policy (apim-rest.md Part
// 4). An [Observer] sees the outcome of each policy.
//
// A policy may contain others ([holds]), which are checked, compiled and run
// like the rest. Bodies stream past the policies unless one reads them
// ([Body]).
//
// [References] lists the resources that a document refers to.
//
// known.go lists what documents may contain. A policy that is known but not
// run, or whose values are expressions, is kept ([idle]) and fails the calls it
// applies to; so does one whose named value, fragment or backend is missing.
//
// Each policy is one file: its [definition], its parse function and its step.
// The table of all policies is in table.go.
//
// It imports apim and the standard library, without net/http.
package policy
