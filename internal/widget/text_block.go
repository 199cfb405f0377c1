package widget

import (
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
	Type: "text-block", Label: "Text", Defaults: struct{}{},
	Load: loadTextBlock,
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
	} `json:"attrs"`
}

// Hyperlink is where a link of a document leads (portal-wire.md §4).
type Hyperlink struct {
	TargetID string `json:"targetId"`
	Href     string `json:"href"`
	Anchor   string `json:"anchor"`
	Target   string `json:"target"` // _self, _blank, _popup, _download
}

// resolve is the link's address; false when it leads nowhere the visitor may go.
func (h Hyperlink) resolve(in *Input) (string, bool) {
	href, ok := h.Href, h.Href != ""
	if h.TargetID != "" {
		in.Data.Reads("navigation")
		href, ok = in.Data.Link(h.TargetID)
	}
	if !ok || !safeHref(href) {
		return "", false
	}
	if h.Anchor != "" {
		href += "#" + url.PathEscape(strings.TrimPrefix(h.Anchor, "#"))
	}
	return href, true
}

// safeHref tells whether an address may stand in a link: relative, or of a harmless scheme.
func safeHref(href string) bool {
	u, err := url.Parse(href)
	return err == nil && (u.Scheme == "" || slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme))
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
	if class := textClass(t.Attrs.Styles); class != "" {
		fmt.Fprintf(&w.b, ` class="%s"`, html.EscapeString(class))
	}
	w.b.WriteString(">")
	w.blocks(n.Nodes, depth+1)
	w.b.WriteString("</" + tag + ">")
}

// textClass is the class of a block's alignment and appearance.
func textClass(styles json.RawMessage) string {
	var s struct {
		Alignment  json.RawMessage `json:"alignment"`
		Appearance string          `json:"appearance"`
	}
	if len(styles) == 0 || json.Unmarshal(styles, &s) != nil {
		return ""
	}
	var names []string
	if s.Appearance != "" {
		names = append(names, AppearanceClass(s.Appearance))
	}
	alignment := ""
	if json.Unmarshal(s.Alignment, &alignment) != nil {
		var byWidth map[string]string
		_ = json.Unmarshal(s.Alignment, &byWidth)
		alignment = byWidth["xs"]
	}
	for _, a := range []string{"left", "center", "right", "justify"} {
		if strings.HasSuffix(alignment, a) {
			names = append(names, "ta-"+a)
		}
	}
	return strings.Join(names, " ")
}

func (w *textWriter) leaf(t textNode) {
	text := html.EscapeString(t.Text)
	for _, m := range t.Marks {
		switch {
		case markTags[m.Type] != "":
			text = "<" + markTags[m.Type] + ">" + text + "</" + markTags[m.Type] + ">"
		case m.Type == "hyperlink":
			if href, ok := m.Attrs.resolve(w.in); ok {
				text = "<a" + m.Attrs.attributes(href) + ">" + text + "</a>"
			}
		case m.Type == "color" && m.Attrs.ColorKey != "":
			text = `<span class="color-` + AppearanceClass(m.Attrs.ColorKey) + `">` + text + "</span>"
		}
	}
	w.b.WriteString(text)
}
