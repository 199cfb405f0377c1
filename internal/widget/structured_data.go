package widget

import (
	"cmp"
	"html/template"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/messages"
)

// schemaOrg is the vocabulary of the structured data in pages' heads.
const schemaOrg = "https://schema.org"

// crumbs are the way to a page, for search engines: label, address, label, address.
func (in *Input) crumbs(steps ...string) map[string]any {
	var list []any
	for i := 0; i+1 < len(steps); i += 2 {
		list = append(list, map[string]any{"@type": "ListItem", "position": i/2 + 1, "name": steps[i], "item": in.base + steps[i+1]})
	}
	return map[string]any{"@context": schemaOrg, "@type": "BreadcrumbList", "itemListElement": list}
}

// webAPI describes an API to search engines.
func (in *Input) webAPI(a *catalog.API) map[string]any {
	about := map[string]any{
		"@context": schemaOrg, "@type": "WebAPI", "name": a.Name, "url": in.base + address.API(a.ID), "documentation": in.base + address.API(a.ID),
		"provider": map[string]any{"@type": "Organization", "name": in.Site.Title},
	}
	if a.Summary != "" {
		about["description"] = a.Summary
	}
	if a.Props != nil && safeHref(a.Props.TermsOfServiceURL) && a.Props.TermsOfServiceURL != "" {
		about["termsOfService"] = a.Props.TermsOfServiceURL
	}
	return about
}

func (p *Page) foot(r Render) string {
	if p.opt.Site.Script != "" {
		return ""
	}
	m := cmp.Or(r.Messages, messages.English())
	return "<p class=unbuilt>" + template.HTMLEscapeString(m.T("scripts.missing"))
}
