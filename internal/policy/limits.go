package policy

// The limits of a document.
const (
	maxBytes    = 256 << 10 // apim-rest.md §1.20
	maxDepth    = 100
	maxElements = 10_000 // also the policies of a scope with those of its fragments
	maxFaults   = 20     // that are reported
)

// maxBody is how long a body may be, in bytes, for a policy to read it. What no
// policy reads may have any length.
const maxBody = 4 << 20
