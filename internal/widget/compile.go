package widget

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget/messages"
)

// maxDepth is how deep a document tree may nest.
const maxDepth = 100

// Site is what all pages of a published site share.
type Site struct {
	Title      string // appended to page titles
	Lang       string // BCP 47; "" is en
	Tokens     string // CSS of the custom properties (style.Compile), inlined
	Stylesheet string // address of the compiled stylesheet; "" for none
	Script     string // address of the islands' module; "" when not built
	Favicon    string // address; "" for none
	Author     string
}

// CompileOptions are what a page is compiled with.
type CompileOptions struct {
	Site                         Site
	Title, Description, Keywords string
	// Class compiles a node's local styles to a class and its rules (style.Class); nil: none.
	Class func(styles json.RawMessage) (class, css string)
	// CheckStyles tells what of a node's styles means nothing (style.Names.Check); nil: not asked.
	CheckStyles func(styles json.RawMessage) []string
	JSONLD      string // the page's own structured data; "" for none
	Share       Share
	// Popup finds a popup by its item's id (contentTypes/popup/contentItems/x); nil: there are none.
	Popup func(id string) (Popup, bool)
	// MenuPopups are the ids of the popups that a menu's items open; nil: none.
	MenuPopups func(menu string) []string
	Messages   *messages.Catalogue // of the words that the structure has; nil: English
}

// Share is what a page looks like where it is shared; what is "" is taken from the page.
type Share struct{ Title, Description, Image string }

// Popup is a dialog of the site, which links open.
type Popup struct {
	Title    string
	Rule     Rule
	Document *Node
}

// Page is a compiled page: static bytes and slots. It is immutable and safe for concurrent use.
type Page struct {
	opt    CompileOptions
	parts  []part
	slots  []*slot
	style  string
	groups []apim.PublicID
	query  []string
	frames []Frame
	popups []popup
}

// part is static HTML, a slot, or parts behind a rule.
type part struct {
	html  []byte
	slot  *slot
	rule  Rule
	parts []part
}

// slot is a widget's place in a page.
type slot struct {
	widget *Widget
	props  any
	node   *Node
	class  string
	index  int
}

// Compile makes a page of a layout's and a page's document. Findings of
// severity error make the page unusable; then the Page is nil.
func Compile(layout, page *Node, opt CompileOptions) (*Page, []apim.Finding, error) {
	if layout == nil || page == nil {
		return nil, nil, fmt.Errorf("compile page: no document")
	}
	opt.Messages = cmp.Or(opt.Messages, messages.English())
	c := &compiler{opt: opt, content: page, css: map[string]string{}, sheets: map[string]bool{}, popups: map[string]bool{}, structures: structureTable()}
	c.hasMain = contains(page, func(n *Node) bool { return nodeHead(n).Role == "main" })
	c.children(layout, "layout", 0)
	if !c.placed {
		c.find(apim.SeverityError, "layout", "The layout has no place for the page: a node of type page.")
	}
	popups := c.compilePopups()
	for _, f := range c.findings {
		if f.Severity == apim.SeverityError {
			return nil, c.findings, nil
		}
	}
	slices.Sort(c.groups)
	slices.Sort(c.query)
	return &Page{
		opt: opt, parts: c.parts, slots: c.slots, style: c.style(),
		groups: slices.Compact(c.groups), query: slices.Compact(c.query), frames: c.frames, popups: popups,
	}, c.findings, nil
}

// Groups are the keys of the groups that rules of the page name: they belong to its audience.
func (p *Page) Groups() []apim.PublicID { return p.groups }

// QueryParameters are the query parameters the page's widgets read.
func (p *Page) QueryParameters() []string { return p.query }

type compiler struct {
	opt        CompileOptions
	structures map[string]structure
	content    *Node // the page's document
	parts      []part
	slots      []*slot
	findings   []apim.Finding
	groups     []apim.PublicID
	query      []string
	css        map[string]string // class → rules of local styles
	sheets     map[string]bool   // style sheets of the widgets used
	placed     bool              // the page node was seen
	hasMain    bool              // the page marks its main cell itself
	guards     []Rule            // of the nodes around the present one
	frames     []Frame
	popups     map[string]bool // seen so far
	pending    []string        // popups still to be written, in order
	within     string          // id of the popup being written
	panels     int             // sets of tabs and the like so far: their names must differ
}

func (c *compiler) find(severity apim.Severity, path, message string) {
	c.findings = append(c.findings, apim.Finding{Severity: severity, Code: apim.FoundInContent, Path: path, Message: message})
}

// write appends static HTML.
func (c *compiler) write(s string) {
	if n := len(c.parts); n > 0 && c.parts[n-1].html != nil {
		c.parts[n-1].html = append(c.parts[n-1].html, s...)
		return
	}
	c.parts = append(c.parts, part{html: []byte(s)})
}

func (c *compiler) children(n *Node, path string, depth int) {
	for i, child := range n.Nodes {
		c.node(child, fmt.Sprintf("%s/nodes/%d", path, i), depth+1)
	}
}

// node compiles one node, behind its rule if it has one.
func (c *compiler) node(n *Node, path string, depth int) {
	c.enter(n, path, depth, func(at place) {
		c.notePopups(n)
		c.bare(at)
	})
}

// enter lets write write a node behind its rule; false when nodes nest too deep here.
func (c *compiler) enter(n *Node, path string, depth int, write func(place)) bool {
	if depth > maxDepth {
		c.find(apim.SeverityError, path, fmt.Sprintf("The document nests deeper than %d nodes.", maxDepth))
		return false
	}
	head := nodeHead(n)
	rule, err := head.rule()
	if err != nil {
		c.find(apim.SeverityError, path, "The node's security is not understood, so it is unclear who may see it.")
		return true
	}
	c.guarded(rule, func() { write(place{n, head, path, depth}) })
	return true
}

// guarded compiles what write writes behind a rule.
func (c *compiler) guarded(rule Rule, write func()) {
	if len(rule.Groups()) == 0 {
		write()
		return
	}
	c.groups = append(c.groups, rule.Groups()...)
	outer := c.parts
	c.parts, c.guards = nil, append(c.guards, rule)
	write()
	c.parts, c.guards = append(outer, part{rule: rule, parts: c.parts}), c.guards[:len(c.guards)-1]
}

func (c *compiler) bare(at place) {
	n, head, path := at.node, at.head, at.path
	if c.opt.CheckStyles != nil && len(head.Styles) > 0 {
		for _, message := range c.opt.CheckStyles(head.Styles) {
			c.find(apim.SeverityWarning, path, message)
		}
	}
	if n.Type == "page" && c.content != nil {
		c.page(path, at.depth)
		return
	}
	if s, ok := c.structures[n.Type]; ok {
		c.known(n, s.props, path)
		s.write(c, at)
		return
	}
	w, ok := lookUp(n.Type)
	if !ok {
		c.find(apim.SeverityWarning, path, fmt.Sprintf("Nodes of type %q are not known and are not shown.", n.Type))
		return
	}
	c.known(n, propertyNames(w.Defaults), path)
	s := &slot{widget: w, props: c.properties(w, n, path), node: n, class: c.class(head.Styles), index: len(c.slots)}
	c.slots = append(c.slots, s)
	c.query = append(c.query, w.Query...)
	for _, sheet := range w.CSS {
		c.sheets[sheet] = true
	}
	if w.Compile != nil {
		w.Compile(c, s)
	}
	c.parts = append(c.parts, part{slot: s})
}

// properties are the node's own, over the widget's defaults and the layout that
// another spelling of the type stands for.
func (c *compiler) properties(w *Widget, n *Node, path string) any {
	p := reflect.New(reflect.TypeOf(w.Defaults))
	p.Elem().Set(reflect.ValueOf(w.Defaults))
	if err := n.decode(p.Interface()); err != nil {
		c.find(apim.SeverityWarning, path, fmt.Sprintf("A property of this %s is not understood (%v); its defaults are used.", w.Label, err))
		p.Elem().Set(reflect.ValueOf(w.Defaults))
	}
	if a, ok := aliases[n.Type]; ok && a.view != "" {
		p.Elem().FieldByName("View").SetString(a.view)
	}
	return p.Interface()
}

// known warns of properties that nothing reads.
func (c *compiler) known(n *Node, names []string, path string) {
	var unknown []string
	for name := range n.members {
		if !slices.Contains(commonProperties, name) && !slices.Contains(names, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		c.find(apim.SeverityWarning, path, fmt.Sprintf("Properties that mean nothing on a node of type %q: %s.", n.Type, strings.Join(unknown, ", ")))
	}
}

// commonProperties may stand on every node.
var commonProperties = []string{"type", "nodes", "styles", "security", "roles", "role", "id", "key", "object", "version", "locked"}

// propertyNames are the JSON names of a struct's fields.
func propertyNames(v any) []string {
	t := reflect.TypeOf(v)
	var names []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}

// page puts the page's document where the layout's page node stands.
func (c *compiler) page(path string, depth int) {
	if c.placed {
		c.find(apim.SeverityWarning, path, "The layout has a second page node; it is not shown.")
		return
	}
	c.placed = true
	content := c.content
	c.content = nil // a page node inside the page is nothing
	if !c.hasMain {
		c.write("<main id=main>")
		defer c.write("</main>")
	}
	c.children(content, "page", depth)
}

// nodeProps are the members every node may have.
type nodeProps struct {
	Role     string          `json:"role"`
	Styles   json.RawMessage `json:"styles"`
	Security json.RawMessage `json:"security"`
	Roles    json.RawMessage `json:"roles"` // an older spelling of security.roles
}

// rule says who sees the node.
func (p nodeProps) rule() (Rule, error) {
	if len(p.Security) > 0 && string(p.Security) != "null" || len(p.Roles) == 0 {
		return ParseRule(p.Security)
	}
	return ParseRule(json.RawMessage(`{"roles":` + string(p.Roles) + `}`))
}

func nodeHead(n *Node) nodeProps {
	p := nodeProps{Styles: n.members["styles"], Security: n.members["security"], Roles: n.members["roles"]}
	_ = json.Unmarshal(n.members["role"], &p.Role) // another type: no role
	return p
}

// class is the class attribute's value for a node's appearance and local styles.
func (c *compiler) class(styles json.RawMessage) string {
	var s struct {
		Appearance string `json:"appearance"`
	}
	var names []string
	if json.Unmarshal(styles, &s) == nil && s.Appearance != "" {
		name := AppearanceClass(s.Appearance)
		names = append(names, name)
		if sheet, ok := appearanceSheets[name]; ok {
			c.sheets[sheet] = true
		}
	}
	if c.opt.Class != nil && len(styles) > 0 {
		if class, css := c.opt.Class(styles); class != "" {
			c.css[class] = css
			names = append(names, class)
		}
	}
	return strings.Join(names, " ")
}

// appearanceSheets are the style sheets of looks that are not in core.
var appearanceSheets = map[string]string{
	"section-hero": "home", "grid-steps": "home", "grid-title": "home", "grid-reference": "reference", "grid-product": "list",
}

// AppearanceClass is the class of a reference into the stylesheet document:
// components/button/primary is button-primary, components/card/default card.
func AppearanceClass(reference string) string {
	reference = strings.TrimPrefix(strings.TrimPrefix(reference, "components/"), "utils/")
	reference = strings.TrimSuffix(reference, "/default")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '/':
			return '-'
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return -1
	}, reference)
}

// contains reports whether a node of the tree satisfies test.
func contains(n *Node, test func(*Node) bool) bool {
	return test(n) || slices.ContainsFunc(n.Nodes, func(c *Node) bool { return contains(c, test) })
}
