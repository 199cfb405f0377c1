package apim

import "cmp"

// Policy is the properties of a policy document at one scope.
type Policy struct {
	Value  string `json:"value"`
	Format string `json:"format,omitempty"` // xml, rawxml; *-link on PUT
}

// Default makes the format xml.
func (p *Policy) Default() {
	p.Format = cmp.Or(p.Format, "xml")
}

// Validate checks size and format; package policy checks the document itself.
func (p *Policy) Validate(v *Violations) {
	v.Required("value", p.Value)
	if len(p.Value) > 256<<10 {
		v.Addf("value", "value must be at most 256 KiB; it has %d bytes.", len(p.Value))
	}
	v.OneOf("format", &p.Format, "xml", "rawxml")
}

const policyVerbs = CRUD &^ Patch

func newPolicy() Resource { return new(Policy) }

// The kinds of policies: one document at each scope.
var (
	ServicePolicies   = &Kind{Path: "policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	APIPolicies       = &Kind{Path: "apis/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	OperationPolicies = &Kind{Path: "apis/operations/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	ProductPolicies   = &Kind{Path: "products/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	ResolverPolicies  = &Kind{Path: "apis/resolvers/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy}
)

// PolicyFragment is a part of policy documents that they include by its name.
type PolicyFragment struct {
	Value       string `json:"value"`
	Format      string `json:"format,omitempty"` // xml, rawxml
	Description string `json:"description,omitempty"`
}

// Default makes the format xml.
func (f *PolicyFragment) Default() {
	f.Format = cmp.Or(f.Format, "xml")
}

// Validate checks size and format; package policy checks the document itself.
func (f *PolicyFragment) Validate(v *Violations) {
	p := Policy{Value: f.Value, Format: f.Format}
	p.Validate(v)
	f.Format = p.Format
	v.Length("description", f.Description, 1000)
}

// PolicyFragments is the kind of /policyFragments.
var PolicyFragments = &Kind{
	Path: "policyFragments", Verbs: policyVerbs, New: func() Resource { return new(PolicyFragment) }, Workspace: true,
	Filter: Fields{"name", "description", "value"}, Always: []Member{provisioned}, Actions: []string{"listReferences"},
}

// PolicyRestriction is a rule for the policies at a scope.
type PolicyRestriction struct {
	Scope       string `json:"scope,omitempty"` // the id of a resource; empty or the service's: all
	RequireBase string `json:"requireBase,omitempty"`
}

// At is where the restriction holds; nowhere when its scope cannot be read.
func (r *PolicyRestriction) At() Scope {
	if r.Scope == "" {
		return ServiceScope()
	}
	at, _ := ParseScope(r.Scope)
	return at
}

// Default requires nothing.
func (r *PolicyRestriction) Default() {
	r.RequireBase = cmp.Or(r.RequireBase, "false")
}

// Validate checks the flag, which is a text.
func (r *PolicyRestriction) Validate(v *Violations) {
	v.OneOf("requireBase", &r.RequireBase, "true", "false")
}

// PolicyRestrictions is the kind of /policyRestrictions.
var PolicyRestrictions = &Kind{
	Path: "policyRestrictions", Verbs: CRUD, New: func() Resource { return new(PolicyRestriction) },
}
