// Package gate stands before the parsers: it refuses text that would cost one of
// them more than it is worth, since most of them recurse as deep as a text is
// nested, keep hundreds of bytes for each byte, or look at some texts again and
// again. A gate reads the text once, from front to back, without recursion and
// with little memory, and counts what the parser behind it would do.
//
// All limits stand in limits.go. What is refused is a [*Refused], with the line
// and the limit. Limits of JSON and YAML belong to apidoc/tree and arm.
// It imports the standard library only.
package gate
