package widget

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"slices"
	"strings"
)

var textBlock = Widget{
	Type: "text-block", Label: "Text", Defaults: struct{}{}, Compile: compileTextBlock,
	Load: loadTextBlock,
}

// compileTextBlock takes the local styles of the blocks into the page's style.
func compileTextBlock(c *compiler, s *slot) {
	for _, n := range s.node.Nodes {
		c.textStyles(n, 0)
	}
}

func (c *compiler) textStyles(n *Node, depth int) {
	if depth > maxDepth {
		return
	}
	var t textNode
	if n.decode(&t) == nil && len(t.Attrs.Styles) > 0 {
		c.class(t.Attrs.Styles)
		if responsive(t.Attrs.Styles) {
			c.sheets["text"] = true
		}
	}
	for _, child := range n.Nodes {
		c.textStyles(child, depth+1)
	}
}

func loadTextBlock(_ context.Context, in *Input) (any, error) {
	w := textWriter{in: in}
	w.blocks(in.Node.Nodes, 0)
	return template.HTML(w.b.String()), nil
}

// textNode is a block or a leaf of a text block.
type textNode struct {
	Text  string `json:"text"`
	Marks []mark `json:"marks"`
	Attrs struct {
		ID     string          `json:"id"`
		Anchor string          `json:"anchor"`
		Styles json.RawMessage `json:"styles"`
		Name   string          `json:"name"` // of a property
		Value  string          `json:"placeholder"`
	} `json:"attrs"`
}

type mark struct {
	Type  string `json:"type"`
	Attrs struct {
		Hyperlink
		ColorKey string `json:"colorKey"`
		ColorID  string `json:"colorId"`
	} `json:"attrs"`
}

// Hyperlink is where a link of a document leads (portal-wire.md §4).
type Hyperlink struct {
	TargetID string `json:"targetId"`
	Href     string `json:"href"`
	Anchor   string `json:"anchor"`       // of a heading on the page
	Target   string `json:"target"`       // _self, _blank, _popup, _download
	Trigger  string `json:"triggerEvent"` // stored documents have it; it has no effect
}

// resolve is the link's address; false when it leads nowhere the visitor may go.
func (h Hyperlink) resolve(in *Input) (string, bool) {
	href, ok := h.Href, h.Href != ""
	if h.TargetID != "" {
		href, ok = in.Data.Link(h.TargetID)
	}
	if !ok || !safeHref(href) {
		return "", false
	}
	if h.Anchor != "" && opensPopup(href) == "" {
		href += "#" + url.PathEscape(strings.TrimPrefix(h.Anchor, "#"))
	}
	return href, true
}

// safeHref reports whether an address may stand in a link: relative, or of a harmless scheme.
func safeHref(href string) bool {
	u, err := url.Parse(href)
	return err == nil && (u.Scheme == "" || slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme))
}

// around makes text a link; a button when it opens a popup. Text whose link
// leads nowhere the visitor may go is left as it is.
func (h Hyperlink) around(in *Input, text string) string {
	href, ok := h.resolve(in)
	if !ok {
		return text
	}
	if id := opensPopup(href); id != "" {
		return `<button class=link type=button popovertarget="` + html.EscapeString(id) + `">` + text + "</button>"
	}
	return "<a" + h.attributes(href) + ">" + text + "</a>"
}

// attributes are those of the a element.
func (h Hyperlink) attributes(href string) string {
	s := ` href="` + html.EscapeString(href) + `"`
	switch h.Target {
	case "_blank":
		s += ` target=_blank rel=noopener`
	case "_download":
		s += " download"
	}
	return s
}

// blockTags are the elements of the block types.
var blockTags = map[string]string{
	"heading1": "h1", "heading2": "h2", "heading3": "h3", "heading4": "h4", "heading5": "h5", "heading6": "h6",
	"paragraph": "p", "formatted": "pre", "quote": "blockquote", "ordered-list": "ol",
	"bulleted-list": "ul", "list-item": "li",
}

// markTags are the elements of the marks; hyperlink and color are written apart.
var markTags = map[string]string{
	"bold": "b", "italic": "i", "underlined": "u", "striked": "s", "highlighted": "mark", "code": "code",
}

type textWriter struct {
	in *Input
	b  strings.Builder
}

func (w *textWriter) blocks(nodes []*Node, depth int) {
	if depth > maxDepth {
		return
	}
	for _, n := range nodes {
		var t textNode
		_ = n.decode(&t) // what has a wrong type is left out
		switch {
		case n.Type == "text":
			w.leaf(t)
		case n.Type == "break":
			w.b.WriteString("<br>")
		case n.Type == "property":
			w.b.WriteString(html.EscapeString(t.Attrs.Value))
		case blockTags[n.Type] != "":
			w.block(blockTags[n.Type], n, t, depth)
		}
	}
}

func (w *textWriter) block(tag string, n *Node, t textNode, depth int) {
	w.b.WriteString("<" + tag)
	id := t.Attrs.ID
	if t.Attrs.Anchor != "" {
		id = t.Attrs.Anchor
	}
	if id != "" {
		fmt.Fprintf(&w.b, ` id="%s"`, html.EscapeString(id))
	}
	if class := w.in.textClass(t.Attrs.Styles); class != "" {
		fmt.Fprintf(&w.b, ` class="%s"`, html.EscapeString(class))
	}
	w.b.WriteString(">")
	w.blocks(n.Nodes, depth+1)
	w.b.WriteString("</" + tag + ">")
}

// textStyle is what a block's styles say that classes of ours express.
type textStyle struct {
	Alignment  json.RawMessage `json:"alignment"`
	Appearance json.RawMessage `json:"appearance"`
}

// textClass is the class of a block's alignment, appearance and own styles.
func (in *Input) textClass(styles json.RawMessage) string {
	var s textStyle
	if len(styles) == 0 || json.Unmarshal(styles, &s) != nil {
		return ""
	}
	var names []string
	if look := byWidth(s.Appearance)["xs"]; look != "" {
		names = append(names, AppearanceClass(look))
	}
	if in.class != nil {
		if class, _ := in.class(styles); class != "" {
			names = append(names, class)
		}
	}
	alignment := byWidth(s.Alignment)
	for _, width := range widths {
		for _, a := range []string{"left", "center", "right", "justify"} {
			if strings.HasSuffix(strings.ToLower(alignment[width]), a) {
				names = append(names, "ta-"+strings.TrimPrefix(width+"-", "xs-")+a)
			}
		}
	}
	return strings.Join(names, " ")
}

// widths are the names of the breakpoints, narrow to wide.
var widths = []string{"xs", "sm", "md", "lg", "xl"}

// byWidth is a text that may differ by width; one text is that of every width.
func byWidth(raw json.RawMessage) map[string]string {
	one, each := "", map[string]string{}
	if json.Unmarshal(raw, &one) == nil {
		return map[string]string{"xs": one}
	}
	_ = json.Unmarshal(raw, &each) // another type: nothing
	return each
}

// responsive reports whether a block's alignment differs by width.
func responsive(styles json.RawMessage) bool {
	var s textStyle
	return json.Unmarshal(styles, &s) == nil && len(byWidth(s.Alignment)) > 1
}

func (w *textWriter) leaf(t textNode) {
	text := html.EscapeString(t.Text)
	for _, m := range t.Marks {
		switch {
		case markTags[m.Type] != "":
			text = "<" + markTags[m.Type] + ">" + text + "</" + markTags[m.Type] + ">"
		case m.Type == "hyperlink":
			text = m.Attrs.around(w.in, text)
		case m.Type == "color" && cmp.Or(m.Attrs.ColorKey, m.Attrs.ColorID) != "":
			text = `<span class="color-` + AppearanceClass(cmp.Or(m.Attrs.ColorKey, m.Attrs.ColorID)) + `">` + text + "</span>"
		}
	}
	w.b.WriteString(text)
}
