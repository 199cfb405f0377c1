package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/routine"
	"github.com/portico-portal/portico/internal/site/style"
	"github.com/portico-portal/portico/internal/widget"
)

// Page is a page of a site at one address template.
type Page struct {
	Ref       string // of its content item; "" for the engine's own
	Permalink string // with variables
	Title     string

	meta     meta
	rule     widget.Rule
	template address.Template
	lost     string       // why nobody can reach it; "" of a page that has an address
	document *widget.Node // the engine's own pages; others are read when compiled
	details  *Page        // the page whose content this address shows, or nil
	site     *Site

	once     sync.Once
	compiled *widget.Page
	findings []apim.Finding
	err      error
}

type layout struct {
	ref        string
	template   address.Template
	documentID string
}

func newPage(ref string, m meta) *Page {
	return &Page{Ref: ref, Permalink: m.Permalink, Title: m.Title, meta: m, template: address.ParseTemplate(m.Permalink), lost: unreachable(m.Permalink)}
}

// addPage takes a page into the site; a rule that is not understood hides it.
func (s *Site) addPage(p *Page) {
	rule, err := widget.ParseRule(p.meta.rule())
	if err != nil {
		s.find(apim.SeverityError, p.Ref, "", "The page's security is not understood, so it is unclear who may see it.")
		return
	}
	p.rule, p.site = rule, s
	s.name(rule)
	s.pages = append(s.pages, p)
	s.byKey[refKey(p.Ref)] = p
}

// enginePages are shown by sites that have no page of their own there.
var enginePages = []struct{ permalink, title, document string }{
	{address.SchemaPattern, "Type", `{"nodes":[{"type":"section","nodes":[{"type":"schemaDetails"}]}]}`},
	{address.ChangelogPattern, "Change log", `{"nodes":[{"type":"section","nodes":[{"type":"historyOfApi"}]}]}`},
	{address.Search, "Search", `{"nodes":[{"type":"section","nodes":[{"type":"search-results"}]}]}`},
	{address.NotFound, "Not found", `{"nodes":[{"type":"section","nodes":[{"type":"problem"}]}]}`},
	{address.Failed, "Error", `{"nodes":[{"type":"section","nodes":[{"type":"problem"}]}]}`},
}

// addEnginePages makes sure that the canonical addresses exist: details pages
// of imported sites are served there, and what a site lacks the engine has.
func (s *Site) addEnginePages() {
	for _, d := range []struct{ template, legacy, node string }{
		{address.APIPattern, address.OldAPI, "detailsOfApi"},
		{address.OperationPattern, address.OldAPI, "operationDetails"},
		{address.ProductPattern, address.OldProduct, "product-details"},
		{address.ChangelogPattern, address.OldChangelog, "historyOfApi"},
	} {
		if s.at(d.template) == nil {
			if page := s.detailsPage(d.legacy, d.node); page != nil {
				s.pages = append(s.pages, &Page{
					Ref: page.Ref, Permalink: d.template, Title: page.Title, meta: page.meta, rule: page.rule,
					template: address.ParseTemplate(d.template), details: page, site: s,
				})
			}
		}
	}
	for _, e := range enginePages {
		if s.at(e.permalink) != nil {
			continue
		}
		doc := new(widget.Node)
		if err := json.Unmarshal([]byte(e.document), doc); err != nil {
			s.find(apim.SeverityError, "", e.permalink, err.Error())
			continue
		}
		p := newPage("", meta{Title: e.title, Permalink: e.permalink})
		p.document, p.site = doc, s
		s.pages = append(s.pages, p)
	}
}

// at is the page at a permalink, whatever its variables are called.
func (s *Site) at(permalink string) *Page {
	want := address.ParseTemplate(permalink).Shape()
	for _, p := range s.pages {
		if p.lost == "" && p.template.Shape() == want {
			return p
		}
	}
	return nil
}

// detailsPage is the page of an imported site that shows details by query: the
// one at the usual address, else the first that holds the widget.
func (s *Site) detailsPage(permalink, node string) *Page {
	if p := s.at(permalink); p != nil {
		return p
	}
	for _, p := range s.pages {
		if p.template.HasVariables() || !bytes.Contains(s.items[refKey(p.meta.DocumentID)].Body, []byte(`"`+node+`"`)) {
			continue
		}
		if doc, err := s.readDocument(p.meta.DocumentID); err == nil && holds(doc, node) {
			return p
		}
	}
	return nil
}

func holds(n *widget.Node, nodeType string) bool {
	return n.Type == nodeType || slices.ContainsFunc(n.Nodes, func(c *widget.Node) bool { return holds(c, nodeType) })
}

func (s *Site) readDocument(id string) (*widget.Node, error) {
	if id == "" {
		return nil, fmt.Errorf("it names no document")
	}
	it, ok := s.items[refKey(id)]
	if !ok {
		return nil, fmt.Errorf("its document %s is missing", id)
	}
	if n, ok := s.frames.Load(it.Ref.Key()); ok {
		return n.(*widget.Node), nil
	}
	n := new(widget.Node)
	if err := json.Unmarshal(it.Body, n); err != nil {
		return nil, fmt.Errorf("its document %s is not understood: %w", id, err)
	}
	if slices.ContainsFunc(s.layouts, func(l *layout) bool { return refKey(l.documentID) == it.Ref.Key() }) {
		s.frames.Store(it.Ref.Key(), n)
	}
	return n, nil
}

// layoutFor is the layout of a page: the most specific template that covers
// its permalink, else the one at /.
func (s *Site) layoutFor(p *Page) *layout {
	t := p.template
	if p.details != nil {
		t = p.details.template
	}
	var fallback *layout
	for _, l := range s.layouts {
		if l.template.Covers(t) {
			return l
		}
		if len(l.template) == 0 {
			fallback = l
		}
	}
	return fallback
}

// Rule is the page's own rule: whom it lets in.
func (p *Page) Rule() widget.Rule { return p.rule }

// Compiled is the page as static bytes and slots, made on first use.
func (p *Page) Compiled() (*widget.Page, error) {
	p.once.Do(p.compile)
	return p.compiled, p.err
}

func (p *Page) compile() {
	defer routine.Caught(&p.err)
	if p.details != nil {
		p.compiled, p.err = p.details.Compiled()
		return
	}
	layout := p.site.layoutFor(p)
	if layout == nil {
		p.fail("no layout matches %s", p.Permalink)
		return
	}
	frame, err := p.site.readDocument(layout.documentID)
	if err != nil {
		p.fail("its layout %s cannot be used: %v", layout.ref, err)
		return
	}
	content := p.document
	if content == nil {
		if refKey(layout.documentID) == refKey(p.meta.DocumentID) {
			p.fail("its document is that of its layout %s: the page would hold itself", layout.ref)
			return
		}
		if content, err = p.site.readDocument(p.meta.DocumentID); err != nil {
			p.fail("%v", err)
			return
		}
	}
	p.compiled, p.findings, p.err = widget.Compile(frame, content, p.compileOptions())
	if p.compiled == nil && p.err == nil {
		p.err = fmt.Errorf("page %s has errors", p.Permalink)
	}
}

func (p *Page) fail(format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	p.findings = append(p.findings, finding(apim.SeverityError, "", "", "The page cannot be shown: "+message+"."))
	p.err = fmt.Errorf("page %s: %s", p.Permalink, message)
}

// share is what the page looks like where it is shared.
func (p *Page) share() widget.Share {
	d := p.meta.Share
	image, _ := p.site.Link(everything, d.Image.SourceID)
	return widget.Share{Title: d.Title, Description: d.Description, Image: image}
}

func (p *Page) compileOptions() widget.CompileOptions {
	s := p.site
	return widget.CompileOptions{
		Site: widget.Site{
			Title: s.Title, Tokens: s.styles.tokens, Stylesheet: s.styles.path, Script: s.options.Script, Favicon: s.Favicon(), Author: s.author,
		},
		JSONLD: p.meta.JSONLD, Share: p.share(),
		Title: p.meta.Title, Description: p.meta.Description, Keywords: p.meta.Keywords, Class: style.Class, CheckStyles: s.styles.names.Check,
		Popup: s.popup, MenuPopups: s.menuPopups,
	}
}
