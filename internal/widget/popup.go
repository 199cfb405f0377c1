package widget

import (
	"bytes"
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/catalog"
)

// popupPrefix begins the ids of popups' items.
const popupPrefix = "contenttypes/popup/contentitems/"

// PopupID is the id of a popup's element in the page, made of its item's id.
func PopupID(item string) string {
	item = strings.ToLower(strings.Trim(item, "/"))
	return "popup-" + unsafeID.ReplaceAllString(strings.TrimPrefix(item, popupPrefix), "-")
}

var (
	unsafeID    = regexp.MustCompile(`[^a-z0-9_-]+`)
	popupTarget = regexp.MustCompile(`(?i)contenttypes/popup/contentitems/[^"/\\]+`)
)

// opensPopup is the element that an address of this page opens; "" for others.
func opensPopup(href string) string {
	if strings.HasPrefix(href, "#popup-") {
		return href[1:]
	}
	return ""
}

// notePopups remembers the popups that a node opens: they are written after the page.
func (c *compiler) notePopups(n *Node) {
	if c.opt.Popup == nil {
		return
	}
	var m struct {
		Menu string `json:"navigationItemId"`
	}
	if n.Type == "menu" && c.opt.MenuPopups != nil && n.decode(&m) == nil {
		m.Menu = cmp.Or(m.Menu, "main")
		for _, id := range c.opt.MenuPopups(m.Menu) {
			c.notePopup(id)
		}
	}
	if len(n.Nodes) > 0 && n.Type != "text-block" {
		return // its children are looked at one by one
	}
	if !bytes.Contains(n.Raw, []byte("opup")) && !bytes.Contains(n.Raw, []byte("OPUP")) {
		return // most nodes: the expression need not look
	}
	for _, id := range popupTarget.FindAllString(string(n.Raw), -1) {
		c.notePopup(id)
	}
}

func (c *compiler) notePopup(id string) {
	key := strings.ToLower(id)
	if !c.popups[key] {
		c.popups[key] = true
		c.pending = append(c.pending, key)
	}
}

// popup is a compiled popup. It is part of what a visitor gets only if
// something that visitor sees opens it.
type popup struct {
	id    string
	parts []part
}

// compilePopups compiles the popups that the page's links open, and those that they open.
func (c *compiler) compilePopups() []popup {
	var list []popup
	page := c.parts
	for len(c.pending) > 0 {
		id := c.pending[0]
		c.pending = c.pending[1:]
		p, ok := c.opt.Popup(id)
		if !ok || p.Document == nil {
			continue // the link dangles: Site.Check warns of it
		}
		c.sheets["parts"] = true
		c.parts = nil
		c.guarded(p.Rule, func() { c.popup(id, p) })
		list = append(list, popup{PopupID(id), c.parts})
	}
	c.parts = page
	return list
}

func (c *compiler) popup(id string, p Popup) {
	c.within = PopupID(id)
	c.write(`<div popover class=popup role=dialog id="` + c.within + `" aria-label="` + html.EscapeString(p.Title) + `">`)
	c.write(`<button class="btn quiet close" type=button popovertarget="` + c.within + `" popovertargetaction=hide aria-label="` +
		html.EscapeString(c.opt.Messages.T("popup.close")) + `">` + string(icon("close")) + `</button>`)
	c.children(p.Document, "popup/"+strings.TrimPrefix(id, popupPrefix), 0)
	c.write("</div>")
	c.within = ""
}

// openPopups appends the popups that what is in the output opens.
func (p *Page) openPopups(out *Output, v catalog.Visitor, rendered [][]byte) {
	left := slices.Clone(p.popups)
	for again := true; again; {
		again = false
		left = slices.DeleteFunc(left, func(o popup) bool {
			if !out.opens(o.id) {
				return false
			}
			p.assemble(out, o.parts, v, rendered)
			again = true
			return true
		})
	}
}

// opens reports whether a control of the output opens the popup.
func (o *Output) opens(id string) bool {
	control := []byte(`popovertarget="` + id + `"`)
	return slices.ContainsFunc(o.Parts, func(p Part) bool { return bytes.Contains(p.HTML, control) })
}

// dismiss is a button that closes the popup it stands in.
func (c *compiler) dismiss(at place) {
	if c.within == "" {
		return // there is nothing to close
	}
	label := cmp.Or(at.node.labels().Label, c.opt.Messages.T("popup.close"))
	c.open("button", "btn", ` type=button popovertarget="`+c.within+`" popovertargetaction=hide`, at)
	c.write(html.EscapeString(label) + "</button>")
}
