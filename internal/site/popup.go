package site

import (
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget"
)

// readPopup takes a popup into the site; one whose rule is not understood stays closed.
func (s *Site) readPopup(it Item, m meta) {
	rule, err := widget.ParseRule(m.rule())
	if err != nil {
		s.find(apim.SeverityError, string(it.Ref), "", "The popup's security is not understood, so it is unclear who may see it.")
		return
	}
	doc, err := s.readDocument(m.DocumentID)
	if err != nil {
		s.find(apim.SeverityWarning, string(it.Ref), "", fmt.Sprintf("The popup cannot be shown: %v.", err))
		return
	}
	s.name(rule)
	s.popups[it.Ref.Key()] = widget.Popup{Title: m.Title, Rule: rule, Document: doc}
	s.targets[it.Ref.Key()] = "#" + widget.PopupID(string(it.Ref))
}

// popup finds a popup by its item's id, with or without a leading slash.
func (s *Site) popup(id string) (widget.Popup, bool) {
	p, ok := s.popups[refKey(id)]
	return p, ok
}

// menuPopups are the ids of the popups that a menu's items open.
func (s *Site) menuPopups(id string) []string {
	m, ok := s.menus[id]
	if !ok {
		return nil
	}
	var list []string
	var look func(items []*menuItem)
	look = func(items []*menuItem) {
		for _, it := range items {
			if strings.Contains(strings.ToLower(it.TargetID), "contenttypes/popup/") {
				list = append(list, it.TargetID)
			}
			look(it.Items)
		}
	}
	look(m.Items)
	return list
}
