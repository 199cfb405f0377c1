package gateway

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// load reads the whole configuration, but for operations.
func load(tx *store.Tx) (*snapshot, error) {
	seq, err := tx.LastSeq()
	if err != nil {
		return nil, err
	}
	b := newBuilder(&snapshot{})
	b.next.seq = seq
	for _, kind := range followed {
		err := tx.Scan(kind.path, func(d *store.Document) error { return kind.put(b, d) })
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", kind.path, err)
		}
	}
	if err := b.loadLinks(tx); err != nil {
		return nil, err
	}
	return b.finish(), nil
}

func (b *builder) loadLinks(tx *store.Tx) error {
	current, err := tx.AllLinks(apim.CurrentRevision)
	if err != nil {
		return err
	}
	for _, l := range current {
		b.current.set(l.From.Key(), l.To.Key())
	}
	members, err := tx.AllLinks(apim.ProductAPI)
	if err != nil {
		return err
	}
	links := map[string][]string{}
	for _, l := range members {
		links[l.From.Key()] = append(links[l.From.Key()], l.To.Key())
	}
	b.links.fresh(links)
	keys, err := tx.SubscriptionKeys()
	if err != nil {
		return err
	}
	for _, k := range keys {
		if sub := b.subscriptions.m[k.Ref.Key()]; sub != nil {
			sub.hashes = append(sub.hashes, k.Hash)
		}
	}
	b.rekey = true
	return nil
}

// builder makes a snapshot of another one and what changed. It copies only the
// maps that change.
type builder struct {
	next          *snapshot
	revisions     table[*revision]
	current       table[string]
	versionSets   table[*versionSet]
	products      table[*product]
	subscriptions table[*subscription]
	policies      table[*scopePolicy]
	links         table[[]string]
	rekey         bool
	replaced      []*revision // no longer served
}

// table is a map that is copied before its first change.
type table[V any] struct {
	m     map[string]V
	owned bool
}

func (t *table[V]) own() {
	if !t.owned {
		t.m, t.owned = maps.Clone(t.m), true
		if t.m == nil {
			t.m = map[string]V{}
		}
	}
}

func (t *table[V]) set(key string, v V)       { t.own(); t.m[key] = v }
func (t *table[V]) remove(key string)         { t.own(); delete(t.m, key) }
func (t *table[V]) fresh(m map[string]V)      { t.m, t.owned = m, true }
func newTable[V any](m map[string]V) table[V] { return table[V]{m: m} }

func newBuilder(s *snapshot) *builder {
	next := *s
	return &builder{
		next: &next, revisions: newTable(s.revisions), current: newTable(s.current), versionSets: newTable(s.versionSets),
		products: newTable(s.products), subscriptions: newTable(s.subscriptions), policies: newTable(s.policies),
		links: newTable(s.productLinks),
	}
}

// finish derives the look-up tables from what changed.
func (b *builder) finish() *snapshot {
	s := b.next
	s.revisions, s.current, s.versionSets = b.revisions.m, b.current.m, b.versionSets.m
	s.products, s.subscriptions, s.policies, s.productLinks = b.products.m, b.subscriptions.m, b.policies.m, b.links.m
	if b.revisions.owned || b.current.owned || b.versionSets.owned || s.addresses == nil {
		s.addresses = newAddresses(s)
	}
	if b.products.owned || b.links.owned || s.productsOf == nil {
		s.productsOf = productsOf(s)
	}
	if b.rekey || s.keys == nil {
		s.keys = make(map[[32]byte]*subscription, 2*len(s.subscriptions))
		for _, sub := range s.subscriptions {
			for _, h := range sub.hashes {
				s.keys[h] = sub
			}
		}
	}
	s.nowhere = new(route)
	return s
}

func productsOf(s *snapshot) map[string][]*product {
	of := map[string][]*product{}
	for _, key := range slices.Sorted(maps.Keys(s.products)) {
		for _, alias := range s.productLinks[key] {
			of[alias] = append(of[alias], s.products[key])
		}
	}
	return of
}

// followedKind is a kind of document that the snapshot holds.
type followedKind struct {
	path string
	put  func(b *builder, d *store.Document) error
	drop func(b *builder, key string)
}

// followed lists what the snapshot is made of. Operations are not: they belong
// to the routes of their revision.
var followed = []followedKind{
	{apim.APIs.Path, (*builder).putRevision, (*builder).dropRevision},
	{apim.VersionSets.Path, (*builder).putVersionSet, func(b *builder, key string) { b.versionSets.remove(key) }},
	{apim.Products.Path, (*builder).putProduct, func(b *builder, key string) { b.products.remove(key); b.links.remove(key) }},
	{apim.Subscriptions.Path, (*builder).putSubscription, func(b *builder, key string) { b.subscriptions.remove(key); b.rekey = true }},
	{apim.ServicePolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.ProductPolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.APIPolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.OperationPolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
}

func (b *builder) putRevision(d *store.Document) error {
	rev, err := newRevision(d)
	if err == nil {
		b.dropRevision(d.Key())
		b.revisions.set(d.Key(), rev)
	}
	return err
}

func (b *builder) dropRevision(key string) {
	if old := b.revisions.m[key]; old != nil {
		b.replaced = append(b.replaced, old)
		b.revisions.remove(key)
	}
}

func (b *builder) putVersionSet(d *store.Document) error {
	set, err := newVersionSet(d)
	if err == nil {
		b.versionSets.set(d.Key(), set)
	}
	return err
}

func (b *builder) putProduct(d *store.Document) error {
	p, err := newProduct(d)
	if err == nil {
		b.products.set(d.Key(), p)
	}
	return err
}

func (b *builder) putSubscription(d *store.Document) error {
	sub, err := newSubscription(d)
	if err == nil {
		b.subscriptions.set(d.Key(), sub)
		b.rekey = true
	}
	return err
}

func (b *builder) putPolicy(d *store.Document) error {
	p, err := newScopePolicy(d)
	if err == nil {
		b.policies.set(d.Parent, p)
	}
	return err
}

func (b *builder) dropPolicy(key string) { b.policies.remove(apim.Ref(key).Parent().Key()) }

// renew forgets the routes of a revision: one of its operations changed.
func (b *builder) renew(key string) {
	old := b.revisions.m[key]
	if old == nil {
		return
	}
	b.replaced = append(b.replaced, old)
	b.revisions.set(key, &revision{
		key: old.key, alias: old.alias, number: old.number, path: old.path, version: old.version, versionSet: old.versionSet,
		online: old.online, open: old.open, anyCall: old.anyCall, backend: old.backend, keyName: old.keyName, keyHeader: old.keyHeader, keyQuery: old.keyQuery,
	})
}

// apply brings the builder to a newer state: each changed key is read again.
func (b *builder) apply(tx *store.Tx, hash func(string) [32]byte, changes []store.Change) error {
	seen := map[string]bool{}
	for _, c := range changes {
		b.next.seq = c.Seq
		if mark := c.Key + "\n" + string(c.Op); !seen[mark] {
			seen[mark] = true
			if err := b.applyOne(tx, hash, c); err != nil {
				return fmt.Errorf("apply change %d of %s: %w", c.Seq, c.Key, err)
			}
		}
	}
	return nil
}

func (b *builder) applyOne(tx *store.Tx, hash func(string) [32]byte, c store.Change) error {
	ref := apim.Ref(c.Key)
	kind := ref.KindPath()
	if c.Op == store.OpLink {
		return b.applyLink(tx, ref, kind)
	}
	if strings.EqualFold(kind, apim.Operations.Path) {
		b.renew(ref.Parent().Key())
		return nil
	}
	for _, k := range followed {
		if !strings.EqualFold(kind, k.path) {
			continue
		}
		d, err := tx.Get(ref)
		if errors.Is(err, apim.ErrNotFound) {
			k.drop(b, c.Key)
			return nil
		}
		if err == nil {
			err = k.put(b, d)
		}
		if err == nil && k.path == apim.Subscriptions.Path {
			err = b.readKeys(tx, hash, ref)
		}
		return err
	}
	return nil
}

func (b *builder) applyLink(tx *store.Tx, ref apim.Ref, kind string) error {
	switch {
	case strings.EqualFold(kind, apim.APIs.Path):
		to, err := tx.Links(apim.CurrentRevision, ref)
		if err != nil {
			return err
		}
		if len(to) == 0 {
			b.current.remove(ref.Key())
		} else if to[0].Key() != b.current.m[ref.Key()] {
			b.current.set(ref.Key(), to[0].Key())
		}
	case strings.EqualFold(kind, apim.Products.Path):
		to, err := tx.Links(apim.ProductAPI, ref)
		if err != nil {
			return err
		}
		aliases := make([]string, len(to))
		for i, alias := range to {
			aliases[i] = alias.Key()
		}
		b.links.set(ref.Key(), aliases)
	}
	return nil
}

// readKeys reads the hashes of one subscription's keys.
func (b *builder) readKeys(tx *store.Tx, hash func(string) [32]byte, ref apim.Ref) error {
	for _, field := range apim.Subscriptions.Secrets {
		key, err := tx.Secret(ref, field)
		if errors.Is(err, apim.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		sub := b.subscriptions.m[ref.Key()]
		sub.hashes = append(sub.hashes, hash(key))
	}
	return nil
}

// maxChanges is how many changes are applied one by one; after more, all is loaded anew.
const maxChanges = 2000

// advance makes the snapshot of the store's present state; it is old itself
// when nothing changed.
func (g *Gateway) advance(tx *store.Tx, old *snapshot) (*snapshot, []*revision, error) {
	if old == nil {
		s, err := load(tx)
		return s, nil, err
	}
	oldest, err := tx.OldestSeq()
	if err != nil {
		return nil, nil, err
	}
	changes, err := tx.Changes(old.seq, maxChanges+1)
	if err != nil {
		return nil, nil, err
	}
	if len(changes) == 0 && oldest <= old.seq+1 {
		return old, nil, nil
	}
	if len(changes) > maxChanges || oldest > old.seq+1 {
		s, err := load(tx)
		return s, slices.Collect(maps.Values(old.revisions)), err
	}
	b := newBuilder(old)
	if err := b.apply(tx, g.store.KeyHash, changes); err != nil {
		return nil, nil, err
	}
	return b.finish(), b.replaced, nil
}

// refresh publishes the store's present state.
func (g *Gateway) refresh(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.store.View(ctx, func(tx *store.Tx) error {
		_, err := g.advanceTo(tx)
		return err
	})
}

// advanceTo publishes the transaction's state and returns it. g.mu is held.
func (g *Gateway) advanceTo(tx *store.Tx) (*snapshot, error) {
	old := g.live.Load()
	s, replaced, err := g.advance(tx, old)
	if err != nil {
		return nil, err
	}
	if s != old {
		g.live.Store(s)
		g.loaded.drop(replaced)
	}
	return s, nil
}
