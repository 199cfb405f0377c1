package site

import (
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
)

// everything is who checks links: rules do not matter then.
var everything = catalog.Visitor{UserID: "publish", Admin: true}

// Link resolves a content item's ref, with or without a leading slash, to an
// address. False when there is no such item, it has no address of its own, or
// the visitor may not see the page.
func (s *Site) Link(v catalog.Visitor, item string) (href string, ok bool) {
	if item == "" {
		return "", false
	}
	key := refKey(item)
	if p, found := s.byKey[key]; found {
		if p.lost != "" || p.template.HasVariables() || !v.Admin && !p.rule.Admits(v) {
			return "", false
		}
		return p.Address(), true
	}
	if p, found := s.popups[key]; found && !v.Admin && !p.Rule.Admits(v) {
		return "", false
	}
	href, ok = s.targets[key]
	return href, ok && href != ""
}

// target is where a URL item leads: what it says, unless that would run a script.
func target(permalink string) string {
	permalink = strings.TrimSpace(permalink)
	if permalink == address.OldSignOut {
		return address.SignOut
	}
	u, err := url.Parse(permalink)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "", "http", "https", "mailto", "tel":
		return permalink
	}
	return ""
}
