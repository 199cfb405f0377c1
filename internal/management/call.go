package management

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// call is one request being answered.
type call struct {
	*handler
	r         *http.Request
	principal access.Principal
	address   arm.Address
	query     arm.Query
	match     arm.Match
	route     *route
	// ref is what the address names, as the client wrote it: the entity, or for
	// a collection its parent. For a link's member, target is the other side.
	ref    apim.Ref
	target apim.Ref
	scope  apim.Scope // what access is asked for; nowhere until the route is known
	// (of a role definition or assignment: target is its name alone)
	// What a PUT's or PATCH's read has made ahead of the transaction.
	password    string // of a user, encoded
	publication publication
	api         *apis.Input
	done        func() // gives back the room of a large body; nil: none
}

// enter takes from the address what the route needs.
func (c *call) enter(rt *route) {
	c.route, c.scope = rt, apim.ServiceScope()
	if rt.outer {
		return
	}
	segments := c.address.Segments
	entity := len(segments) &^ 1 // pairs of collection and name
	if rt.link != nil || rt.action0 != "" {
		entity = 2 * len(rt.collections())
	}
	c.ref = refOf(rt, segments[:entity])
	if c.ref != "" {
		c.scope = apim.ScopeOf(c.ref)
	}
	if rt.link != nil && len(segments) > entity+1 {
		c.target = apim.Ref("/" + rt.link.To + "/" + segments[entity+1])
	}
}

// collections are the collections of the route's kind, parents first, as declared.
func (rt *route) collections() []string {
	var all []string
	if rt.workspace {
		all = append(all, apim.Workspaces.Path)
	}
	if rt.kind != nil {
		all = append(all, strings.Split(rt.kind.Path, "/")...)
	}
	return all
}

// refOf joins segments to a ref with collections spelled as declared.
func refOf(rt *route, segments []string) apim.Ref {
	var ref apim.Ref
	declared := rt.collections()
	for i := 0; i+1 < len(segments); i += 2 {
		collection := segments[i]
		if i/2 < len(declared) {
			collection = declared[i/2]
		}
		ref = ref.Child(collection, apim.Name(segments[i+1]))
	}
	return ref
}

// home is the call's workspace; "" for the service.
func (c *call) home() apim.Ref { return c.ref.Home() }

// actor is the caller for the audit log.
func (c *call) actor() store.Actor {
	return store.Actor{Name: c.principal.Name(), Address: c.r.RemoteAddr, RequestID: c.r.Header.Get("X-Request-Id")}
}

// body reads the request's JSON body. A large one waits until there is room for it.
func (c *call) body() (json.RawMessage, error) {
	if c.route.kind == nil || !c.route.kind.Large || c.r.Method != http.MethodPut {
		return arm.ReadJSON(c.r, arm.MaxBody)
	}
	if n := c.r.ContentLength; n < 0 || n > arm.MaxBody {
		done, err := c.APIs.Hold(c.r.Context(), n)
		if err != nil {
			return nil, err
		}
		c.done = done
	}
	return arm.ReadJSON(c.r, arm.MaxDescriptionBody)
}

// close gives back what the call held.
func (c *call) close() {
	c.api.Close()
	if c.done != nil {
		c.done()
	}
}

// existed is Check of a PUT for what has no ETag and was there before.
func (c *call) existed() error {
	if arm.OnlyNew(c.r) {
		return apim.ErrPreconditionFailed
	}
	return nil
}

// accepts reports whether the client accepts a media type that contains part.
func (c *call) accepts(part string) bool {
	return strings.Contains(strings.ToLower(strings.Join(c.r.Header.Values("Accept"), ",")), part)
}

// view returns what read finds on one snapshot of the store.
func view[T any](c *call, read func(tx *store.Tx) (T, error)) (T, error) {
	return store.Read(c.r.Context(), c.Store, read)
}

// change returns what write makes in a transaction of the caller.
func change[T any](c *call, write func(tx *store.Tx) (T, error)) (T, error) {
	return store.Write(c.r.Context(), c.Store, c.actor(), write)
}

// answer is a successful response.
type answer struct {
	status int
	etag   string // opaque; "" for none
	body   any    // nil for none; []byte is sent as it is
	media  string // of a []byte body

	findings []apim.Finding // what the caller should know of what was done
}

func (a *answer) write(w http.ResponseWriter) {
	if a.etag != "" {
		w.Header().Set("ETag", arm.Quote(a.etag))
	}
	arm.WriteWarnings(w.Header(), a.findings)
	switch body := a.body.(type) {
	case nil:
		w.WriteHeader(a.status)
	case []byte:
		w.Header().Set("Content-Type", a.media)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(a.status)
		_, _ = w.Write(body) // the client may be gone
	default:
		arm.WriteJSON(w, a.status, body)
	}
}

func noContent() *answer { return &answer{status: http.StatusNoContent} }

// ok answers 200 with a body, unless making it failed.
func ok(body any, err error) (*answer, error) {
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: body}, nil
}

// done answers 204, unless what was asked for failed.
func done(err error) (*answer, error) {
	if err != nil {
		return nil, err
	}
	return noContent(), nil
}

// putStatus is 201 for what is new, else 200.
func putStatus(isNew bool) int {
	if isNew {
		return http.StatusCreated
	}
	return http.StatusOK
}
