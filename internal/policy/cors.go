package policy

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// corsPolicy answers cross-origin browsers (apim-rest.md §1.13).
var corsPolicy = definition{name: "cors", sections: Inbound, once: true, parse: parseCORS}

type cors struct {
	origins     map[string]bool // normalised; nil: any
	methods     []string        // nil: any
	headers     []string        // lower case; nil: any
	expose      []string        // one joined value, or none
	credentials bool
	terminate   bool
	maxAge      string // seconds
}

func parseCORS(p *parser, el *element) Step {
	a := p.attrs(el, "allow-credentials", "terminate-unmatched-request")
	c := &cors{
		credentials: a.bool("allow-credentials", false),
		terminate:   a.bool("terminate-unmatched-request", true),
		methods:     []string{"GET", "POST"},
		maxAge:      "0",
	}
	p.noText(el)
	seen := map[string]bool{}
	for _, child := range el.children {
		if seen[child.name] {
			p.fault(child, "the element may appear only once inside 'cors'.")
		}
		seen[child.name] = true
		c.parseChild(p, child)
	}
	for _, name := range []string{"allowed-origins", "allowed-headers"} {
		if !seen[name] {
			p.fault(el, "the element '%s' is required.", name)
		}
	}
	return c
}

func (c *cors) parseChild(p *parser, el *element) {
	switch el.name {
	case "allowed-origins":
		p.attrs(el)
		c.parseOrigins(p, el)
	case "allowed-methods":
		c.maxAge = strconv.Itoa(p.attrs(el, "preflight-result-max-age").int("preflight-result-max-age", 0, 0, 1<<31-1))
		c.methods = p.listOrAny(el, "method", strings.ToUpper)
	case "allowed-headers":
		p.attrs(el)
		c.headers = p.listOrAny(el, "header", strings.ToLower)
	case "expose-headers":
		p.attrs(el)
		list := p.listOrAny(el, "header", strings.TrimSpace)
		if list == nil {
			list = []string{"*"}
		}
		c.expose = []string{strings.Join(list, ",")}
	default:
		p.fault(el, "the element is not allowed inside 'cors'.")
	}
}

// listOrAny reads tokens; nil stands for "*".
func (p *parser) listOrAny(el *element, name string, normal func(string) string) []string {
	var list []string
	for _, text := range p.texts(el, name) {
		if text != "" && !isToken(text) {
			p.fault(el, "'%s' is not a %s name.", text, name)
		}
		list = append(list, normal(text))
	}
	if len(list) == 0 {
		p.fault(el, "at least one element '%s' is required.", name)
	}
	if slices.Contains(list, "*") {
		return nil
	}
	return list
}

func (c *cors) parseOrigins(p *parser, el *element) {
	list := p.texts(el, "origin")
	if len(list) == 0 {
		p.fault(el, "at least one element 'origin' is required.")
	}
	if slices.Contains(list, "*") {
		if len(list) > 1 {
			p.fault(el, "the origin '*' must stand alone.")
		}
		return
	}
	c.origins = map[string]bool{}
	for _, text := range list {
		origin, ok := normalOrigin(text)
		if !ok && text != "" {
			p.fault(el, "the origin '%s' must be '*' or a scheme and host, such as https://portal.example.com.", text)
		}
		c.origins[origin] = true
	}
}

// normalOrigin writes an origin as browsers do: lower case, no default port, no slash.
func normalOrigin(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" || u.Hostname() == "" || u.Path != "" && u.Path != "/" ||
		u.RawQuery != "" || u.Fragment != "" || u.User != nil || strings.Contains(u.Host, "*") {
		return "", false
	}
	host := u.Host
	switch {
	case u.Scheme == "http":
		host = strings.TrimSuffix(host, ":80")
	case u.Scheme == "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return strings.ToLower(u.Scheme + "://" + strings.TrimSuffix(host, ":")), true
}

func (c *cors) allows(origin string) bool {
	if c.origins == nil || c.origins[origin] {
		return true
	}
	normal, ok := normalOrigin(origin)
	return ok && c.origins[normal]
}

func (c *cors) allowsHeaders(list []string) bool {
	if c.headers == nil {
		return true
	}
	for _, line := range list {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name != "" && !slices.Contains(c.headers, strings.ToLower(name)) {
				return false
			}
		}
	}
	return true
}

// Run handles the actual request.
func (c *cors) Run(ex *Exchange) (bool, error) {
	if ex.corsDone || ex.Request.Header.Get("Origin") == "" || c.admit(ex) {
		return false, nil
	}
	if c.terminate {
		ex.Respond(statusOK)
	}
	return c.terminate, nil
}

var (
	anyOrigin    = []string{"*"}
	isTrue       = []string{"true"}
	variesOrigin = []string{"Origin"}
)

// admit accepts a cross-origin call that matches: its response will have the headers.
func (c *cors) admit(ex *Exchange) bool {
	origin := ex.Request.Header.Values("Origin")
	if len(origin) == 0 || !c.allows(origin[0]) {
		return false
	}
	ex.corsDone = true
	c.grant(ex, origin[:1:1])
	if c.expose != nil {
		ex.always = append(ex.always, Field{Name: "Access-Control-Expose-Headers", Values: c.expose})
	}
	return true
}

// grant adds the headers common to preflights and actual answers.
func (c *cors) grant(ex *Exchange, origin []string) {
	if c.origins == nil && !c.credentials {
		ex.always = append(ex.always, Field{Name: "Access-Control-Allow-Origin", Values: anyOrigin})
		return
	}
	ex.always = append(ex.always,
		Field{Name: "Access-Control-Allow-Origin", Values: origin},
		Field{Name: "Vary", Values: variesOrigin, Add: true})
	if c.credentials {
		ex.always = append(ex.always, Field{Name: "Access-Control-Allow-Credentials", Values: isTrue})
	}
}

// Preflight answers a browser's question before a cross-origin call, using the
// first cors policy that matches it; no other policy runs. It returns false if
// the chain has no cors policy.
func (c *Chain) Preflight(ex *Exchange) bool {
	if len(c.cors) == 0 {
		return false
	}
	ex.Respond(statusOK)
	for _, step := range c.cors {
		if step.preflight(ex) || step.terminate {
			break
		}
	}
	ex.finish()
	return true
}

func (c *cors) preflight(ex *Exchange) bool {
	h := ex.Request.Header
	origin := h.Values("Origin")
	method := h.Get("Access-Control-Request-Method")
	asked := h.Values("Access-Control-Request-Headers")
	if len(origin) == 0 || !c.allows(origin[0]) || !c.allowsHeaders(asked) ||
		c.methods != nil && !slices.Contains(c.methods, method) {
		return false
	}
	c.grant(ex, origin[:1:1])
	methods, headers := c.methods, c.headers
	if methods == nil {
		methods = []string{method}
	}
	if headers == nil {
		headers = asked
	}
	ex.always = append(ex.always,
		Field{Name: "Access-Control-Allow-Methods", Values: []string{strings.Join(methods, ",")}},
		Field{Name: "Access-Control-Max-Age", Values: []string{c.maxAge}})
	if len(headers) > 0 {
		ex.always = append(ex.always, Field{Name: "Access-Control-Allow-Headers", Values: []string{strings.Join(headers, ",")}})
	}
	return true
}

func (c *cors) String() string {
	origins := []string{"*"}
	if c.origins != nil {
		origins = slices.Sorted(maps.Keys(c.origins))
	}
	return fmt.Sprintf("cors origins=%v methods=%v headers=%v expose=%v credentials=%t terminate=%t max-age=%s",
		origins, orAny(c.methods), orAny(c.headers), c.expose, c.credentials, c.terminate, c.maxAge)
}

func orAny(list []string) []string {
	if list == nil {
		return []string{"*"}
	}
	return list
}
