package policy

import (
	"fmt"
	"strings"
)

// setBodyPolicy replaces the body of the message: the request in inbound and
// backend, the response in outbound and on-error.
var setBodyPolicy = definition{
	name: "set-body", sections: anywhere, unbuilt: []string{"template", "xsi-nil", "parse-date"}, parse: parseSetBody,
}

type setBody struct{ content []byte }

// parseSetBody reads literal content: text, or XML as written.
func parseSetBody(p *parser, el *element) Step {
	p.attrs(el)
	if len(el.children) > 0 {
		return &setBody{[]byte(strings.TrimSpace(el.inner))}
	}
	return &setBody{[]byte(el.text)}
}

func (s *setBody) Run(ex *Exchange) (bool, error) {
	ex.setBody(s.content)
	return false, nil
}

func (s *setBody) String() string { return fmt.Sprintf("set-body %q", s.content) }
