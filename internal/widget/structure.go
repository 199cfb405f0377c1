package widget

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"slices"
	"strings"
)

// structure is how a node without data is written.
type structure struct {
	props []string // the properties it reads, beside those of every node
	write func(c *compiler, at place)
}

// place is a node where it stands.
type place struct {
	node  *Node
	head  nodeProps
	path  string
	depth int
}

// structureTable lists the node types that only hold others (portal-wire.md
// §3.3, §4). It is a function since what writes a node compiles further ones.
func structureTable() map[string]structure {
	return map[string]structure{
		"":                  {write: (*compiler).inner},
		"layout-section":    {props: []string{"snapTo", "stickTo", "padding", "height", "identifier"}, write: element("section", "sec")},
		"section":           {props: []string{"container", "layout", "padding", "snapTo", "stickTo", "height", "background"}, write: element("section", "sec")},
		"row":               {props: []string{"alignment", "justification"}, write: element("div", "")},
		"column":            {props: []string{"size", "alignment", "order", "offset"}, write: element("div", "")},
		"grid":              {write: element("div", "g")},
		"grid-cell":         {write: element("div", "")},
		"card":              {write: element("div", "card")},
		"container":         {write: element("div", "")},
		"divider":           {write: (*compiler).divider},
		"collapsible-panel": {props: []string{"label", "title", "expanded"}, write: (*compiler).collapsible},
		"tab-panel":         {props: []string{"tabPanelItems", "label"}, write: (*compiler).tabs},
		"tab-panel-item":    {props: []string{"label", "title"}, write: (*compiler).inner},
		"carousel":          {props: []string{"carouselItems", "label", "showControls", "showIndicators", "autoplay", "autoplayInterval", "pauseOnHover"}, write: (*compiler).carousel},
		"carousel-item":     {props: []string{"label"}, write: (*compiler).inner},
		"table":             {props: []string{"numOfCols", "numOfRows", "caption"}, write: (*compiler).table},
		"table-cell":        {props: []string{"colspan", "rowspan"}, write: (*compiler).inner},
		"popup":             {props: []string{"backdrop"}, write: element("div", "")},
		"popup-instance":    {props: []string{"backdrop"}, write: element("div", "")},
		"dismiss-button":    {props: []string{"label"}, write: (*compiler).dismiss},
		"form":              {props: []string{"formAction", "formMethod", "formTarget"}, write: (*compiler).form},
		"testimonials":      {props: []string{"textContent", "author", "authorTitle", "starCount", "allStarsCount"}, write: (*compiler).testimonial},
		"input:text":        {props: inputProperties, write: (*compiler).input},
		"input:textarea":    {props: inputProperties, write: (*compiler).input},
		"input:select":      {props: inputProperties, write: (*compiler).input},
		"input:checkbox":    {props: inputProperties, write: (*compiler).input},
		"input:submit":      {props: inputProperties, write: (*compiler).input},
		"form-group":        {props: []string{"label"}, write: element("div", "field")},
	}
}

// StructureTypes lists the types of the nodes that only hold others, sorted.
func StructureTypes() []string {
	return slices.Sorted(maps.Keys(structureTable()))
}

// inner writes only the children.
func (c *compiler) inner(at place) { c.children(at.node, at.path, at.depth) }

// roles are the landmarks a node may be.
var roles = map[string]string{
	"header": "header", "footer": "footer", "main": "main", "article": "section",
	"aside": "aside", "section": "section", "search": "search", "navigation": "nav", "nav": "nav",
}

// element writes the children in an element; the node's role may make it a landmark.
func element(tag, class string) func(*compiler, place) {
	return func(c *compiler, at place) {
		name := tag
		if t, ok := roles[at.head.Role]; ok {
			name = t
		}
		attributes := ""
		if name == "main" {
			attributes = " id=main"
		}
		c.open(name, class, attributes, at)
		c.inner(at)
		c.write("</" + name + ">")
	}
}

// open writes a start tag with the node's classes.
func (c *compiler) open(tag, class, attributes string, at place) {
	c.write("<" + tag + attributes)
	if class = strings.TrimSpace(class + " " + c.class(at.head.Styles)); class != "" {
		c.write(` class="` + html.EscapeString(class) + `"`)
	}
	c.write(">")
}

func (c *compiler) divider(at place) { c.open("hr", "", "", at) }

// labelled are the members that name a panel, a tab or a slide.
type labelled struct {
	Label    string `json:"label"`
	Title    string `json:"title"`
	Expanded bool   `json:"expanded"`
}

func (n *Node) labels() labelled {
	var l labelled
	_ = n.decode(&l) // another type: no label
	l.Label = cmp.Or(l.Label, l.Title)
	return l
}

// collapsible is a panel that one opens.
func (c *compiler) collapsible(at place) {
	c.sheets["parts"] = true
	l := at.node.labels()
	l.Label = cmp.Or(l.Label, c.opt.Messages.T("menu.open"))
	open := ""
	if l.Expanded {
		open = " open"
	}
	c.open("details", "panel", open, at)
	c.write("<summary>" + html.EscapeString(l.Label) + "</summary><div>")
	c.inner(at)
	c.write("</div></details>")
}

// tabs are panels of which one is open.
func (c *compiler) tabs(at place) {
	c.sheets["parts"] = true
	c.panels++
	name := fmt.Sprintf("tabs-%d", c.panels)
	c.open("div", "tabs", "", at)
	first := true
	c.items(at, "tabPanelItems", func(i int, item place) {
		label := cmp.Or(item.node.labels().Label, c.opt.Messages.T("tabs.tab", "n", i+1))
		open := ""
		if first {
			open, first = " open", false
		}
		c.open("details", "tab", fmt.Sprintf(" name=%s%s", name, open), item)
		c.write("<summary>" + html.EscapeString(label) + "</summary><div>")
		c.inner(item)
		c.write("</div></details>")
	})
	c.write("</div>")
}

// carousel is a row of slides that one scrolls: it moves only when its reader does.
func (c *compiler) carousel(at place) {
	c.sheets["parts"] = true
	c.panels++
	label := cmp.Or(at.node.labels().Label, c.opt.Messages.T("carousel.label"))
	c.open("div", "slides", fmt.Sprintf(` role=group tabindex=0 aria-roledescription=carousel aria-label="%s"`, html.EscapeString(label)), at)
	c.items(at, "carouselItems", func(i int, item place) {
		name := c.opt.Messages.T("carousel.slide", "n", i+1)
		c.open("div", "", fmt.Sprintf(` role=group aria-roledescription=slide aria-label="%s"`, html.EscapeString(name)), item)
		c.inner(item)
		c.write("</div>")
	})
	c.write("</div>")
}

// items are the children of a node that has them in a member of their own, or
// as nodes: each behind its rule.
func (c *compiler) items(at place, member string, write func(i int, item place)) {
	nodes, path := at.node.Nodes, at.path+"/nodes"
	var own []*Node
	if json.Unmarshal(at.node.members[member], &own) == nil && len(own) > 0 {
		nodes, path = own, at.path+"/"+member
	}
	for i, n := range nodes {
		if n == nil {
			continue
		}
		if !c.enter(n, fmt.Sprintf("%s/%d", path, i), at.depth+1, func(item place) { write(i, item) }) {
			return
		}
	}
}

// table writes rows of as many cells as the table has columns.
func (c *compiler) table(at place) {
	c.sheets["parts"] = true
	var t struct {
		Columns int    `json:"numOfCols"`
		Caption string `json:"caption"`
	}
	_ = at.node.decode(&t)
	if t.Columns < 1 {
		t.Columns = max(1, len(at.node.Nodes))
	}
	c.write("<div class=scroll tabindex=0>")
	c.open("table", "grid", "", at)
	if t.Caption != "" {
		c.write("<caption>" + html.EscapeString(t.Caption) + "</caption>")
	}
	count := 0
	c.items(at, "", func(_ int, cell place) {
		if count%t.Columns == 0 {
			c.write("<tr>")
		}
		count++
		c.cell(cell)
	})
	c.write("</table></div>")
}

func (c *compiler) cell(at place) {
	var span struct {
		Columns int `json:"colspan"`
		Rows    int `json:"rowspan"`
	}
	_ = at.node.decode(&span)
	tag, attributes := "td", ""
	if at.head.Role == "columnheader" || at.head.Role == "header" || at.head.Role == "rowheader" {
		tag = "th"
	}
	if span.Columns > 1 && span.Columns < 1000 {
		attributes += fmt.Sprintf(" colspan=%d", span.Columns)
	}
	if span.Rows > 1 && span.Rows < 1000 {
		attributes += fmt.Sprintf(" rowspan=%d", span.Rows)
	}
	c.open(tag, "", attributes, at)
	c.inner(at)
	c.write("</" + tag + ">")
}
