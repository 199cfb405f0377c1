package policy

// The limits of a document.
const (
	maxBytes      = 256 << 10 // apim-rest.md §1.20
	maxDepth      = 100
	maxElements   = 10_000 // also of a scope together with its fragments
	maxAttributes = 100    // of one element
	maxFaults     = 20     // reported at most
)

// maxBody is the longest body that a policy can read, in bytes. A body that no
// policy reads may have any length.
const maxBody = 4 << 20
