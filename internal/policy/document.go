package policy

import (
	"fmt"
	"strings"
)

// Section is a set of sections of a policy document.
type Section uint8

// The sections, in the order a call meets them.
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

// Document is the checked policies of one scope. It is immutable.
type Document struct {
	sections [4]content // by index in sections
}

// content is one section of a document. A section that is not present stands
// for one that holds <base/> only; a present one without <base/> skips the parent.
type content struct {
	present bool
	items   []item
}

// item is a policy, or <base/> when step is nil.
type item struct {
	step Step
	name string
	path string // "rate-limit[1]": the policy's place within its section
}

// Parse checks a policy document in the format (XML or RawXML) and compiles
// its policies. Errors are *apim.InvalidError: one violation a fault, with the
// element as target and a message as apim-rest.md §2.5 has them.
func Parse(value, format string) (*Document, error) {
	p, root, err := read(value, format)
	if err != nil {
		return nil, err
	}
	if root.name != "policies" {
		p.at(root.name, root.offset, "the root element must be 'policies'.")
		return nil, p.err()
	}
	doc := p.document(root)
	if err := p.err(); err != nil {
		return nil, err
	}
	return doc, nil
}

// read makes the element tree of a document.
func read(value, format string) (*parser, *element, error) {
	value = strings.TrimPrefix(value, byteOrderMark)
	p := &parser{faults: &faults{src: value}, table: table()}
	s := &scanner{faults: p.faults, raw: format == RawXML}
	root, ok := s.scan()
	if !ok {
		return nil, nil, p.err()
	}
	return p, root, nil
}

// String lists the document's policies, a line each.
func (d *Document) String() string {
	var b strings.Builder
	for i, c := range d.sections {
		if !c.present {
			continue
		}
		fmt.Fprintf(&b, "%s\n", sections[i].name)
		for _, it := range c.items {
			if it.step == nil {
				b.WriteString("  base\n")
			} else {
				fmt.Fprintf(&b, "  %s\n", it.step)
			}
		}
	}
	return b.String()
}
