package apim

import "slices"

// Severity says whether a finding stops what was asked for.
type Severity string

// The severities. What has an error is not done or not shown; what has a
// warning is done, but not all of it as it was meant.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Code says what sort of thing a finding is about.
type Code string

// The codes of findings.
const (
	FoundInContent     Code = "Content"       // a content item of the site
	FoundInDescription Code = "Description"   // a part of an API description that is left out or changed
	UnknownMember      Code = "UnknownMember" // a member of a body that its kind does not have
	WithoutEffect      Code = "WithoutEffect" // a setting that is kept and that nothing acts on
	PolicyNotRun       Code = "PolicyNotRun"  // a policy that is kept and that the gateway does not run
)

// Finding is something that people should know of what they wrote or asked
// for: of content, of a description, of a policy, of a setting. The tags are its
// form in lists; a Portico-Warning header carries its code, target and message.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     Code     `json:"code,omitempty"`
	// Target is the resource id of what it is about; "" when the request says that.
	Target string `json:"target,omitempty"`
	// Path is the place inside: a JSON pointer, of a node beginning with layout or
	// page; in a text that does not parse line:column; "" for the whole.
	Path string `json:"path,omitempty"`
	// Line of a text, from 1; 0 when not known.
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"` // a sentence
}

// Failed reports whether one of the findings is an error.
func Failed(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == SeverityError })
}
