package gateway

import (
	"fmt"
	"maps"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
)

var _ feed.Consumer = (*Gateway)(nil)

// Load reads the configuration.
func (g *Gateway) Load(tx *store.Tx) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.load(tx)
}

func (g *Gateway) load(tx *store.Tx) error {
	s, err := load(tx)
	if err != nil {
		return err
	}
	if old := g.live.Swap(s); old != nil {
		for _, rev := range old.revisions.All() {
			g.loaded.drop(rev)
		}
	}
	return nil
}

// Apply takes in changes.
func (g *Gateway) Apply(tx *store.Tx, changes []store.Change) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.apply(tx, changes)
}

// apply publishes the configuration with the changes. It skips those that it
// took in already because a call needed them.
func (g *Gateway) apply(tx *store.Tx, changes []store.Change) error {
	old := g.live.Load()
	changes = slices.DeleteFunc(slices.Clone(changes), func(c store.Change) bool { return c.Seq <= old.seq })
	if len(changes) == 0 {
		return nil
	}
	b := newBuilder(old)
	if err := b.apply(tx, g.store.KeyHash, changes); err != nil {
		return err
	}
	next := b.finish()
	warm, err := b.keepWarm(tx, next)
	if err != nil {
		return err
	}
	g.live.Store(next)
	g.loaded.drop(b.replaced...)
	for rev, routes := range warm {
		g.loaded.add(rev, routes)
	}
	return nil
}

// keepWarm reads the routes of changed revisions that are in use, so that calls
// of them need no database.
func (b *builder) keepWarm(tx *store.Tx, next *snapshot) (map[*revision]*routes, error) {
	warm := map[*revision]*routes{}
	for _, old := range b.replaced {
		rev := next.revisions.Get(old.key)
		if rev == nil || rev == old || old.routes.Load() == nil || warm[rev] != nil {
			continue
		}
		rt, err := loadRoutes(tx, rev)
		if err != nil {
			return nil, fmt.Errorf("load routes of %s: %w", rev.key, err)
		}
		rev.routes.Store(rt)
		warm[rev] = rt
	}
	return warm, nil
}

// advanceTo publishes the transaction's state. g.mu is held.
func (g *Gateway) advanceTo(tx *store.Tx) error {
	changes, ok, err := feed.Since(tx, g.live.Load().seq, feed.MaxChanges)
	switch {
	case err != nil:
		return err
	case !ok:
		return g.load(tx)
	}
	return g.apply(tx, changes)
}

// apply brings the builder to a newer state: each changed key is read again.
func (b *builder) apply(tx *store.Tx, hash func(string) [32]byte, changes []store.Change) error {
	stored, err := documents(tx, changes)
	if err != nil {
		return err
	}
	seen := map[store.Change]bool{}
	for _, c := range changes {
		b.next.seq = c.Seq
		if mark := (store.Change{Key: c.Key, Op: c.Op}); !seen[mark] {
			seen[mark] = true
			if err := b.applyOne(tx, hash, c, stored[c.Key]); err != nil {
				return fmt.Errorf("apply change %d of %s: %w", c.Seq, c.Key, err)
			}
		}
	}
	return b.readSecrets(tx)
}

// documents reads the changed documents that belong in the snapshot.
func documents(tx *store.Tx, changes []store.Change) (map[apim.Key]*store.Document, error) {
	refs := map[apim.Key]apim.Ref{}
	for _, c := range changes {
		if ref := c.Key.Ref(); c.Op != store.OpLink && follows(ref.KindPath()) != nil {
			refs[c.Key] = ref
		}
	}
	return tx.GetAll(slices.Collect(maps.Values(refs)))
}

func (b *builder) applyOne(tx *store.Tx, hash func(string) [32]byte, c store.Change, d *store.Document) error {
	ref := c.Key.Ref()
	if c.Op == store.OpLink {
		return b.applyLink(tx, ref)
	}
	if ref.Is(apim.Operations) {
		b.renew(ref.Parent().Key())
		return nil
	}
	k := follows(ref.KindPath())
	switch {
	case k == nil:
		return nil
	case d == nil:
		k.drop(b, c.Key)
		return nil
	}
	err := k.put(b, d)
	if err == nil && k.path == apim.Subscriptions.Path {
		err = b.readKeys(tx, hash, ref)
	}
	return err
}

func (b *builder) applyLink(tx *store.Tx, ref apim.Ref) error {
	switch {
	case ref.Is(apim.APIs):
		to, err := tx.Links(apim.CurrentRevision, ref)
		if err != nil {
			return err
		}
		l := b.line(ref.Key())
		l.currentKey = ""
		if len(to) > 0 {
			l.currentKey = to[0].Key()
		}
	case ref.Is(apim.Products):
		to, err := tx.Links(apim.ProductAPI, ref)
		if err != nil {
			return err
		}
		aliases := make([]apim.Key, len(to))
		for i, alias := range to {
			aliases[i] = alias.Key()
		}
		b.links.Set(ref.Key(), aliases)
	}
	return nil
}

// readKeys reads the hashes of one subscription's keys.
func (b *builder) readKeys(tx *store.Tx, hash func(string) [32]byte, ref apim.Ref) error {
	for _, field := range apim.Subscriptions.Secrets {
		key, err := apim.OrNone(tx.Secret(ref, field))
		if err != nil {
			return err
		}
		if key != "" {
			b.setKey(b.subscriptions.Get(ref.Key()), hash(key))
		}
	}
	return nil
}
