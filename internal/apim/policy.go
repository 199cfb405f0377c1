package apim

// Policy is the properties of a policy document at one scope.
type Policy struct {
	Value  string `json:"value"`
	Format string `json:"format,omitempty"` // xml, rawxml; *-link on PUT
}

// Default makes the format xml.
func (p *Policy) Default() {
	if p.Format == "" {
		p.Format = "xml"
	}
}

// Validate checks size and format; package policy checks the document itself.
func (p *Policy) Validate(v *Violations) {
	v.Required("value", p.Value)
	if len(p.Value) > 256<<10 {
		v.Addf("value", "value must be at most 256 KiB; it has %d bytes.", len(p.Value))
	}
	v.OneOf("format", p.Format, "xml", "rawxml")
}
