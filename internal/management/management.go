package management

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/audit"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/management/blobapi"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/store"
)

// Config is what the management API needs. All fields but Mount, Logger and Now
// are required.
type Config struct {
	Store   *store.Store
	Service Service
	// Mount is a path prefix before both address forms ("/mapi" on the portal), or "".
	Mount         string
	APIs          *apis.Service
	Publisher     Publisher
	Subscriptions Subscriptions
	Accounts      Accounts
	// Blobs are the media; nil: there is no media container.
	Blobs blob.Store
	// Outbound fetches what clients give a link to; nil: links are refused.
	Outbound *http.Client
	// Backends says which addresses the gateway may call, for findings; nil: all.
	Backends *outbound.Backends
	Mailer   Mailer // nil: requests that only send mail are refused
	// Erase deletes everything and provisions the service as at its first start;
	// nil: DELETE of the service is refused.
	Erase         func(ctx context.Context, actor store.Actor) error
	FirstContents FirstContents
	// Doctor lists what is wrong with the service; nil: nothing.
	Doctor func(ctx context.Context) ([]apim.Finding, error)
	// LinkKey signs links to exports (32 bytes, the same in every replica).
	LinkKey []byte
	Limiter *limit.Limiter // nil: no limits
	Now     func() time.Time
	Logger  *slog.Logger
	// Refusals notes what callers are not let do; nil: it is not noted.
	Refusals *audit.Refusals
}

// FirstContents are what a new service starts with, while nobody has changed anything.
type FirstContents interface {
	Untouched(ctx context.Context) (bool, error)
	GiveWay(ctx context.Context, actor store.Actor) (bool, error)
}

// Service describes the instance for GET of the service itself.
type Service struct {
	Name           apim.Name // in addresses and ids, such as "portico"
	Location       string
	PublisherName  string
	PublisherEmail string
	PortalURL      string
	GatewayURL     string
	ManagementURL  string
	DataAPIURL     string
}

// handler is the management API.
type handler struct {
	Config
	routes        *node
	authorization *node
	roles         *access.Roles
	selections    *selections
	behaviours    map[*apim.Kind]behaviour
	collections   *collections
	media         *blobapi.Container
}

// New makes the handler of the management API.
func New(cfg Config) (http.Handler, error) {
	switch {
	case cfg.Store == nil || cfg.APIs == nil || cfg.Publisher == nil ||
		cfg.Subscriptions == nil || cfg.Accounts == nil || cfg.FirstContents == nil:
		return nil, errors.New("management: a service it needs is missing")
	case cfg.Service.Name == "":
		return nil, errors.New("management: the service needs a name")
	case len(cfg.LinkKey) < 32:
		return nil, errors.New("management: the link key must have 32 bytes")
	}
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	h := &handler{Config: cfg, behaviours: behaviours(), collections: newCollections(), selections: newSelections()}
	h.media = &blobapi.Container{Blobs: cfg.Blobs, Key: cfg.LinkKey, Mount: cfg.Mount, Now: cfg.Now, Logger: cfg.Logger}
	h.routes, h.authorization, h.roles = newRouter(routes()), newRouter(authorizationRoutes()), &access.Roles{}
	return h, nil
}

// ServeHTTP answers one request; every error becomes an ARM body here.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowOrigins(w.Header())
	requestIDs(w.Header(), r.Header)
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodOptions {
		w.Header().Set("Access-Control-Allow-Headers", "*, Authorization, x-ms-apim-client, If-Match, Content-Type, Cache-Control, Accept, IsUserResource, "+blobapi.Headers)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := h.admit(r, nil); err != nil {
		h.fail(w, r, err)
		return
	}
	if h.serveBeside(w, r) {
		return
	}
	a, err := h.answer(r)
	if err != nil {
		err = h.admit(r, err)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	a.write(w)
}

// admit counts what nobody answers for: a request without a token, and one
// whose token was refused. It returns the request's own error, or that there are too many.
func (h *handler) admit(r *http.Request, err error) error {
	class := limit.Anonymous
	switch token := r.Header.Get("Authorization") != ""; {
	case token && errors.Is(err, apim.ErrUnauthorized):
		class = limit.Refused
	case token || err != nil:
		return err
	}
	if exceeded := h.Limiter.Take(class, limit.Client(r.RemoteAddr)); exceeded != nil {
		return exceeded
	}
	return err
}

// fail writes an error, and logs it if it is the server's fault.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := arm.FromError(err)
	if denied := (*access.DeniedError)(nil); errors.As(err, &denied) {
		e.Message = denied.Error()
	}
	if e.Status >= http.StatusInternalServerError {
		h.Logger.ErrorContext(r.Context(), "management request failed", "method", r.Method, "path", address.Redacted(r.URL),
			"request", w.Header().Get("x-ms-request-id"), "error", err)
	}
	e.Write(w)
}

// answer authenticates, authorizes and carries out a request.
func (h *handler) answer(r *http.Request) (*answer, error) {
	who, err := h.Accounts.Authenticate(r.Context(), r.Header.Get("Authorization"))
	if err != nil {
		h.unknown(r, err)
		return nil, err
	}
	c := &call{handler: h, r: r, principal: who}
	defer c.close()
	if c.query, err = arm.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, err
	}
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), h.Mount)
	if !ok {
		return nil, apim.ErrNotFound
	}
	if c.address, err = arm.ParseAddress(path); err != nil {
		return nil, err
	}
	if c.address.ARM() && !c.address.Service.Same(h.Service.Name) {
		return nil, apim.ErrNotFound
	}
	if err := arm.CheckVersion(c.address, c.query); err != nil {
		return nil, err
	}
	route, err := c.enterAuthorization()
	if err != nil {
		return nil, err
	}
	if route == nil {
		if route, err = h.routes.find(r.Method, c.address.Segments); err != nil {
			return nil, err
		}
		c.enter(route)
	}
	if err := c.authorize(route.action, c.scope); err != nil {
		return nil, c.denied(err)
	}
	if route.owners {
		if err := c.authorize(access.AssignRoles, apim.ServiceScope()); err != nil {
			return nil, c.denied(err)
		}
	}
	if route.kind == nil || !route.kind.Member { // these have no ETag
		c.match, err = arm.ParseMatch(r)
	}
	if err != nil {
		return nil, err
	}
	a, err := route.handle(c)
	return a, c.denied(err)
}

// allowOrigins lets browser programs of any origin call (portal-wire.md §1.1).
// Credentials are never allowed: the only way in is a token in the
// Authorization header.
func allowOrigins(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, x-ms-apim-client, If-Match, Content-Type, Cache-Control, Accept, IsUserResource, *")
	h.Set("Access-Control-Expose-Headers", "ETag, Ocp-Apim-Sas-Token, Retry-After, Location, Azure-AsyncOperation, WWW-Authenticate, "+
		"x-ms-request-id, x-ms-correlation-request-id, x-ms-error-code, "+arm.WarningHeader)
	h.Set("Access-Control-Max-Age", "600")
}

// requestIDs returns the server's request id and echoes the caller's correlation id.
func requestIDs(answer, request http.Header) {
	id := request.Get("X-Request-Id")
	if id != "" {
		answer.Set("x-ms-request-id", id)
	}
	correlation := request.Get("x-ms-correlation-request-id")
	if correlation == "" || len(correlation) > 128 {
		correlation = id
	}
	if correlation != "" {
		answer.Set("x-ms-correlation-request-id", correlation)
	}
	if own := request.Get("x-ms-client-request-id"); own != "" && len(own) <= 128 &&
		strings.EqualFold(request.Get("x-ms-return-client-request-id"), "true") {
		answer.Set("x-ms-client-request-id", own)
	}
}
