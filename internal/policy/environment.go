package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Environment provides what the policies of a document need after parsing and
// before the first call. Names are compared without case.
type Environment interface {
	// NamedValue returns the value of {{name}}.
	NamedValue(name apim.Name) (NamedValue, bool)
	// Fragment returns the parsed fragment with the id, or apim.ErrNotFound.
	Fragment(id apim.Name) (*Document, error)
	// Backend returns the backend with the id.
	Backend(id apim.Name) (*apim.Backend, bool)
	Counters() Counters
}

// NamedValue is the text of a named value. The text of a secret one is never shown.
type NamedValue struct {
	Text   string
	Secret bool
}

// compilation is the state of one run of Compile.
type compilation struct {
	env   Environment
	reads []Reference
	count int // number of policies, those of fragments included
}

// read records that something in the environment was asked for.
func (c *compilation) read(r Reference) {
	if !slices.Contains(c.reads, r) {
		c.reads = append(c.reads, r)
	}
}

// filler puts named values into one policy.
type filler struct {
	*compilation
	secret bool   // whether one of them is secret
	why    string // why it failed; "" if it did not
}

func (f *filler) put(text string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	return namedValue.ReplaceAllStringFunc(text, func(braced string) string {
		name := NewReference(apim.NamedValues, apim.Name(braced[2:len(braced)-2]))
		f.read(name)
		value, ok := f.env.NamedValue(name.Name)
		if !ok {
			f.why = fmt.Sprintf("the named value '%s' does not exist or has no value", name.Name)
		}
		f.secret = f.secret || value.Secret
		return value.Text
	})
}

// element is a copy of el with named values put into the policy's own parts.
func (f *filler) element(el *element, h *holds) *element {
	filled := *el
	filled.attrs = slices.Clone(el.attrs)
	for i := range filled.attrs {
		filled.attrs[i].value = f.put(filled.attrs[i].value)
	}
	filled.text = f.put(el.text)
	if h == nil {
		filled.inner = f.source(el.inner)
	}
	filled.children = slices.Clone(el.children)
	for i, child := range filled.children {
		if below, own := h.own(child); own {
			filled.children[i] = f.element(child, below)
		}
	}
	return &filled
}

var commentOrNamedValue = regexp.MustCompile(`(?s)<!--.*?-->|` + namedValue.String())

// source puts named values into XML that is sent as written, except in comments.
func (f *filler) source(xml string) string {
	return commentOrNamedValue.ReplaceAllStringFunc(xml, func(part string) string {
		if strings.HasPrefix(part, "<!--") {
			return part
		}
		return escape(f.put(part), '"')
	})
}
