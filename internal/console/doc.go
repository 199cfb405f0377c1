// Package console is what the interactive console of an operation page needs on
// the server: code samples of a request in eleven languages ([Languages]).
//
// The program of a language is a template; how it writes strings is in
// literals.go. A sample is deterministic, runs as it is with the language's own tools, and
// sends exactly the [Request] it was rendered from. Everything in a request is
// untrusted: each language escapes it for its own literals.
//
// [Language.Tokens] is a sample in runs for a highlighter. A call is at most
// [MaxSample] large.
//
// It does no I/O and imports only the standard library.
package console
