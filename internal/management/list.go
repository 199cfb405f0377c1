package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// listKind answers GET of a kind's collection.
func listKind(c *call) (*answer, error) {
	kind := c.route.kind
	return c.list(kind, kind.Filter, func(tx *store.Tx) ([]*row, error) {
		parent, err := c.parent(tx, c.ref)
		if err != nil {
			return nil, err
		}
		rows, err := c.collections.rows(tx, kind, parent)
		if err != nil {
			return nil, err
		}
		return c.kept(tx, kind, rows)
	})
}

// kept selects rows by the query's flags, such as tags= and scope=.
func (c *call) kept(tx *store.Tx, kind *apim.Kind, rows []*row) ([]*row, error) {
	keep := c.behaviours[kind].keep
	if keep == nil {
		return rows, nil
	}
	ok, err := keep(c, tx)
	if ok == nil || err != nil {
		return rows, err
	}
	var left []*row
	for _, r := range rows {
		if ok(r) {
			left = append(left, r)
		}
	}
	return left, nil
}

// stored resolves a ref's API alias and checks that the entity exists; "" is the service.
func (c *call) stored(tx *store.Tx, ref apim.Ref) (apim.Ref, error) {
	if ref == "" {
		return "", nil
	}
	resolved, err := tx.ResolveAPI(ref)
	if err != nil {
		return "", err
	}
	if _, err := tx.Get(resolved); err != nil {
		return "", err
	}
	return resolved, nil
}

// parent is where the collection of the route's kind is stored; the entity
// above it must exist.
func (c *call) parent(tx *store.Tx, ref apim.Ref) (apim.Ref, error) {
	if ref == "" {
		return "", nil
	}
	if !c.route.kind.OnAlias {
		return c.stored(tx, ref)
	}
	if ref.KindPath() == apim.APIs.Path {
		stored, err := c.stored(tx, ref)
		return stored.Alias(), err
	}
	resolved, err := c.resolve(tx, ref)
	if err == nil {
		_, err = tx.Get(resolved)
	}
	return resolved, err
}

// list filters, orders and pages the rows that read returns.
func (c *call) list(kind *apim.Kind, fields apim.Fields, read func(tx *store.Tx) ([]*row, error)) (*answer, error) {
	l, err := c.listing(fields, kind.FilterAny)
	if err != nil {
		return nil, err
	}
	rows, err := view(c, read)
	if err != nil {
		return nil, err
	}
	if !kind.FilterAny {
		l.filter.Bind(kind.Filter)
	}
	rows = c.selections.of(rows, c.query.Get("$filter")+"\n"+c.query.Get("$orderby"), func() []*row {
		return selected(rows, l, func(r *row) arm.Record { return r.fields(kind) })
	})
	return page(c, l, rows, func(r *row) (any, error) { return c.item(kind, r) })
}

// listing is what a list's query asks for.
type listing struct {
	page   arm.Page
	filter arm.Filter
	order  arm.Order
}

// listing reads the query of a list; fields may be named in $filter and $orderby.
func (c *call) listing(fields apim.Fields, anyField bool) (l listing, err error) {
	if l.page, err = arm.ParsePage(c.query); err != nil {
		return l, err
	}
	if l.filter, err = arm.ParseFilter(c.query.Get("$filter"), fields, anyField); err != nil {
		return l, err
	}
	l.order, err = arm.ParseOrder(c.query.Get("$orderby"), fields, anyField)
	return l, err
}

// selected returns the rows that match, in order, and leaves the given slice unchanged.
func selected[R any](rows []R, l listing, fields func(R) arm.Record) []R {
	if !l.filter.Empty() {
		kept := make([]R, 0, min(len(rows), 256))
		for _, r := range rows {
			if l.filter.Match(fields(r)) {
				kept = append(kept, r)
			}
		}
		rows = kept
	}
	if !l.order.Empty() {
		rows = append([]R(nil), rows...)
		arm.Sort(l.order, rows, fields)
	}
	return rows
}

// page answers with the requested part of the rows.
func page[R any](c *call, l listing, rows []R, show func(R) (any, error)) (*answer, error) {
	from, to, more := l.page.Bounds(len(rows))
	result := arm.List{Value: make([]any, 0, to-from), Count: len(rows)}
	for _, r := range rows[from:to] {
		e, err := show(r)
		if err != nil {
			return nil, err
		}
		result.Value = append(result.Value, e)
	}
	if more {
		result.NextLink = l.page.NextLink(c.r, c.query)
	}
	return &answer{status: http.StatusOK, body: result}, nil
}

// item shows one row. APIs are listed by alias or revision, everything else as
// the request named its API.
func (c *call) item(kind *apim.Kind, r *row) (arm.Envelope, error) {
	ref := r.ref
	if kind != apim.APIs {
		ref = c.shown(r.doc)
	}
	body, err := shownBody(c, kind, r.doc)
	if err != nil {
		return arm.Envelope{}, err
	}
	e, err := c.envelope(kind, ref, body)
	if l := c.route.link; err == nil && l != nil && l.Name != apim.TagLink {
		c.asMember(&e, l)
	}
	return e, err
}

// asMember shows the other side of an association as a member: with the
// association's type and, in lists, its address. Tags, and an API just added to
// a product, keep their own address.
func (c *call) asMember(e *arm.Envelope, l *apim.Link) {
	put := c.r.Method == http.MethodPut
	if put && l.Name == apim.ProductAPI {
		return
	}
	member := c.ref.Child(l.Collection, e.Name)
	e.Type = c.route.kind.ARMType(member.Workspace() != "") + "/" + l.Collection
	if !put {
		e.ID = c.address.ID(member)
	}
}
