package policy

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// holds says which policies a policy may contain; nil: none.
type holds struct {
	inside []string // the child elements that contain them; none: the policy itself
	only   []string // the policies that are allowed; none: those of the section
}

// own reports whether a child belongs to the policy itself rather than being a
// contained policy, and how its own children are to be seen.
func (h *holds) own(child *element) (below *holds, own bool) {
	if h == nil {
		return nil, true
	}
	return new(holds), slices.Contains(h.inside, child.name)
}

// values are the attributes and texts of the policy itself.
func (h *holds) values(el *element) []string {
	list := []string{el.text}
	for _, a := range el.attrs {
		list = append(list, a.value)
	}
	for _, child := range el.children {
		if below, own := h.own(child); own {
			list = append(list, below.values(child)...)
		}
	}
	return list
}

// block reads the policies that a policy contains: one list for each element with some.
func (p *parser) block(el *element, h *holds) [][]placed {
	if len(h.inside) == 0 {
		return [][]placed{p.policies(el, h.only)}
	}
	var lists [][]placed
	counts := map[string]int{}
	for _, child := range el.children {
		if !slices.Contains(h.inside, child.name) {
			p.fault(child, "the element is not allowed inside '%s'.", el.name)
			continue
		}
		counts[child.name]++
		lists = append(lists, p.below(child.name, counts[child.name]).policies(child, h.only))
	}
	return lists
}

// below is the parser for the content of the nth element of a name.
func (p *parser) below(name string, n int) *parser {
	inner := *p
	inner.base = false
	if inner.path != "" {
		inner.path += "/"
	}
	inner.path += name + "[" + strconv.Itoa(n) + "]"
	return &inner
}

// holder is a step that contains policies.
type holder interface{ held() []placed }

// placed is a policy with its place in the document.
type placed struct {
	step   Step   // nil for <base/>
	name   string // of its element
	path   string // within its section: "return-response[1]/set-header[2]"
	secret bool   // whether it contains a secret named value
}

// String is the policy on one line, without secrets.
func (e *placed) String() string {
	switch {
	case e.step == nil:
		return "base"
	case e.secret:
		return e.name + " (its values are secret)"
	}
	return e.step.String()
}

// run runs one policy.
func (e *placed) run(ex *Exchange) (stop bool, failure *Error) {
	ex.path = e.path
	stop, err := e.step.Run(ex)
	if err != nil {
		failure = e.wrap(ex, err)
	}
	if ex.Observer != nil {
		ex.Observer.Ran(ex, Outcome{Scope: ex.scope, Section: ex.section, Path: e.path, Policy: e.name, Stop: stop, Err: failure})
	}
	return stop, failure
}

// wrap says where a policy failed. The policies around it leave that unchanged.
func (e *placed) wrap(ex *Exchange, err error) *Error {
	var failure *Error
	if !errors.As(err, &failure) {
		failure = &Error{Status: statusInternalError, Source: e.name, Reason: "PolicyFailure", Message: internalError, Err: err}
	}
	if failure.Path != "" {
		return failure
	}
	if e.secret && failure.Status == statusInternalError {
		failure.Message = internalError // the original could quote a value
	}
	failure.Scope, failure.Section, failure.Path = ex.scope.Name, ex.section, e.path
	return failure
}

const internalError = "Internal server error"

// run runs the policies that a policy contains.
func (ex *Exchange) run(list []placed) (stop bool, err error) {
	for i := range list {
		if stop, failure := list[i].run(ex); failure != nil {
			return false, failure
		} else if stop {
			return true, nil
		}
	}
	return false, nil
}

// bracketed lists contained policies, for the String of the policy.
func bracketed(list []placed) string {
	var b strings.Builder
	for i := range list {
		b.WriteString(" [" + list[i].String() + "]")
	}
	return b.String()
}

func uses(list []placed, name string) bool {
	return slices.ContainsFunc(list, func(e placed) bool {
		h, ok := e.step.(holder)
		return e.name == name || ok && uses(h.held(), name)
	})
}
