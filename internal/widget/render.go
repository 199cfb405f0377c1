package widget

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/routine"
	"github.com/portico-portal/portico/internal/widget/messages"
)

// Render is one request for a page.
type Render struct {
	Params    Params
	Visitor   catalog.Visitor
	Data      Data
	Person    Person              // nil: a guest; personal slots show what guests see
	Messages  *messages.Catalogue // nil: English
	Canonical string              // absolute address of the page; "" for none
	Base      string              // absolute address of the portal, without a slash at the end
	Form      *FormState
	Problem   Problem // the 404 and 500 pages only
	NoIndex   bool
	Text      bool   // it is read as text: what only leads around is left out
	Preview   string // "draft" or the revision that an administrator previews; "" when it is the published site
}

// Problem is what an error page tells.
type Problem struct {
	Status    int // 0: none; the page's status is 200
	RequestID string
}

// Output is a rendered page, shell included.
type Output struct {
	Parts              []Part
	Status             int
	Title, Description string
	Style              string // what stands in the one style element: hash it for the CSP
}

// Part is a run of the page. Personal parts are of one visitor; Slot is what RenderSlot takes.
type Part struct {
	HTML     []byte
	Personal bool
	Slot     int
}

// HTML is all parts in one.
func (o *Output) HTML() []byte {
	var b bytes.Buffer
	for _, p := range o.Parts {
		b.Write(p.HTML)
	}
	return b.Bytes()
}

// heading is what widgets say the page is about; the highest rank wins.
type heading struct {
	mu                 sync.Mutex
	rank               int
	title, description string
	about              []any  // structured data (schema.org)
	feed               string // address of the page's feed
}

// structured adds structured data about what the page shows.
func (in *Input) structured(data ...any) {
	in.heading.mu.Lock()
	defer in.heading.mu.Unlock()
	in.heading.about = append(in.heading.about, data...)
}

// follow names the feed of what the page shows.
func (in *Input) follow(feed string) {
	in.heading.mu.Lock()
	defer in.heading.mu.Unlock()
	in.heading.feed = feed
}

// describe proposes a title and a description for the page.
func (in *Input) describe(rank int, title, description string) {
	h := in.heading
	h.mu.Lock()
	defer h.mu.Unlock()
	if rank > h.rank {
		h.rank, h.title, h.description = rank, title, description
	}
}

// Render renders the page for a visitor. A widget whose resource is absent or
// hidden fails with apim.ErrNotFound: the page is then a 404.
func (p *Page) Render(ctx context.Context, r Render) (*Output, error) {
	h := &heading{}
	rendered, err := p.renderSlots(ctx, r, h, func(*slot) bool { return true })
	if err != nil {
		return nil, err
	}
	out := &Output{Status: max(r.Problem.Status, 200), Style: p.style}
	out.Title, out.Description = p.opt.Title, p.opt.Description
	if h.title != "" {
		out.Title, out.Description = h.title, h.description
	}
	head, err := p.head(r, out, h)
	if err != nil {
		return nil, err
	}
	out.add(Part{HTML: head})
	p.assemble(out, p.parts, r.Visitor, rendered)
	p.openPopups(out, r.Visitor, rendered)
	out.add(Part{HTML: []byte(p.foot(r))})
	return out, nil
}

// Fragment renders only the widgets whose output stands alone, without the
// shell: what an address answers with ?fragment=1.
func (p *Page) Fragment(ctx context.Context, r Render) (*Output, error) {
	rendered, err := p.renderSlots(ctx, r, &heading{}, func(s *slot) bool { return s.widget.Fragment })
	if err != nil {
		return nil, err
	}
	out := &Output{Status: 200}
	for _, s := range p.slots {
		if b := rendered[s.index]; b != nil {
			out.add(Part{HTML: b})
		}
	}
	return out, nil
}

// RenderSlot renders one personal part for its visitor.
func (p *Page) RenderSlot(ctx context.Context, r Render, index int) ([]byte, error) {
	if index < 0 || index >= len(p.slots) || !p.slots[index].widget.Personal {
		return nil, fmt.Errorf("render slot %d: not a personal slot", index)
	}
	return p.renderSlot(ctx, r, &heading{}, p.slots[index])
}

// renderSlots renders the slots that the visitor may see and want admits, concurrently.
func (p *Page) renderSlots(ctx context.Context, r Render, h *heading, want func(*slot) bool) ([][]byte, error) {
	rendered := make([][]byte, len(p.slots))
	g, ctx := routine.WithContext(ctx)
	for _, s := range p.visibleSlots(r.Visitor) {
		if !want(s) {
			continue
		}
		g.Go(func() (err error) {
			rendered[s.index], err = p.renderSlot(ctx, r, h, s)
			return err
		})
	}
	return rendered, g.Wait()
}

// visibleSlots are the slots, of popups too, whose rules admit the visitor.
func (p *Page) visibleSlots(v catalog.Visitor) []*slot {
	slots := visibleSlots(p.parts, v, nil)
	for _, o := range p.popups {
		slots = visibleSlots(o.parts, v, slots)
	}
	return slots
}

func visibleSlots(parts []part, v catalog.Visitor, slots []*slot) []*slot {
	for _, part := range parts {
		switch {
		case part.slot != nil:
			slots = append(slots, part.slot)
		case part.parts != nil && part.rule.Admits(v):
			slots = visibleSlots(part.parts, v, slots)
		}
	}
	return slots
}

// input is a Render as a widget sees it, outside a page.
func (r Render) input() *Input {
	return &Input{
		Params: r.Params, Visitor: r.Visitor, Data: r.Data, Person: r.Person, Form: r.Form, Problem: r.Problem, Text: r.Text,
		Messages: cmp.Or(r.Messages, messages.English()), heading: &heading{}, base: r.Base,
	}
}

func (p *Page) renderSlot(ctx context.Context, r Render, h *heading, s *slot) ([]byte, error) {
	in := r.input()
	in.Props, in.Node, in.Site, in.heading, in.class = s.props, s.node, p.opt.Site, h, p.opt.Class
	if !s.widget.Personal {
		in.Person = nil
	}
	return renderWidget(ctx, s.widget, in, s.class)
}

// renderWidget loads a widget's view and executes its template; nil when it shows nothing.
func renderWidget(ctx context.Context, w *Widget, in *Input, class string) ([]byte, error) {
	if in.missing(w.Needs) {
		return []byte{}, nil
	}
	view, err := w.Load(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("widget %s: %w", w.Type, err)
	}
	if view == nil {
		return []byte{}, nil
	}
	html, err := execute(templateName(w.Type), frame{Input: in, V: view, Class: class})
	if err != nil {
		return nil, fmt.Errorf("widget %s: %w", w.Type, err)
	}
	return html, nil
}

func (in *Input) missing(n Needs) bool {
	p := in.Params
	return n.API && p.API == "" || n.Operation && p.Operation == "" || n.Product && p.Product == "" || n.Schema && p.Schema == ""
}

// assemble appends parts in order.
func (p *Page) assemble(out *Output, parts []part, v catalog.Visitor, rendered [][]byte) {
	for _, part := range parts {
		switch {
		case part.html != nil:
			out.add(Part{HTML: part.html})
		case part.slot != nil:
			s := part.slot
			out.add(Part{HTML: rendered[s.index], Personal: s.widget.Personal, Slot: s.index})
		case part.rule.Admits(v):
			p.assemble(out, part.parts, v, rendered)
		}
	}
}

// add appends a part; neighbours that are not personal become one.
func (o *Output) add(p Part) {
	if n := len(o.Parts); n > 0 && !p.Personal && !o.Parts[n-1].Personal {
		o.Parts[n-1].HTML = append(o.Parts[n-1].HTML, p.HTML...)
		return
	}
	if !p.Personal {
		p.HTML = slices.Clone(p.HTML)
	}
	o.Parts = append(o.Parts, p)
}
