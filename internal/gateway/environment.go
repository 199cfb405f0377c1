package gateway

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// scopePolicy is a stored policy document. It is compiled when first needed,
// with the environment of one of the snapshots it is in. If something it has
// read changes, another takes its place (see builder.recompile).
type scopePolicy struct {
	text, format string
	home         apim.Key // workspaceKey of the document

	mu   sync.Mutex
	done atomic.Pointer[compiledPolicy]
}

type compiledPolicy struct {
	policies *policy.Compiled
	err      error
}

func newScopePolicy(d *store.Document) (*scopePolicy, error) {
	var p apim.Policy
	if err := d.Decode(&p); err != nil {
		return nil, err
	}
	return &scopePolicy{text: p.Value, format: p.Format, home: workspaceKey(d)}, nil
}

func (p *scopePolicy) compiled(g *Gateway, s *snapshot) (*policy.Compiled, error) {
	if p == nil {
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	done := p.done.Load()
	if done == nil {
		done = new(compiledPolicy)
		var doc *policy.Document
		if doc, done.err = policy.Parse(p.text, p.format); done.err == nil {
			done.policies = doc.Compile(environment{s, p.home, g.counters})
		}
		p.done.Store(done)
	}
	return done.policies, done.err
}

// reads reports whether the document has read one of the keys, or is not compiled yet.
func (p *scopePolicy) reads(changed map[apim.Key]bool) bool {
	done := p.done.Load()
	if done == nil {
		return true
	}
	if done.err != nil {
		return false
	}
	return slices.ContainsFunc(done.policies.Reads(), func(r policy.Reference) bool {
		return changed[environmentKey(p.home, r.Kind, r.Name)]
	})
}

// environmentKey is the key in the snapshot of something that policies read:
// the document's key or, for a named value, its display name in braces.
func environmentKey(home apim.Key, kind *apim.Kind, name apim.Name) apim.Key {
	if kind == apim.NamedValues {
		name = "{{" + name + "}}"
	}
	return home.Ref().Child(kind.Path, name).Key()
}

// environment is what the policies of a workspace, or of the service, can read:
// a policy.Environment.
type environment struct {
	s        *snapshot
	home     apim.Key
	counters policy.Counters
}

func (e environment) get(kind *apim.Kind, name apim.Name) any {
	return e.s.provided.Get(environmentKey(e.home, kind, name))
}

func (e environment) NamedValue(name apim.Name) (policy.NamedValue, bool) {
	v, _ := e.get(apim.NamedValues, name).(namedValue)
	return v.value, v.value.Text != "" // else it is in a key vault
}

func (e environment) Fragment(id apim.Name) (*policy.Document, error) {
	parse, ok := e.get(apim.PolicyFragments, id).(func() (*policy.Document, error))
	if !ok {
		return nil, errors.New("there is none")
	}
	return parse()
}

func (e environment) Backend(id apim.Name) (*apim.Backend, bool) {
	b, ok := e.get(apim.Backends, id).(*apim.Backend)
	return b, ok
}

func (e environment) Counters() policy.Counters { return e.counters }

// provide stores what policies may read at a key, nil if it is gone, and
// records the change.
func (b *builder) provide(key apim.Key, what any) {
	b.provided.Set(key, what)
	b.changed[key] = true
}

func (b *builder) withdraw(key apim.Key) { b.provide(key, nil) }

func (b *builder) putBackend(d *store.Document) error {
	backend := new(apim.Backend)
	b.provide(d.Key(), backend)
	return d.Decode(backend)
}

// putFragment stores a fragment, which is parsed when first included.
func (b *builder) putFragment(d *store.Document) error {
	var f apim.PolicyFragment
	err := d.Decode(&f)
	b.provide(d.Key(), sync.OnceValues(func() (*policy.Document, error) { return policy.ParseFragment(f.Value, f.Format) }))
	return err
}

type namedValue struct {
	ref   apim.Ref
	value policy.NamedValue
}

// putNamedValue stores a named value by its display name, and at its own key
// where that name is. The text of a secret one is read later.
func (b *builder) putNamedValue(d *store.Document) error {
	var n apim.NamedValue
	if err := d.Decode(&n); err != nil {
		return err
	}
	b.dropNamedValue(d.Key())
	key := environmentKey(workspaceKey(d), apim.NamedValues, apim.Name(n.DisplayName))
	b.provided.Set(d.Key(), key)
	b.provide(key, namedValue{d.Ref, policy.NamedValue{Text: n.Value, Secret: n.Secret}})
	return nil
}

func (b *builder) dropNamedValue(key apim.Key) {
	if at, ok := b.provided.Get(key).(apim.Key); ok {
		b.provided.Delete(key)
		b.withdraw(at)
	}
}

// readSecrets reads the texts of the secret named values that changed.
func (b *builder) readSecrets(tx *store.Tx) error {
	for key := range b.changed {
		v, _ := b.provided.Get(key).(namedValue)
		if !v.value.Secret {
			continue
		}
		text, err := apim.OrNone(tx.Secret(v.ref, "value"))
		if err != nil {
			return fmt.Errorf("read the secret of %s: %w", v.ref, err)
		}
		v.value.Text = text
		b.provided.Set(key, v)
	}
	return nil
}

// recompile replaces the policies that have read something that changed, and
// the chains they are in.
func (b *builder) recompile() {
	if len(b.changed) == 0 {
		return
	}
	for key, p := range b.policies.All() {
		if p.reads(b.changed) {
			b.policies.Set(key, &scopePolicy{text: p.text, format: p.format, home: p.home})
		}
	}
}
