package gateway

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
)

// load reads the whole configuration except operations.
func load(tx *store.Tx) (*snapshot, error) {
	seq, err := tx.LastSeq()
	if err != nil {
		return nil, err
	}
	b := newBuilder(&snapshot{seq: seq})
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
		b.line(l.From).currentKey = l.To
	}
	members, err := tx.AllLinks(apim.ProductAPI)
	if err != nil {
		return err
	}
	links := map[apim.Key][]apim.Key{}
	for _, l := range members {
		links[l.From] = append(links[l.From], l.To)
	}
	for product, aliases := range links {
		b.links.Set(product, aliases)
	}
	keys, err := tx.SubscriptionKeys()
	if err != nil {
		return err
	}
	for _, k := range keys {
		if sub := b.subscriptions.Get(k.Ref.Key()); sub != nil {
			b.setKey(sub, k.Hash)
		}
	}
	return nil
}

// builder makes a snapshot from another one and changes.
type builder struct {
	old           *snapshot
	next          *snapshot
	revisions     *feed.Edit[apim.Key, *revision]
	lines         *feed.Edit[apim.Key, *line]
	versionSets   *feed.Edit[apim.Key, *apim.VersionSet]
	products      *feed.Edit[apim.Key, *product]
	subscriptions *feed.Edit[apim.Key, *subscription]
	policies      *feed.Edit[apim.Key, *scopePolicy]
	links         *feed.Edit[apim.Key, []apim.Key]
	keys          *feed.Edit[string, *subscription]
	byPath        *feed.Edit[string, *address]
	provided      *feed.Edit[apim.Key, any]

	changed  map[apim.Key]bool  // the keys of provided that have changed
	moved    map[apim.Key]*line // by alias: those being changed
	replaced []*revision        // no longer served
}

func newBuilder(s *snapshot) *builder {
	next := *s
	return &builder{
		old: s, next: &next, changed: map[apim.Key]bool{}, moved: map[apim.Key]*line{},
		revisions: s.revisions.Edit(), lines: s.lines.Edit(), versionSets: s.versionSets.Edit(), products: s.products.Edit(),
		subscriptions: s.subscriptions.Edit(), policies: s.policies.Edit(), links: s.productLinks.Edit(), keys: s.keys.Edit(),
		byPath: s.addresses.byPath.Edit(), provided: s.provided.Edit(),
	}
}

// line returns an API's line, copied before its first change.
func (b *builder) line(alias apim.Key) *line {
	l := b.moved[alias]
	if l == nil {
		l = &line{alias: alias, revisions: map[string]*revision{}}
		if old := b.lines.Get(alias); old != nil {
			l.currentKey = old.currentKey
			maps.Copy(l.revisions, old.revisions)
		}
		b.moved[alias] = l
	}
	return l
}

// finish derives the look-up tables from what changed.
func (b *builder) finish() *snapshot {
	s := b.next
	b.recompile()
	s.provided = b.provided.Table()
	s.revisions, s.versionSets, s.products, s.subscriptions = b.revisions.Table(), b.versionSets.Table(), b.products.Table(), b.subscriptions.Table()
	s.policies, s.productLinks, s.keys = b.policies.Table(), b.links.Table(), b.keys.Table()
	if b.versionSets.Changed() { // the address of any API may be another now
		for alias := range b.old.lines.All() {
			b.line(alias)
		}
	}
	b.move()
	s.lines, s.addresses.byPath = b.lines.Table(), b.byPath.Table()
	if b.products.Changed() || b.links.Changed() || s.productsOf == nil {
		s.productsOf = productsOf(s)
	}
	s.nowhere = new(route)
	return s
}

// move moves the changed lines from their old addresses to their new ones.
func (b *builder) move() {
	at := map[string][]*line{} // what is served at the addresses that change
	lines := func(address string) []*line {
		if _, ok := at[address]; !ok {
			at[address] = nil
			if a := b.byPath.Get(address); a != nil {
				at[address] = slices.Clone(a.lines)
			}
		}
		return at[address]
	}
	for alias, l := range b.moved {
		if old := b.lines.Get(alias); old != nil && old.current != nil {
			at[old.address] = slices.DeleteFunc(lines(old.address), func(o *line) bool { return o == old })
		}
		b.lines.Set(alias, l)
		if l.current = b.revisions.Get(l.currentKey); l.current != nil {
			l.address = l.current.api.GatewayAddress(b.next.versionSets.Get(l.current.versionSet)).Path
			at[l.address] = append(lines(l.address), l)
		} else if len(l.revisions) == 0 && l.currentKey == "" {
			b.lines.Delete(alias)
		}
	}
	for address, lines := range at {
		if len(lines) == 0 {
			b.byPath.Delete(address)
			continue
		}
		slices.SortFunc(lines, func(a, b *line) int { return cmp.Compare(a.alias, b.alias) })
		b.byPath.Set(address, newAddress(lines, b.next.versionSets))
		b.next.addresses.depth = max(b.next.addresses.depth, segments(address))
	}
}

func productsOf(s *snapshot) map[apim.Key][]*product {
	of := map[apim.Key][]*product{}
	products := maps.Collect(s.products.All())
	for _, key := range slices.Sorted(maps.Keys(products)) {
		for _, alias := range s.productLinks.Get(key) {
			of[alias] = append(of[alias], products[key])
		}
	}
	return of
}

// followedKind is a kind of document that is part of the snapshot.
type followedKind struct {
	path string
	put  func(b *builder, d *store.Document) error
	drop func(b *builder, key apim.Key)
}

// followed lists the kinds in the snapshot. Operations are not among them: they
// belong to the routes of their revision.
var followed = []followedKind{
	{apim.APIs.Path, (*builder).putRevision, (*builder).dropRevision},
	{apim.VersionSets.Path, (*builder).putVersionSet, func(b *builder, key apim.Key) { b.versionSets.Delete(key) }},
	{apim.Products.Path, (*builder).putProduct, func(b *builder, key apim.Key) { b.products.Delete(key); b.links.Delete(key) }},
	{apim.Subscriptions.Path, (*builder).putSubscription, (*builder).dropSubscription},
	{apim.ServicePolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.ProductPolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.APIPolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.OperationPolicies.Path, (*builder).putPolicy, (*builder).dropPolicy},
	{apim.NamedValues.Path, (*builder).putNamedValue, (*builder).dropNamedValue},
	{apim.PolicyFragments.Path, (*builder).putFragment, (*builder).withdraw},
	{apim.Backends.Path, (*builder).putBackend, (*builder).withdraw},
}

// follows returns how documents of a kind, by its path in any case, are followed, nil if they are not.
func follows(path string) *followedKind {
	kind := apim.KindByPath(path)
	for i := range followed {
		if kind != nil && kind.Path == followed[i].path {
			return &followed[i]
		}
	}
	return nil
}

func (b *builder) putRevision(d *store.Document) error {
	rev, err := newRevision(d)
	if err == nil {
		b.dropRevision(d.Key())
		b.setRevision(rev)
	}
	return err
}

func (b *builder) setRevision(rev *revision) {
	b.revisions.Set(rev.key, rev)
	b.line(rev.alias).revisions[rev.number] = rev
}

func (b *builder) dropRevision(key apim.Key) {
	old := b.revisions.Get(key)
	if old == nil {
		return
	}
	b.replaced = append(b.replaced, old)
	b.revisions.Delete(key)
	delete(b.line(old.alias).revisions, old.number)
}

func (b *builder) putVersionSet(d *store.Document) error {
	set := new(apim.VersionSet)
	err := d.Decode(set)
	if err == nil {
		b.versionSets.Set(d.Key(), set)
	}
	return err
}

func (b *builder) putProduct(d *store.Document) error {
	p, err := newProduct(d)
	if err == nil {
		b.products.Set(d.Key(), p)
	}
	return err
}

func (b *builder) putSubscription(d *store.Document) error {
	sub, err := newSubscription(d)
	if err == nil {
		b.dropSubscription(d.Key())
		b.subscriptions.Set(d.Key(), sub)
	}
	return err
}

func (b *builder) dropSubscription(key apim.Key) {
	if old := b.subscriptions.Get(key); old != nil {
		for _, hash := range old.hashes {
			if key := string(hash[:]); b.keys.Get(key) == old { // not taken by another subscription meanwhile
				b.keys.Delete(key)
			}
		}
		b.subscriptions.Delete(key)
	}
}

// setKey lets calls use a subscription through a key with the hash.
func (b *builder) setKey(sub *subscription, hash [32]byte) {
	sub.hashes = append(sub.hashes, hash)
	b.keys.Set(string(hash[:]), sub)
}

func (b *builder) putPolicy(d *store.Document) error {
	p, err := newScopePolicy(d)
	if err == nil {
		b.policies.Set(d.Parent, p)
	}
	return err
}

func (b *builder) dropPolicy(key apim.Key) { b.policies.Delete(key.Parent()) }

// renew drops the routes of a revision after a change to one of its operations.
func (b *builder) renew(key apim.Key) {
	old := b.revisions.Get(key)
	if old == nil {
		return
	}
	b.dropRevision(key)
	b.setRevision(&revision{
		key: old.key, workspace: old.workspace, alias: old.alias, number: old.number, api: old.api, versionSet: old.versionSet,
		online: old.online, open: old.open, anyCall: old.anyCall, backend: old.backend, keyName: old.keyName, keyHeader: old.keyHeader, keyQuery: old.keyQuery,
	})
}
