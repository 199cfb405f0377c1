package apim

import "slices"

// Severity says whether a finding prevents the request.
type Severity string

// The severities. After an error something is not done or not shown; after a
// warning it is, but perhaps not as intended.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Code is the class of a finding.
type Code string

// The codes of findings.
const (
	FoundInContent     Code = "Content"        // a content item of the site
	FoundInDescription Code = "Description"    // a part of an API description that is left out or changed
	UnknownMember      Code = "UnknownMember"  // a member of a body that its kind does not have
	WithoutEffect      Code = "WithoutEffect"  // a setting that is kept and that nothing acts on
	NotBuilt           Code = "NotBuilt"       // a setting that asks for what is not built: what it is about is refused
	BackendRefused     Code = "BackendRefused" // the address of a backend that the gateway does not call
	PolicyNotRun       Code = "PolicyNotRun"   // a policy that is kept and that the gateway does not run
)

// Finding is a remark about what somebody wrote or requested: content, a
// description, a policy, a setting. The JSON form is for lists; a Portico-Warning
// header carries code, target and message.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code,omitempty"`
	// Target is the id of the resource it is about; "" for the resource of the request.
	Target string `json:"target,omitempty"`
	// Path is the place inside the resource: a JSON pointer, which for a node begins
	// with layout or page; line:column in a text that does not parse; "" for the whole.
	Path string `json:"path,omitempty"`
	// Line of a text, from 1; 0 when not known.
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"` // a sentence
}

// Failed reports whether one of the findings is an error.
func Failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == SeverityError })
}
