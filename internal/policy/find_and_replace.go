package policy

import (
	"bytes"
	"fmt"
)

// findAndReplacePolicy replaces a text in the body of the message: the request
// in inbound and backend, the response in outbound and on-error.
var findAndReplacePolicy = definition{name: "find-and-replace", sections: anywhere, parse: parseFindAndReplace}

type findAndReplace struct{ from, to []byte }

func parseFindAndReplace(p *parser, el *element) Step {
	a := p.attrs(el, "from", "to")
	p.empty(el)
	if !a.has("to") {
		p.fault(el, "the attribute 'to' is required.")
	}
	return &findAndReplace{[]byte(a.required("from")), []byte(a.text("to", ""))}
}

func (f *findAndReplace) Run(ex *Exchange) (bool, error) {
	content, err := ex.readBody()
	found := bytes.Count(content, f.from)
	if err != nil || found == 0 {
		return false, err
	}
	if size := len(content) + found*(len(f.to)-len(f.from)); size > maxBody {
		return false, fmt.Errorf("replace %d times, which makes %d bytes of %d: %w", found, size, len(content), errBodyTooLong)
	}
	ex.setBody(bytes.ReplaceAll(content, f.from, f.to))
	return false, nil
}

func (f *findAndReplace) String() string { return fmt.Sprintf("find-and-replace %q %q", f.from, f.to) }
