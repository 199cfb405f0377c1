package policy

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Section is a set of sections of a policy document.
type Section uint8

// The sections, in the order in which a call runs through them.
const (
	Inbound Section = 1 << iota
	Backend
	Outbound
	OnError
)

// sections lists each section with its element name.
var sections = []struct {
	section Section
	name    string
}{{Inbound, "inbound"}, {Backend, "backend"}, {Outbound, "outbound"}, {OnError, "on-error"}}

func sectionIndex(name string) int {
	for i, s := range sections {
		if s.name == name {
			return i
		}
	}
	return -1
}

// String lists the sections of a set: "inbound, outbound".
func (s Section) String() string {
	var list []string
	for _, one := range sections {
		if s&one.section != 0 {
			list = append(list, one.name)
		}
	}
	return strings.Join(list, ", ")
}

// Document holds the policies of one scope, or of a fragment, as written. It is immutable.
type Document struct {
	src   string
	root  *element
	unrun []apim.Finding
}

// Compiled holds the policies of one scope, with what they needed from their
// environment. It is immutable and shared by the chains that contain it.
type Compiled struct {
	sections [4]content // by index in sections
	reads    []Reference
}

// content is one section of a document. A missing section stands for one with
// only <base/>; a section without <base/> skips the parent's.
type content struct {
	present  bool
	policies []placed
}

// Parse checks a policy document in a format (XML or RawXML). The error is an
// *apim.InvalidError with one violation for each fault: its target is the
// element, its message as in apim-rest.md §2.5.
func Parse(value, format string) (*Document, error) {
	p, root, err := read(value, format, "policies")
	if err != nil {
		return nil, err
	}
	p.document(root)
	if err := p.err(); err != nil {
		return nil, err
	}
	return &Document{src: p.src, root: root, unrun: p.unrun}, nil
}

// Unrun lists the policies that are kept but not run.
func (d *Document) Unrun() []apim.Finding { return d.unrun }

// Compile makes the document's policies ready to run. One that cannot be,
// because a value or fragment is missing or wrong, fails the calls it applies
// to.
func (d *Document) Compile(env Environment) *Compiled {
	p := &parser{faults: &faults{src: d.src}, compilation: &compilation{env: env}, table: table()}
	return &Compiled{sections: p.document(d.root), reads: p.reads}
}

// Reads lists what was read from the environment, whether or not it exists:
// when any of it changes, the document must be compiled again.
func (c *Compiled) Reads() []Reference { return c.reads }

// read makes the element tree of a document. If roots are given, its root must
// be one of them.
func read(value, format string, roots ...string) (*parser, *element, error) {
	value = strings.TrimPrefix(value, byteOrderMark)
	p := &parser{faults: &faults{src: value}, table: table()}
	s := &scanner{faults: p.faults, raw: format == RawXML}
	root, ok := s.scan()
	if !ok {
		return nil, nil, p.err()
	}
	if len(roots) > 0 && !slices.Contains(roots, root.name) {
		p.at(root.name, root.offset, "the root element must be '%s'.", strings.Join(roots, "' or '"))
	}
	return p, root, p.err()
}
