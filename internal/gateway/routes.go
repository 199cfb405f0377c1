package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// routes are the operations of one API revision, loaded when it is first called.
type routes struct {
	root  node
	any   *route // stands for the operation if none matched
	count int
	used  atomic.Int64 // the load counter when it was last used
}

// route is one operation.
type route struct {
	ref       apim.Ref // "" if it stands for no operation
	template  template
	operation policy.Operation

	compiling sync.Mutex
	compiled  atomic.Pointer[[]compiled]
}

// compiled is a chain for one product in one snapshot.
type compiled struct {
	seq       int64 // of the snapshot
	product   *product
	scopes    [5]*scopePolicy
	chain     *policy.Chain
	operation *policy.Operation // with samples, if the chain uses them; nil for no operation
}

func loadRoutes(tx *store.Tx, rev *revision) (*routes, error) {
	docs, err := tx.List(apim.Operations.Path, rev.key.Ref())
	if err != nil {
		return nil, err
	}
	rt := &routes{any: new(route), count: len(docs) + 1}
	slices.SortFunc(docs, func(a, b *store.Document) int { return cmp.Compare(a.Key(), b.Key()) })
	for _, d := range docs {
		var op struct{ Method, URLTemplate string }
		if err := d.Decode(&op); err != nil {
			return nil, err
		}
		r := &route{ref: d.Ref, template: parseTemplate(op.URLTemplate)}
		r.operation = policy.Operation{ID: d.Name, Method: strings.ToUpper(op.Method), URLTemplate: op.URLTemplate}
		for _, q := range r.template.query {
			r.operation.QueryParams = append(r.operation.QueryParams, q.name)
		}
		rt.root.add(r)
	}
	return rt, nil
}

// errBusy means that the configuration changed faster than it could be read.
var errBusy = errors.New("the configuration keeps changing")

// resolve finds the API of a call in the current snapshot, with its routes.
func (g *Gateway) resolve(c *call) error {
	const attempts = 5
	for range attempts {
		c.snapshot = g.live.Load()
		if c.snapshot == nil {
			return errNotLoaded
		}
		c.target = c.snapshot.addresses.find(c.path, c.query, c.r.Header)
		if c.target.revision == nil {
			return nil
		}
		if c.routes = c.target.revision.routes.Load(); c.routes != nil {
			g.loaded.touch(c.routes)
			return nil
		}
		if err := g.loadRevision(c.r.Context(), c.target.revision.key); err != nil {
			return err
		}
	}
	return errBusy
}

// loadRevision reads a revision's routes in a state of the store and publishes
// the rest of the configuration in the same state, so that an operation is
// never served with policies of another time.
func (g *Gateway) loadRevision(ctx context.Context, key apim.Key) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if rev := g.live.Load().revisions.Get(key); rev != nil && rev.routes.Load() != nil {
		return nil // loaded while this call waited
	}
	return g.store.View(ctx, func(tx *store.Tx) error {
		if err := g.advanceTo(tx); err != nil {
			return err
		}
		rev := g.live.Load().revisions.Get(key)
		if rev == nil || rev.routes.Load() != nil {
			return nil
		}
		rt, err := loadRoutes(tx, rev)
		if err != nil {
			return fmt.Errorf("load routes of %s: %w", key, err)
		}
		rev.routes.Store(rt)
		g.loaded.add(rev, rt)
		return nil
	})
}

// chain is the compiled policies of a route, with those of the call's product.
func (g *Gateway) chain(c *call, r *route) (*compiled, error) {
	if list := r.compiled.Load(); list != nil {
		for i := range *list {
			if e := &(*list)[i]; e.seq == c.snapshot.seq && e.product == c.product {
				return e, nil
			}
		}
	}
	return g.compile(c, r)
}

// compile makes a chain, or reuses one whose documents have not changed.
func (g *Gateway) compile(c *call, r *route) (*compiled, error) {
	r.compiling.Lock()
	defer r.compiling.Unlock()
	e := compiled{seq: c.snapshot.seq, product: c.product, scopes: c.scopes(r)}
	var kept []compiled
	if list := r.compiled.Load(); list != nil {
		for _, old := range *list {
			if old.seq == e.seq && old.product != e.product {
				kept = append(kept, old)
			}
			if old.scopes == e.scopes {
				e.chain, e.operation = old.chain, old.operation
			}
		}
	}
	if e.chain == nil {
		if err := g.build(c, r, &e); err != nil {
			return nil, err
		}
	}
	kept = append(kept, e)
	r.compiled.Store(&kept)
	return &kept[len(kept)-1], nil
}

// scopes are the documents that apply, from the outermost.
func (c *call) scopes(r *route) (list [5]*scopePolicy) {
	policies := c.snapshot.policies
	list[0] = policies.Get("")
	if rev := c.target.revision; rev != nil {
		if rev.workspace != "" {
			list[1] = policies.Get(rev.workspace)
		}
		list[3] = policies.Get(rev.key)
	}
	if p := c.product; p != nil {
		list[2] = policies.Get(apim.Key(p.ID))
	}
	if r.ref != "" {
		list[4] = policies.Get(r.ref.Key())
	}
	return list
}

func (g *Gateway) build(c *call, r *route, e *compiled) error {
	scopes := []policy.Scope{
		{Name: "global"}, {Name: "workspace"}, {Name: "product"}, {Name: "api"}, {Name: "operation", ID: string(r.ref.Key())},
	}
	if e.product != nil {
		scopes[2].ID = e.product.ID
	}
	if rev := c.target.revision; rev != nil {
		scopes[1].ID, scopes[3].ID = string(rev.workspace), string(rev.key)
	}
	for i, p := range e.scopes {
		policies, err := p.compiled(g, c.snapshot)
		if err != nil {
			return fmt.Errorf("policies of scope %s %s: %w", scopes[i].Name, scopes[i].ID, err)
		}
		scopes[i].Policies = policies
	}
	e.chain = policy.Merge(scopes...)
	if r.ref == "" {
		return nil
	}
	e.operation = &r.operation
	if e.chain.Uses("mock-response") {
		return g.addSamples(c.r.Context(), r, e)
	}
	return nil
}

func (g *Gateway) addSamples(ctx context.Context, r *route, e *compiled) error {
	var op apim.Operation
	_, err := store.Read(ctx, g.store, func(tx *store.Tx) (*store.Document, error) { return tx.Decode(r.ref, &op) })
	if err != nil {
		return err
	}
	with := r.operation
	with.Samples = samples(op.Responses)
	e.operation = &with
	return nil
}

// loadedRoutes bounds the operations held in memory.
type loadedRoutes struct {
	mu      sync.Mutex
	max     int // operations
	total   int
	entries map[*revision]*routes
	clock   atomic.Int64 // counts loads
}

func (l *loadedRoutes) touch(rt *routes) {
	if now := l.clock.Load(); rt.used.Load() != now {
		rt.used.Store(now)
	}
}

// add counts routes and, while there are too many, drops the least recently used.
func (l *loadedRoutes) add(rev *revision, rt *routes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rt.used.Store(l.clock.Add(1))
	l.entries[rev] = rt
	l.total += rt.count
	for l.total > l.max && len(l.entries) > 1 {
		var oldest *revision
		for r, e := range l.entries {
			if r != rev && (oldest == nil || e.used.Load() < l.entries[oldest].used.Load()) {
				oldest = r
			}
		}
		l.remove(oldest)
	}
}

// drop removes revisions that are no longer served.
func (l *loadedRoutes) drop(revisions ...*revision) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, rev := range revisions {
		l.remove(rev)
	}
}

func (l *loadedRoutes) remove(rev *revision) {
	if rt := l.entries[rev]; rt != nil {
		l.total -= rt.count
		delete(l.entries, rev)
		rev.routes.Store(nil)
	}
}
