package site

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// maxMenuDepth is how deep menus nest.
const maxMenuDepth = 8

// menu is one menu of the navigation document (portal-wire.md §3.2).
type menu struct {
	ID    string      `json:"id"`
	Label string      `json:"label"`
	Items []*menuItem `json:"navigationItems"`
}

type menuItem struct {
	ID       string          `json:"id"`
	Label    string          `json:"label"`
	TargetID string          `json:"targetId"`     // a content item
	Window   string          `json:"targetWindow"` // "", _blank, ...
	Anchor   string          `json:"anchor"`       // of a heading on the page it leads to
	Roles    json.RawMessage `json:"roles"`        // an older spelling of security
	Security json.RawMessage `json:"security"`
	Items    []*menuItem     `json:"navigationItems"`

	rule widget.Rule
}

// security is the member that says who sees the item, in either spelling.
func (it *menuItem) security() json.RawMessage {
	if len(it.Security) == 0 && len(it.Roles) > 0 {
		return json.RawMessage(`{"roles":` + string(it.Roles) + `}`)
	}
	return it.Security
}

func (s *Site) readNavigation() {
	ref, nodes := s.document("navigation")
	for i, raw := range nodes {
		m := new(menu)
		path := fmt.Sprintf("/nodes/%d", i)
		if err := json.Unmarshal(raw, m); err != nil {
			s.find(apim.SeverityWarning, ref, path, "The menu is not understood: "+err.Error())
			continue
		}
		m.Items = s.checkItems(ref, path, m.Items, 0)
		s.menus[m.ID] = m
	}
}

// checkItems reads the items' rules; an item whose rule is not understood is left out.
func (s *Site) checkItems(ref, path string, items []*menuItem, depth int) []*menuItem {
	if depth > maxMenuDepth {
		s.find(apim.SeverityWarning, ref, path, fmt.Sprintf("The menu nests deeper than %d levels; the rest is not shown.", maxMenuDepth))
		return nil
	}
	var kept []*menuItem
	for i, it := range items {
		at := fmt.Sprintf("%s/navigationItems/%d", path, i)
		if it == nil {
			continue
		}
		rule, err := widget.ParseRule(it.security())
		if err != nil {
			s.find(apim.SeverityError, ref, at, "The menu item's security is not understood, so it is unclear who may see it.")
			continue
		}
		it.rule = rule
		s.name(rule)
		if it.TargetID != "" {
			if _, ok := s.Link(everything, it.TargetID); !ok {
				s.find(apim.SeverityWarning, ref, at, fmt.Sprintf("The menu item %q leads to %s, which has no address.", it.Label, it.TargetID))
			}
		}
		it.Items = s.checkItems(ref, at, it.Items, depth+1)
		kept = append(kept, it)
	}
	return kept
}

// Menu is a menu as the visitor sees it, the item of path marked: items whose
// rule or target excludes the visitor are left out.
func (s *Site) Menu(id string, v catalog.Visitor, path string) []widget.MenuItem {
	m, ok := s.menus[id]
	if !ok {
		return nil
	}
	return s.menuItems(m.Items, v, path)
}

func (s *Site) menuItems(items []*menuItem, v catalog.Visitor, path string) []widget.MenuItem {
	var list []widget.MenuItem
	for _, it := range items {
		if !it.rule.Admits(v) {
			continue
		}
		out := widget.MenuItem{Label: it.Label, Items: s.menuItems(it.Items, v, path)}
		if it.TargetID != "" {
			href, ok := s.Link(v, it.TargetID)
			if !ok && len(out.Items) == 0 {
				continue
			}
			out.Href, out.Current = href, href == path
			if it.Anchor != "" && href != "" && !strings.HasPrefix(href, "#") {
				out.Href += "#" + it.Anchor
			}
		}
		if it.Window == "_blank" || it.Window == "_download" {
			out.Target = it.Window
		}
		list = append(list, out)
	}
	return list
}
