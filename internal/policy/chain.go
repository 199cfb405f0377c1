package policy

// Step is one compiled policy. It is immutable and shared by all calls.
type Step interface {
	// Run acts on the exchange. stop ends the call with the present response.
	// An *Error starts the on-error section; any other error becomes one with
	// status 500.
	Run(ex *Exchange) (stop bool, err error)
	// String is the policy with its settings, on one line.
	String() string
}

// Scope is where policies apply. One without policies inherits everything.
type Scope struct {
	Name     string // global, product, api, operation
	ID       string // distinguishes scopes: each has its own rate-limit counters
	Policies *Compiled
}

// Chain is the merged policies of all scopes, through which a call runs. It is immutable.
type Chain struct {
	sections [4][]entry // by index in sections
	cors     []*cors    // of the inbound section, in effective order
	idle     *entry     // the first policy that cannot run, for which every call is refused; nil: none
	section  string     // of idle
}

// entry is a policy with the scope it belongs to.
type entry struct {
	placed
	scope *Scope
}

// The sections' indexes.
const (
	inboundIndex = iota
	backendIndex
	_
	onErrorIndex
)

// Merge joins scopes, from the outermost (global) to the innermost (operation),
// by their <base/> elements. If no scope says otherwise, the backend section
// forwards the request.
func Merge(scopes ...Scope) *Chain {
	c := new(Chain)
	for i := range sections {
		c.sections[i] = flatten(scopes, i)
		c.findIdle(i)
	}
	for _, e := range c.sections[inboundIndex] {
		c.addCORS(e.step)
	}
	return c
}

// findIdle records the first policy of a section that cannot run: whether a chain
// can run is known before anything is called.
func (c *Chain) findIdle(section int) {
	for _, e := range c.sections[section] {
		if held := firstIdle([]placed{e.placed}); held != nil && c.idle == nil {
			c.idle, c.section = &entry{*held, e.scope}, sections[section].name
		}
	}
}

// addCORS records the cors policies of a step in the inbound section.
func (c *Chain) addCORS(step Step) {
	switch s := step.(type) {
	case *cors:
		c.cors = append(c.cors, s)
	case *included:
		for _, e := range s.policies {
			c.addCORS(e.step)
		}
	}
}

func flatten(scopes []Scope, section int) []entry {
	if len(scopes) == 0 {
		return outermost(section)
	}
	scope, parents := &scopes[len(scopes)-1], scopes[:len(scopes)-1]
	if scope.Policies == nil || !scope.Policies.sections[section].present {
		return flatten(parents, section)
	}
	var list []entry
	for _, e := range scope.Policies.sections[section].policies {
		if e.step == nil {
			list = append(list, flatten(parents, section)...)
		} else {
			list = append(list, entry{e, scope})
		}
	}
	return list
}

// outermost is what <base/> in the global scope stands for.
func outermost(section int) []entry {
	if section != backendIndex {
		return nil
	}
	forward := placed{step: &forwardRequest{}, name: forwardRequestPolicy.name, path: forwardRequestPolicy.name + "[1]"}
	return []entry{{forward, &Scope{Name: "default"}}}
}

// Uses reports whether any section has a policy of this name.
func (c *Chain) Uses(name string) bool {
	for _, list := range c.sections {
		for _, e := range list {
			if uses([]placed{e.placed}, name) {
				return true
			}
		}
	}
	return false
}

// Run runs a call through the chain. Afterwards ex.Response is the answer.
func (c *Chain) Run(ex *Exchange) {
	if c.idle != nil {
		ex.section, ex.scope = c.section, c.idle.scope
		_, err := c.idle.run(ex)
		c.fail(ex, err)
		ex.finish()
		return
	}
	for i := range onErrorIndex {
		stop, err := c.run(ex, i)
		if err != nil {
			c.fail(ex, err)
		}
		if stop || err != nil {
			ex.finish()
			return
		}
	}
	if ex.Response.Status == 0 { // nothing was forwarded
		ex.Respond(statusOK)
	}
	ex.finish()
}

// Refuse answers a call that may not run through the chain (no operation, no
// key). The on-error section runs, and the headers of a matching cors policy
// are set, so that a script in a browser can read the reason.
func (c *Chain) Refuse(ex *Exchange, e *Error) {
	for _, step := range c.cors {
		if step.admit(ex) || step.terminate {
			break
		}
	}
	c.fail(ex, e)
	ex.finish()
}

// run runs one section.
func (c *Chain) run(ex *Exchange, section int) (stop bool, failure *Error) {
	ex.section = sections[section].name
	list := c.sections[section]
	for i := range list {
		e := &list[i]
		ex.scope = e.scope
		if stop, failure = e.run(ex); stop || failure != nil {
			return stop && failure == nil, failure
		}
	}
	return false, nil
}

// fail makes the response for an error and runs the on-error section on it.
func (c *Chain) fail(ex *Exchange, e *Error) {
	ex.respondError(e)
	if _, again := c.run(ex, onErrorIndex); again != nil {
		ex.respondError(again)
	}
}
