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
	return b.readSecrets(tx)
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
