package catalog

import (
	"errors"
	"fmt"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// loadAll reads everything the catalog keeps in memory. It touches no operation.
func loadAll(tx *store.Tx) (*rows, error) {
	r := &rows{
		apis: map[apim.Key]*apiRow{}, products: map[apim.Key]*productRow{},
		holders: map[apim.Key][]apim.Key{}, tags: map[apim.Key]Tag{}, sets: map[apim.Key]*apim.VersionSet{},
	}
	for _, step := range []func(*store.Tx) error{r.loadAPIs, r.loadProducts, r.loadTags, r.loadSets} {
		if err := step(tx); err != nil {
			return nil, fmt.Errorf("load catalog: %w", err)
		}
	}
	return r, nil
}

func (r *rows) loadAPIs(tx *store.Tx) error {
	links, err := tx.AllLinks(apim.CurrentRevision)
	if err != nil {
		return err
	}
	aliases := make(map[apim.Key]apim.Key, len(links)) // revision → alias
	for _, l := range links {
		aliases[l.To] = l.From
	}
	counts, err := tx.Counts("apis/operations")
	if err != nil {
		return err
	}
	err = tx.Scan("apis", func(d *store.Document) error {
		alias, current := aliases[d.Key()]
		if !current {
			return nil
		}
		row, err := newAPIRow(d)
		if row != nil {
			row.operations = counts[d.Key()]
			r.apis[alias] = row
		}
		return err
	})
	if err != nil {
		return err
	}
	tagged, err := tx.LinksFrom(apim.TagLink, "apis")
	if err != nil {
		return err
	}
	for _, l := range tagged {
		if row, ok := r.apis[l.From]; ok {
			row.tags = append(row.tags, l.To)
		}
	}
	return nil
}

// newAPIRow is nil for a revision that is not online.
func newAPIRow(d *store.Document) (*apiRow, error) {
	props := new(apim.API)
	if err := d.Decode(props); err != nil {
		return nil, err
	}
	if !props.Online() {
		return nil, nil
	}
	id, _ := apim.SplitRevision(d.Name)
	ref := d.Ref.Parent().Child("apis", id)
	return &apiRow{
		id: ref.PublicID(), ref: ref, revision: d.Ref, props: props, summary: summarize(props.Description),
	}, nil
}

func (r *rows) loadProducts(tx *store.Tx) error {
	docs, err := tx.ListAll("products")
	if err != nil {
		return err
	}
	for _, d := range docs {
		row, err := newProductRow(d)
		if err != nil {
			return err
		}
		r.products[d.Key()] = row
	}
	apis, err := tx.AllLinks(apim.ProductAPI)
	if err != nil {
		return err
	}
	for _, l := range apis {
		if row, ok := r.products[l.From]; ok {
			row.apis = append(row.apis, l.To)
			r.holders[l.To] = append(r.holders[l.To], l.From)
		}
	}
	groups, err := tx.AllLinks(apim.ProductGroup)
	if err != nil {
		return err
	}
	for _, l := range groups {
		if row, ok := r.products[l.From]; ok {
			row.groups = append(row.groups, l.To)
		}
	}
	return nil
}

func newProductRow(d *store.Document) (*productRow, error) {
	props := new(apim.Product)
	if err := d.Decode(props); err != nil {
		return nil, err
	}
	return &productRow{id: d.Ref.PublicID(), ref: d.Ref, props: props}, nil
}

func (r *rows) loadTags(tx *store.Tx) error {
	docs, err := tx.ListAll("tags")
	if err != nil {
		return err
	}
	for _, d := range docs {
		if err := r.setTag(d); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) setTag(d *store.Document) error {
	var t apim.Tag
	if err := d.Decode(&t); err != nil {
		return err
	}
	r.tags[d.Key()] = Tag{ID: d.Ref.PublicID(), Name: t.DisplayName}
	return nil
}

func (r *rows) loadSets(tx *store.Tx) error {
	docs, err := tx.ListAll("apiVersionSets")
	if err != nil {
		return err
	}
	for _, d := range docs {
		if err := r.setVersionSet(d); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) setVersionSet(d *store.Document) error {
	set := new(apim.VersionSet)
	if err := d.Decode(set); err != nil {
		return err
	}
	r.sets[d.Key()] = set
	return nil
}

// reloadAPIs reads APIs again.
func (r *rows) reloadAPIs(tx *store.Tx, t *touched) error {
	aliases := make([]apim.Ref, 0, len(t.apis))
	for key := range t.apis {
		aliases = append(aliases, key.Ref())
	}
	current, err := tx.LinksOfAll(apim.CurrentRevision, aliases)
	if err != nil {
		return err
	}
	tags, err := tx.LinksOfAll(apim.TagLink, aliases)
	if err != nil {
		return err
	}
	revisions := make([]apim.Ref, 0, len(current))
	for _, links := range current {
		revisions = append(revisions, links[0])
	}
	docs, err := tx.GetAll(revisions)
	if err != nil {
		return err
	}
	for key := range t.apis {
		before := r.apis[key]
		delete(r.apis, key)
		if links := current[key]; len(links) > 0 && docs[links[0].Key()] != nil {
			if err := r.reloadAPI(tx, key, docs[links[0].Key()], tags[key]); err != nil {
				return err
			}
		}
		t.stale.api(before, r.apis[key])
		if (before == nil) != (r.apis[key] == nil) { // it came or went
			t.all = t.all || len(r.holders[key]) > 0
			t.stale.holders(r, key)
		}
	}
	return nil
}

// reloadAPI takes the document of an API's current revision.
func (r *rows) reloadAPI(tx *store.Tx, alias apim.Key, d *store.Document, tags []apim.Ref) error {
	row, err := newAPIRow(d)
	if err != nil || row == nil {
		return err
	}
	if row.operations, err = tx.Count("apis/operations", d.Ref); err != nil {
		return err
	}
	row.tags = keys(tags)
	r.apis[alias] = row
	return nil
}

// reloadProduct reads one product and its links again.
func (r *rows) reloadProduct(tx *store.Tx, ref apim.Ref) error {
	key := ref.Key()
	if before := r.products[key]; before != nil {
		for _, api := range before.apis {
			r.hold(api, without(r.holders[api], key))
		}
	}
	delete(r.products, key)
	d, err := tx.Get(ref)
	if errors.Is(err, apim.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	row, err := newProductRow(d)
	if err != nil {
		return err
	}
	apis, err := tx.Links(apim.ProductAPI, ref)
	if err != nil {
		return err
	}
	groups, err := tx.Links(apim.ProductGroup, ref)
	if err != nil {
		return err
	}
	row.apis, row.groups = keys(apis), keys(groups)
	for _, api := range row.apis {
		r.holders[api] = append(without(r.holders[api], key), key)
	}
	r.products[key] = row
	return nil
}

// without is a list without a value; the list itself stays as it is.
func without(list []apim.Key, value apim.Key) []apim.Key {
	return slices.DeleteFunc(slices.Clone(list), func(v apim.Key) bool { return v == value })
}

func keys(refs []apim.Ref) []apim.Key {
	list := make([]apim.Key, len(refs))
	for i, r := range refs {
		list[i] = r.Key()
	}
	return list
}
