package policy

import (
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Contents are what others want to know of a document without running it.
type Contents struct {
	BaseURLs            []string // of backends, as far as they are written out
	CountsSubscriptions bool     // whether a policy counts the calls of a subscription
	Fragments           []apim.Name
}

// ContentsOf reads what a policy document or fragment holds. The error is an
// *apim.InvalidError.
func ContentsOf(value, format string) (Contents, error) {
	_, root, err := read(value, format)
	if err != nil {
		return Contents{}, err
	}
	var c Contents
	c.add(root)
	return c, nil
}

func (c *Contents) add(el *element) {
	switch el.name {
	case rateLimitPolicy.name, "quota":
		c.CountsSubscriptions = true
	case includeFragmentPolicy.name:
		for _, a := range el.attrs {
			if a.name == "fragment-id" {
				c.Fragments = append(c.Fragments, apim.Name(strings.TrimSpace(a.value)))
			}
		}
	case setBackendServicePolicy.name:
		for _, a := range el.attrs {
			if a.name == "base-url" && !strings.Contains(a.value, "{{") && !holdsExpression(a.value) {
				c.BaseURLs = append(c.BaseURLs, a.value)
			}
		}
	}
	for _, child := range el.children {
		c.add(child)
	}
}
