package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Changes are read in pages; behind by more than maxChanges, everything is read again.
const (
	changePage = 5_000
	maxChanges = 50_000
)

// apply brings the catalog up to the end of the feed and returns the changes;
// nil after reading everything again.
func (c *Catalog) apply(ctx context.Context) ([]store.Change, error) {
	changes := []store.Change{}
	behind := false
	c.stale = nil
	err := c.store.View(ctx, func(tx *store.Tx) error {
		oldest, err := tx.OldestSeq()
		if err != nil {
			return err
		}
		if behind = oldest > c.seq+1; behind {
			return nil
		}
		if changes, err = readChanges(tx, c.seq); err != nil || len(changes) == 0 {
			return err
		}
		if behind = len(changes) > maxChanges; behind {
			return nil
		}
		return c.applyChanges(tx, changes)
	})
	if behind && err == nil {
		return nil, c.reload(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("apply changes after %d: %w", c.seq, err)
	}
	return changes, nil
}

func readChanges(tx *store.Tx, after int64) ([]store.Change, error) {
	all := []store.Change{}
	for {
		page, err := tx.Changes(after, changePage)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < changePage || len(all) > maxChanges {
			return all, nil
		}
		after = page[len(page)-1].Seq
	}
}

// touched is what a run of changes is about.
type touched struct {
	apis, products, tags, sets map[string]bool // keys of what to read again
	groups                     map[string]bool // deleted
	evict                      map[string]bool // dependencies of the operations cache
	stale                      deps            // what pages made from the catalog depend on
}

// applyChanges reads again what the changes touched. When it fails halfway the
// same changes are applied again: reading is idempotent.
func (c *Catalog) applyChanges(tx *store.Tx, changes []store.Change) error {
	t := touch(changes)
	for key := range t.tags {
		if err := c.reloadTag(tx, key, t); err != nil {
			return err
		}
	}
	for key := range t.sets {
		d, err := tx.Get(apim.Ref(key))
		if errors.Is(err, apim.ErrNotFound) {
			delete(c.rows.sets, key)
			continue
		}
		if err == nil {
			err = c.rows.setVersionSet(d)
		}
		if err != nil {
			return err
		}
	}
	for key := range t.products {
		before := c.rows.products[key]
		if err := c.rows.reloadProduct(tx, apim.Ref(key)); err != nil {
			return err
		}
		t.stale.product(c.rows, before, c.rows.products[key])
	}
	for key := range t.apis {
		before := c.rows.apis[key]
		if err := c.rows.reloadAPI(tx, apim.Ref(key)); err != nil {
			return err
		}
		if err := c.rows.rejoin(tx, apim.Ref(key)); err != nil {
			return err
		}
		t.stale.api(before, c.rows.apis[key])
	}
	c.rows.dropGroups(t.groups)
	if len(t.apis)+len(t.products)+len(t.tags)+len(t.sets)+len(t.groups) > 0 {
		c.current.Store(c.rows.build())
	}
	for dep := range t.evict {
		c.operations.Evict(dep)
	}
	c.stale = t.stale.list()
	c.seq = changes[len(changes)-1].Seq
	return nil
}

func touch(changes []store.Change) *touched {
	t := &touched{
		apis: map[string]bool{}, products: map[string]bool{}, tags: map[string]bool{},
		sets: map[string]bool{}, groups: map[string]bool{}, evict: map[string]bool{}, stale: deps{},
	}
	for _, ch := range changes {
		scope, kind, name := head(ch.Key)
		root := scope + "/" + kind + "/" + name
		switch kind {
		case "apis":
			id, _ := apim.SplitRevision(name)
			t.apis[scope+"/apis/"+id] = true
			t.evict[root] = true
		case "products":
			t.products[root] = true
		case "portalconfigs", "portalsettings", "identityproviders":
			t.stale[DepSettings] = true
		case "tags":
			t.tags[root] = true
		case "apiversionsets":
			t.sets[root] = true
			t.stale[DepVersions] = true
		case "groups":
			if ch.Op == store.OpDelete && ch.Key == root {
				t.groups[root] = true
			}
		}
	}
	return t
}

// reloadTag reads a tag again. When its name changed, all operation lists are
// stale: they hold names of tags.
func (c *Catalog) reloadTag(tx *store.Tx, key string, t *touched) error {
	before, known := c.rows.tags[key]
	delete(c.rows.tags, key)
	d, err := tx.Get(apim.Ref(key))
	if err == nil {
		err = c.rows.setTag(d)
	} else if errors.Is(err, apim.ErrNotFound) {
		for _, row := range c.rows.apis {
			row.tags = slices.DeleteFunc(row.tags, func(tag string) bool { return tag == key })
		}
		err = nil
	}
	if known && c.rows.tags[key] != before {
		t.evict[anyTag] = true
		t.stale[DepTags], t.stale[DepAPIs] = true, true
	}
	return err
}

// rejoin makes the products hold the API exactly when the store's links say so.
func (r *rows) rejoin(tx *store.Tx, alias apim.Ref) error {
	holders, err := tx.Backlinks(apim.ProductAPI, alias)
	if err != nil {
		return err
	}
	key := alias.Key()
	for product, row := range r.products {
		holds := slices.ContainsFunc(holders, func(h apim.Ref) bool { return h.Key() == product })
		row.apis = slices.DeleteFunc(row.apis, func(a string) bool { return a == key })
		if holds {
			row.apis = append(row.apis, key)
		}
	}
	return nil
}

// dropGroups forgets deleted groups.
func (r *rows) dropGroups(groups map[string]bool) {
	if len(groups) == 0 {
		return
	}
	for _, row := range r.products {
		row.groups = slices.DeleteFunc(row.groups, func(g string) bool { return groups[strings.ToLower(g)] })
	}
}
