package apidoc

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/markdown"
)

// Parse reads a description. Errors are apim.ErrTooLarge and
// *apim.InvalidError, whose targets are JSON pointers, or line:column where the
// text does not parse. What is wrong but leaves the rest usable is in Warnings.
func Parse(ctx context.Context, data []byte, opt Options) (*Description, error) {
	switch opt.TranslateRequiredQuery {
	case "", RequiredInQuery, RequiredInTemplate:
	default:
		return nil, apim.Invalid("translateRequiredQueryParameters", "It must be template or query.")
	}
	doc, err := tree.Parse(data, treeLimits)
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	p := &parser{
		doc: doc, root: doc.Root().Members(), opt: opt, d: &Description{Original: data},
		ids: map[string]tree.Node{}, suffix: map[string]int{}, tagged: map[string]bool{}, routes: map[string]bool{}, parts: map[string]int{},
	}
	if err := p.description(ctx); err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	p.d.Warnings = p.findings.warnings()
	return p.d, nil
}

// parser reads one document.
type parser struct {
	findings
	doc     *tree.Document
	root    tree.Members
	swagger bool // version 2
	opt     Options
	d       *Description

	ids     map[string]tree.Node       // operations by resource name
	suffix  map[string]int             // last one used, by the name before it
	tagged  map[string]bool            // tags in use
	routes  map[string]bool            // methods and templates in use
	schema  []part                     // definitions, as declared, then those made of inline schemas
	parts   map[string]int             // their positions by name
	media   map[string][]string        // of the document, by consumes and produces
	targets map[string]json.RawMessage // of references that were inlined
	spent   int                        // bytes of operations read, references resolved
	fatal   error                      // of a limit; ends the reading
}

func (p *parser) description(ctx context.Context) error {
	if err := p.version(); err != nil {
		return err
	}
	if p.readParts(); p.failed {
		return p.err()
	}
	p.checkReferences()
	p.info()
	p.servers()
	p.paths(ctx)
	if p.fatal != nil {
		return p.fatal
	}
	if err := p.err(); err != nil {
		return err
	}
	p.tags()
	p.putParts()
	return nil
}

// version determines the kind of document.
func (p *parser) version() error {
	root := p.doc.Root()
	openapi, swagger := p.root.Get("openapi"), p.root.Get("swagger")
	switch {
	case root.Kind() != tree.Object:
		p.fail(root, "a description is an object with the member openapi or swagger.")
	case openapi.Exists():
		p.d.Extra.OpenAPI = openapi.Literal()
		if v := p.d.Extra.OpenAPI; !isVersion(v, "3.0") && !isVersion(v, "3.1") {
			p.fail(openapi, "OpenAPI %.20q is not supported; 3.0, 3.1 and Swagger 2.0 are.", v)
		}
	case swagger.Exists():
		p.swagger, p.d.Extra.OpenAPI = true, swagger.Literal()
		if v := p.d.Extra.OpenAPI; v != "2.0" && v != "2" {
			p.fail(swagger, "Swagger %.20q is not supported; 2.0, OpenAPI 3.0 and 3.1 are.", v)
		}
	default:
		p.fail(root, "this is not an OpenAPI or Swagger description: it has no member openapi or swagger.")
	}
	return p.err()
}

func isVersion(v, series string) bool { return v == series || strings.HasPrefix(v, series+".") }

// charge counts the text that an operation takes, so that references cannot
// expand a small document into a huge one.
func (p *parser) charge(n tree.Node) { p.take(n.Size(), n) }

func (p *parser) take(bytes int, at tree.Node) {
	if p.spent += bytes; p.spent > maxExpanded && p.fatal == nil {
		p.fatal = apim.TooLarge("The operations have more than %d MB with their references resolved, at %s.",
			maxExpanded>>20, at.Pointer())
	}
}

// shown warns of a description that pages show in part as plain text.
func (p *parser) shown(n tree.Node) {
	if !markdown.Whole(n.Text()) {
		p.warn(n, "the description is nested too deep, or takes too long to read as Markdown; some of it is shown as plain text.")
	}
}

// info reads what the document says about itself.
func (p *parser) info() {
	d, info := p.d, p.root.Get("info").Members()
	d.Title = strings.TrimSpace(info.Get("title").Literal())
	d.Version = info.Get("version").Literal()
	d.Text = info.Get("description").Text()
	p.shown(info.Get("description"))
	d.TermsOfServiceURL = info.Get("termsOfService").Text()
	if m := info.Get("contact").Members(); m != nil {
		d.Contact = &apim.Contact{Name: m.Get("name").Text(), Email: m.Get("email").Text(), URL: m.Get("url").Text()}
	}
	if m := info.Get("license").Members(); m != nil {
		d.License = &apim.License{Name: m.Get("name").Text(), URL: m.Get("url").Text()}
	}
	e := &d.Extra
	e.Version, e.Summary = d.Version, info.Get("summary").Text()
	e.Security, e.Docs = p.root.Get("security").Compact(), p.root.Get("externalDocs").Compact()
	e.X, e.InfoX = extensions(p.root, "x-ms-paths"), extensions(info)
	e.Tags, e.Webhooks = p.root.Get("tags").Compact(), p.inlined(p.root.Get("webhooks"))
	e.SecuritySchemes = p.inlined(p.root.Get("components").Get("securitySchemes"))
	if p.swagger {
		e.SecuritySchemes = securitySchemes(p.root.Get("securityDefinitions"))
	}
}

// tags lists the declared tags, then the others in the order of their first use.
func (p *parser) tags() {
	seen := map[string]bool{}
	add := func(name, description string) {
		if name != "" && !seen[name] {
			seen[name] = true
			p.d.Tags = append(p.d.Tags, Tag{name, description})
		}
	}
	for _, n := range p.root.Get("tags").Items() {
		m := n.Members()
		add(strings.TrimSpace(m.Get("name").Literal()), m.Get("description").Text())
	}
	for i := range p.d.Operations {
		for _, name := range p.d.Operations[i].Extra.Tags {
			add(name, "")
		}
	}
}

// mayTag reports whether an operation that has n tags may have another.
func (p *parser) mayTag(name string, n int, at tree.Node) bool {
	if n == maxOperationTags || len(p.tagged) == maxTags && !p.tagged[name] {
		p.warn(at, "an operation may have %d tags, a description %d; the others are left out.", maxOperationTags, maxTags)
		return false
	}
	p.tagged[name] = true
	return true
}
