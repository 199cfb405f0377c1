// Package gateway serves calls to published APIs: it finds the API, version,
// revision and operation, checks the subscription key, and lets the call run
// through the compiled policies to its backend (design.md §12, third walk).
//
// Its configuration is a [snapshot] of the store, replaced as a whole when the
// change feed says so; a call keeps the snapshot it began with. The operations
// of an API are read when it is first called, and policies are compiled then; a
// change of a named value, fragment or backend makes those be compiled again
// that have read it ([environment]).
//
// What it decides where apim-rest.md leaves it open:
//   - Subscription keys are removed before forwarding, from header and query,
//     so that backends never see them; the portal's and admin UI's cookies too.
//   - A backend that cannot be reached is 502, one that does not answer in time
//     504, both with the body of all gateway errors.
//   - Paths are never cleaned. A path with a dot segment, in any encoding, is
//     400 before anything is matched: a backend would read it as another path
//     than the one that was authorised.
//   - Literal segments of operations are matched with case, API paths without.
//   - A version that a query or header names must exist; else 404.
//   - The reason of set-status is not sent: HTTP/2 has none.
//
// It imports policy, outbound, store, feed, address, arm, routine and apim, and net/http.
package gateway
