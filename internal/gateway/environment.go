package gateway

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// scopePolicy is a stored policy document. It is compiled when it is first
// needed, with the environment of a snapshot it is in; a change of what it read
// puts another in its place (see builder.recompile).
type scopePolicy struct {
	text, format string
	home         string // workspaceKey of the document

	mu   sync.Mutex
	done atomic.Pointer[compiledPolicy]
}

type compiledPolicy struct {
	policies *policy.Compiled
	err      error
}

func newScopePolicy(d *store.Document) (*scopePolicy, error) {
	var p apim.Policy
	if err := decode(d, &p); err != nil {
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

// reads reports whether the document has read one of the keys, or has yet to be compiled.
func (p *scopePolicy) reads(changed map[string]bool) bool {
	done := p.done.Load()
	if done == nil {
		return true
	}
	if done.err != nil {
		return false
	}
	for _, r := range done.policies.Reads() {
		if changed[environmentKey(p.home, r.Kind, r.Name)] {
			return true
		}
	}
	return false
}

// environmentKey tells apart what policies read: the document's key, but for
// named values, which are named by their display name.
func environmentKey(home string, kind *apim.Kind, name string) string {
	return home + "/" + strings.ToLower(kind.Path+"/"+name)
}

// environment is what the policies of a workspace, or of the service, read: a
// policy.Environment.
type environment struct {
	s        *snapshot
	home     string
	counters policy.Counters
}

func (e environment) NamedValue(name string) (policy.NamedValue, bool) {
	v, ok := e.s.values[environmentKey(e.home, apim.NamedValues, name)]
	return v, ok
}

func (e environment) Fragment(id string) (*policy.Document, error) {
	f := e.s.fragments.Get(environmentKey(e.home, apim.PolicyFragments, id))
	if f == nil {
		return nil, errors.New("there is none")
	}
	return f.parse()
}

func (e environment) Backend(id string) (*apim.Backend, bool) {
	b := e.s.backends.Get(environmentKey(e.home, apim.Backends, id))
	return b, b != nil
}

func (e environment) Counters() policy.Counters { return e.counters }

// fragment is a stored policy fragment, parsed when it is first included.
type fragment struct {
	parse func() (*policy.Document, error)
}

func newFragment(d *store.Document) (*fragment, error) {
	var f apim.PolicyFragment
	if err := decode(d, &f); err != nil {
		return nil, err
	}
	return &fragment{sync.OnceValues(func() (*policy.Document, error) { return policy.ParseFragment(f.Value, f.Format) })}, nil
}

// namedValue is a stored named value. A secret one's text is read apart.
type namedValue struct {
	ref  apim.Ref
	key  string // environmentKey
	text policy.NamedValue
}

func (b *builder) putNamedValue(d *store.Document) error {
	var n apim.NamedValue
	if err := decode(d, &n); err != nil {
		return err
	}
	b.dropNamedValue(d.Key())
	v := &namedValue{ref: d.Ref, key: environmentKey(workspaceKey(d), apim.NamedValues, n.DisplayName)}
	v.text = policy.NamedValue{Text: n.Value, Secret: n.Secret}
	b.namedValues.Set(d.Key(), v)
	b.changed(v.key)
	return nil
}

func (b *builder) dropNamedValue(key string) {
	if old := b.namedValues.Get(key); old != nil {
		b.namedValues.Delete(key)
		b.changed(old.key)
	}
}

func (b *builder) putFragment(d *store.Document) error {
	f, err := newFragment(d)
	if err == nil {
		b.fragments.Set(d.Key(), f)
		b.changed(d.Key())
	}
	return err
}

func (b *builder) dropFragment(key string) {
	b.fragments.Delete(key)
	b.changed(key)
}

func (b *builder) putBackend(d *store.Document) error {
	backend := new(apim.Backend)
	if err := decode(d, backend); err != nil {
		return err
	}
	b.backends.Set(d.Key(), backend)
	b.changed(d.Key())
	return nil
}

func (b *builder) dropBackend(key string) {
	b.backends.Delete(key)
	b.changed(key)
}

// changed notes a key that policies may have read.
func (b *builder) changed(key string) {
	if b.environment == nil {
		b.environment = map[string]bool{}
	}
	b.environment[key] = true
}

// readSecrets reads the texts of the secret named values that changed.
func (b *builder) readSecrets(tx *store.Tx) error {
	for key, v := range b.namedValues.All() {
		if !b.environment[v.key] || !v.text.Secret {
			continue
		}
		text, err := tx.Secret(v.ref, "value")
		if err != nil && !errors.Is(err, apim.ErrNotFound) {
			return fmt.Errorf("read the secret of %s: %w", v.ref, err)
		}
		read := *v
		read.text.Text = text
		b.namedValues.Set(key, &read)
	}
	return nil
}

// recompile makes policies that have read what changed be compiled again, and
// with them the chains they are in.
func (b *builder) recompile() {
	if len(b.environment) == 0 {
		return
	}
	b.next.values = map[string]policy.NamedValue{}
	for _, v := range b.namedValues.All() {
		if v.text.Text != "" { // else it is in a key vault
			b.next.values[v.key] = v.text
		}
	}
	for key, p := range b.policies.All() {
		if p.reads(b.environment) {
			b.policies.Set(key, &scopePolicy{text: p.text, format: p.format, home: p.home})
		}
	}
}
