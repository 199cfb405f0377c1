package catalog

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/store"
)

// anyTag is the cache dependency of everything that holds names of tags.
const anyTag = "tags"

// Operations are the operations of an API in the description's order, those
// that no description names after them as they were created. They are read on
// first use.
func (c *Catalog) Operations(ctx context.Context, a *API) ([]*Operation, error) {
	key := string(a.Revision.Key())
	v, err := c.operations.Load(ctx, key, func(ctx context.Context) (cache.Made[any], error) {
		ops, bytes, err := c.loadOperations(ctx, a.Revision)
		return cache.Made[any]{Value: ops, Bytes: bytes, Deps: []string{key, anyTag}}, err
	})
	if err != nil {
		return nil, fmt.Errorf("operations of %s: %w", a.Revision, err)
	}
	return v.([]*Operation), nil
}

func (c *Catalog) loadOperations(ctx context.Context, revision apim.Ref) ([]*Operation, int64, error) {
	var ops []*Operation
	var size int64
	err := c.store.View(ctx, func(tx *store.Tx) error {
		ops, size = nil, 0
		docs, err := tx.List("apis/operations", revision)
		if err != nil {
			return err
		}
		slices.SortFunc(docs, func(a, b *store.Document) int {
			return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Seq, b.Seq))
		})
		orders := map[*Operation]int{}
		tagged, err := tx.LinksBelow(apim.TagLink, revision)
		if err != nil {
			return err
		}
		tags := map[apim.Key][]apim.Key{}
		for _, l := range tagged {
			tags[l.From] = append(tags[l.From], l.To)
		}
		names, err := tagNames(tx, tagged)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if err := ctx.Err(); err != nil { // nobody waits for it any more
				return err
			}
			op, order, err := newOperation(d, tags[d.Key()], names)
			if err != nil {
				return err
			}
			ops, orders[op] = append(ops, op), order
			size += int64(200 + len(string(op.ID)+op.Name+op.URLTemplate) + 32*len(op.Tags))
		}
		slices.SortStableFunc(ops, func(a, b *Operation) int { return cmp.Compare(uint(orders[a]-1), uint(orders[b]-1)) })
		return nil
	})
	return ops, size, err
}

// tagNames reads the tags that links point at.
func tagNames(tx *store.Tx, links []store.LinkRow) (map[apim.Key]Tag, error) {
	names := map[apim.Key]Tag{}
	for _, l := range links {
		if _, ok := names[l.To]; ok {
			continue
		}
		d, err := tx.Get(l.To.Ref())
		if err != nil {
			return nil, err
		}
		var t apim.Tag
		if err := d.Decode(&t); err != nil {
			return nil, err
		}
		names[l.To] = Tag{ID: d.Ref.PublicID(), Name: t.DisplayName}
	}
	return names, nil
}

// newOperation also returns the operation's place in its description; 0 when it has none.
func newOperation(d *store.Document, tagKeys []apim.Key, names map[apim.Key]Tag) (*Operation, int, error) {
	var props struct {
		DisplayName string `json:"displayName"`
		Method      string `json:"method"`
		URLTemplate string `json:"urlTemplate"`
	}
	if err := d.Decode(&props); err != nil {
		return nil, 0, err
	}
	var extra struct {
		Order      int      `json:"order"`
		Deprecated bool     `json:"deprecated"`
		Tags       []string `json:"tags"`
	}
	if len(d.Extra) > 0 {
		if err := json.Unmarshal(d.Extra, &extra); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", d.Ref, err)
		}
	}
	op := &Operation{
		ID: apim.Name(d.Name), Name: props.DisplayName, Method: props.Method, URLTemplate: props.URLTemplate, Deprecated: extra.Deprecated,
	}
	for _, key := range tagKeys {
		op.Tags = append(op.Tags, names[key])
	}
	sortTags(op.Tags, extra.Tags)
	return op, extra.Order, nil
}

// sortTags puts the tags in the description's order, those it does not name after them.
func sortTags(tags []Tag, order []string) {
	rank := func(t Tag) int {
		i := slices.IndexFunc(order, func(name string) bool { return apim.Name(name).Same(apim.Name(t.Name)) })
		if i < 0 {
			return len(order)
		}
		return i
	}
	slices.SortStableFunc(tags, func(a, b Tag) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a.Name, b.Name)) })
}

// Operation is one operation with all its details, by its id in any case;
// apim.ErrNotFound when the API has none of that id.
func (c *Catalog) Operation(ctx context.Context, a *API, id apim.Name) (*OperationDetail, error) {
	if id == "" || strings.Contains(string(id), "/") {
		return nil, fmt.Errorf("operation %q: %w", id, apim.ErrNotFound)
	}
	ref := apim.OperationRef(a.Revision, id)
	v, err := c.operations.Load(ctx, string(ref.Key()), func(ctx context.Context) (cache.Made[any], error) {
		d, bytes, err := c.loadOperation(ctx, ref)
		return cache.Made[any]{Value: d, Bytes: bytes, Deps: []string{string(a.Revision.Key()), anyTag}}, err
	})
	if err != nil {
		return nil, fmt.Errorf("operation %s: %w", ref, err)
	}
	return v.(*OperationDetail), nil
}

func (c *Catalog) loadOperation(ctx context.Context, ref apim.Ref) (*OperationDetail, int64, error) {
	detail := &OperationDetail{Props: new(apim.Operation), Extra: new(apim.OperationExtra)}
	var size int64
	err := c.store.View(ctx, func(tx *store.Tx) error {
		d, err := tx.Get(ref)
		if err != nil {
			return err
		}
		tags, err := tx.Links(apim.TagLink, ref)
		if err != nil {
			return err
		}
		links := make([]store.LinkRow, len(tags))
		for i, t := range tags {
			links[i] = store.LinkRow{To: t.Key()}
		}
		names, err := tagNames(tx, links)
		if err != nil {
			return err
		}
		op, _, err := newOperation(d, keys(tags), names)
		if err != nil {
			return err
		}
		detail.Operation, detail.Ref = *op, d.Ref
		if err := d.Decode(detail.Props); err != nil {
			return err
		}
		if len(d.Extra) > 0 {
			if err := json.Unmarshal(d.Extra, detail.Extra); err != nil {
				return fmt.Errorf("%s: %w", d.Ref, err)
			}
		}
		size = int64(1024 + 2*(len(d.Body)+len(d.Extra)))
		return nil
	})
	return detail, size, err
}

// SchemaParts are the named definitions of an API, as JSON with $refs kept; names it
// does not have are left out.
func (c *Catalog) SchemaParts(ctx context.Context, a *API, names []string) (map[string]json.RawMessage, error) {
	parts, err := store.Read(ctx, c.store, func(tx *store.Tx) (map[string]json.RawMessage, error) {
		return tx.SchemaParts(a.Revision, names)
	})
	if err != nil {
		return nil, fmt.Errorf("schemas of %s: %w", a.Revision, err)
	}
	return parts, nil
}
