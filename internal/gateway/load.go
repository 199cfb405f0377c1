package gateway

import (
	"fmt"
	"maps"
	"slices"

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
	if err := b.readSecrets(tx); err != nil {
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
	namedValues   table[*namedValue]
	fragments     table[*fragment]
	backends      table[*apim.Backend]
	environment   map[string]bool // what changed of what policies read
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
		links: newTable(s.productLinks), namedValues: newTable(s.namedValues), fragments: newTable(s.fragments), backends: newTable(s.backends),
	}
}

// finish derives the look-up tables from what changed.
func (b *builder) finish() *snapshot {
	s := b.next
	b.recompile()
	s.namedValues, s.fragments, s.backends = b.namedValues.m, b.fragments.m, b.backends.m
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
	{apim.NamedValues.Path, (*builder).putNamedValue, (*builder).dropNamedValue},
	{apim.PolicyFragments.Path, (*builder).putFragment, (*builder).dropFragment},
	{apim.Backends.Path, (*builder).putBackend, (*builder).dropBackend},
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
		key: old.key, workspace: old.workspace, alias: old.alias, number: old.number, path: old.path, version: old.version, versionSet: old.versionSet,
		online: old.online, open: old.open, anyCall: old.anyCall, backend: old.backend, keyName: old.keyName, keyHeader: old.keyHeader, keyQuery: old.keyQuery,
	})
}
