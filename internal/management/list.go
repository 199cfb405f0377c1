package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// listKind answers GET of a kind's collection.
func listKind(c *call) (*answer, error) {
	return c.list(c.route.kind, c.route.kind.Filter, func(tx *store.Tx) ([]*row, error) {
		parent, err := c.stored(tx, c.ref)
		if err != nil {
			return nil, err
		}
		return c.collections.rows(tx, c.route.kind, parent)
	})
}

// stored resolves a ref's API alias and makes sure that the entity exists; "" is the service.
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

// list filters, orders and pages the rows that read returns.
func (c *call) list(kind *apim.Kind, fields apim.Fields, read func(tx *store.Tx) ([]*row, error)) (*answer, error) {
	page, err := arm.ParsePage(c.query)
	if err != nil {
		return nil, err
	}
	filter, err := arm.ParseFilter(c.query.Get("$filter"), fields, kind.FilterAny)
	if err != nil {
		return nil, err
	}
	order, err := arm.ParseOrder(c.query.Get("$orderby"), fields, kind.FilterAny)
	if err != nil {
		return nil, err
	}
	var rows []*row
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		rows, err = read(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	rows = selected(rows, kind, filter, order)
	from, to, more := page.Bounds(len(rows))
	result := arm.List{Value: make([]arm.Envelope, 0, to-from), Count: len(rows)}
	for _, r := range rows[from:to] {
		e, err := c.item(kind, r)
		if err != nil {
			return nil, err
		}
		result.Value = append(result.Value, e)
	}
	if more {
		result.NextLink = page.NextLink(c.r, c.query)
	}
	return &answer{status: http.StatusOK, body: result}, nil
}

// selected returns the rows that match, in order; the given slice stays as it is.
func selected(rows []*row, kind *apim.Kind, filter arm.Filter, order arm.Order) []*row {
	if !filter.Empty() {
		kept := make([]*row, 0, min(len(rows), 256))
		for _, r := range rows {
			if filter.Match(r.fields(kind)) {
				kept = append(kept, r)
			}
		}
		rows = kept
	}
	if !order.Empty() {
		rows = append([]*row(nil), rows...)
		arm.Sort(order, rows, func(r *row) arm.Record { return r.fields(kind) })
	}
	return rows
}

// item shows one row. APIs are listed by alias or revision, everything else as the request named its API.
func (c *call) item(kind *apim.Kind, r *row) (arm.Envelope, error) {
	ref := r.ref
	if kind != apim.APIs {
		ref = c.shown(r.doc)
	}
	body, err := shownBody(c, kind, r.doc)
	if err != nil {
		return arm.Envelope{}, err
	}
	return c.envelope(kind, ref, body)
}
