package policy

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// includeFragmentPolicy runs the policies of a fragment in its place.
var includeFragmentPolicy = definition{name: "include-fragment", sections: anywhere, parse: parseIncludeFragment}

// included holds the policies of a fragment, with their own places.
type included struct{ policies []placed }

func parseIncludeFragment(p *parser, el *element) Step {
	id := p.attrs(el, "fragment-id").required("fragment-id")
	p.empty(el)
	if p.compilation == nil || id == "" {
		return &included{}
	}
	fragment := NewReference(apim.PolicyFragments, apim.Name(id))
	p.read(fragment)
	way := append(slices.Clip(p.fragments), string(fragment.Name))
	switch {
	case slices.Contains(p.fragments, string(fragment.Name)):
		p.fault(el, "the policy fragment includes itself: %s.", strings.Join(way, " > "))
		return &included{}
	case p.count > maxElements:
		p.fault(el, "the policies have more than %d elements with their fragments.", maxElements)
		return &included{}
	}
	doc, err := p.env.Fragment(fragment.Name)
	if err != nil {
		p.fault(el, "the policy fragment '%s' cannot be read: %v.", id, err)
		return &included{}
	}
	inner := *p
	inner.faults, inner.fragments = &faults{src: doc.src}, way
	return &included{inner.policies(doc.root, nil)}
}

func (i *included) held() []placed { return i.policies }

func (i *included) Run(ex *Exchange) (bool, error) { return ex.run(i.policies) }

func (i *included) String() string { return "include-fragment" + bracketed(i.policies) }
