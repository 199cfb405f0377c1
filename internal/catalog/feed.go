package catalog

import (
	"errors"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Apply reads again what the changes touch. After a failure halfway everything
// is read: what had changed before it would not be noticed again.
func (c *Catalog) Apply(tx *store.Tx, changes []store.Change) error {
	if c.halfway {
		return c.Load(tx)
	}
	c.halfway = true
	t := touch(changes)
	if err := c.reload(tx, t); err != nil {
		return err
	}
	c.halfway = false
	if t.all || len(t.apis) > oneByOne {
		c.current.Store(c.rows.build())
	} else if len(t.apis) > 0 {
		c.current.Store(c.snapshot().with(c.rows, t.apis))
	}
	for dep := range t.evict {
		c.operations.Evict(dep)
	}
	if len(t.stale) > 0 {
		c.tell(t.stale.list())
	}
	return nil
}

// oneByOne is how many APIs are replaced one by one; for more the snapshot is built.
const oneByOne = 500

// touched is what a run of changes is about.
type touched struct {
	apis, products, tags, sets map[apim.Key]bool // what to read again
	all                        bool              // more than APIs by themselves
	evict                      map[string]bool   // dependencies of the operations cache
	stale                      deps              // what pages made from the catalog depend on
}

// reload reads again what the changes touched.
func (c *Catalog) reload(tx *store.Tx, t *touched) error {
	r := c.rows
	t.all = len(t.products)+len(t.tags)+len(t.sets) > 0
	for key := range t.tags {
		if err := r.reloadTag(tx, key, t); err != nil {
			return err
		}
	}
	for key := range t.sets {
		d, err := tx.Get(key.Ref())
		if errors.Is(err, apim.ErrNotFound) {
			delete(r.sets, key)
			continue
		}
		if err == nil {
			err = r.setVersionSet(d)
		}
		if err != nil {
			return err
		}
	}
	for key := range t.products {
		before := r.products[key]
		if err := r.reloadProduct(tx, key.Ref()); err != nil {
			return err
		}
		t.stale.product(r, before, r.products[key])
	}
	return r.reloadAPIs(tx, t)
}

// touch finds what changes are about. A link is a change of where it comes from,
// and ends with either end: what holds, opens or labels needs no look at its other end.
func touch(changes []store.Change) *touched {
	t := &touched{
		apis: map[apim.Key]bool{}, products: map[apim.Key]bool{}, tags: map[apim.Key]bool{},
		sets: map[apim.Key]bool{}, evict: map[string]bool{}, stale: deps{},
	}
	for _, ch := range changes {
		root, kind := head(ch.Key)
		switch kind {
		case "apis":
			t.apis[root.Alias()] = true
			t.evict[string(root)] = true
		case "products":
			t.products[root] = true
		case "portalconfigs", "portalsettings", "identityproviders":
			t.stale[DepSettings] = true
		case "tags":
			t.tags[root] = true
		case "apiversionsets":
			t.sets[root] = true
			t.stale[DepVersions] = true
		}
	}
	return t
}

// reloadTag reads a tag again. When its name changed, all operation lists are
// stale: they hold names of tags.
func (r *rows) reloadTag(tx *store.Tx, key apim.Key, t *touched) error {
	before, known := r.tags[key]
	delete(r.tags, key)
	d, err := tx.Get(key.Ref())
	if err == nil {
		err = r.setTag(d)
	}
	if known && r.tags[key] != before {
		t.evict[anyTag] = true
		t.stale[DepTags], t.stale[DepAPIs] = true, true
	}
	return apim.IfAbsent(err, nil)
}

// hold notes which products hold an API.
func (r *rows) hold(api apim.Key, products []apim.Key) {
	if len(products) == 0 {
		delete(r.holders, api)
		return
	}
	r.holders[api] = products
}
