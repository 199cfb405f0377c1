package portal

import (
	"context"
	"io"
	"io/fs"
	"log/slog"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
)

// Config is what a portal is made of.
type Config struct {
	Store         *store.Store
	Catalog       *catalog.Catalog // loaded
	Search        Searcher
	Accounts      Accounts
	Subscriptions Subscriptions
	Descriptions  Descriptions // nil: nothing can be downloaded
	Media         Media        // nil: no media
	Assets        fs.FS        // built front-end files; nil or empty: pages say how to build them

	PortalURL  string // as the outside sees it, without a slash at the end
	GatewayURL string // the console's calls go there
	CacheBytes int64  // bound of the page cache; 0: 32 MiB
	Logger     *slog.Logger
}

// defaultCacheBytes bounds the page cache.
const defaultCacheBytes = 32 << 20

// Searcher finds what a visitor may see; package search implements it.
type Searcher interface {
	Query(ctx context.Context, text string, visible func(apim.Ref) bool, limit int) ([]search.Hit, error)
}

// Accounts know who visits; *account.Service implements it.
type Accounts interface {
	Visitor(ctx context.Context, sessionID string) (*account.Visitor, error)
	SignIn(ctx context.Context, email, password string, c account.Client) (*account.User, string, error)
	SignOut(ctx context.Context, sessionID string) error
	StartSession(ctx context.Context, userID apim.Name, c account.Client) (string, error)
	Authenticate(ctx context.Context, header string) (account.Principal, error)
	RedeemLink(ctx context.Context, secret string, c account.Client) (string, error)
	Rename(ctx context.Context, actor store.Actor, id apim.Name, firstName, lastName string) error
	ChangePassword(ctx context.Context, present, next string, c account.Client) error
}

// Subscriptions are the visitors'; *subscription.Service implements it.
type Subscriptions interface {
	For(ctx context.Context, userID apim.Name) ([]*subscription.Subscription, error)
	Subscribe(ctx context.Context, actor store.Actor, r subscription.Request) (*subscription.Subscription, error)
	Rename(ctx context.Context, actor store.Actor, c subscription.Caller, id apim.PublicID, name string) (*subscription.Subscription, error)
	Regenerate(ctx context.Context, actor store.Actor, c subscription.Caller, id apim.PublicID, field string) error
	Cancel(ctx context.Context, actor store.Actor, c subscription.Caller, id apim.PublicID) (*subscription.Subscription, error)
	Keys(ctx context.Context, c subscription.Caller, id apim.PublicID) (subscription.Keys, error)
	KeysFor(ctx context.Context, userID apim.Name, api apim.Ref) ([]subscription.ActiveKey, error)
}

// Descriptions are API descriptions to download.
type Descriptions interface {
	// Export writes an API revision as OpenAPI 3: format "yaml" or "json".
	Export(ctx context.Context, revision apim.Ref, format string) ([]byte, error)
	// Original is the description an API revision was imported from, with its
	// media type; apim.ErrNotFound when there is none.
	Original(ctx context.Context, revision apim.Ref) (body io.ReadCloser, contentType string, err error)
}

// Media are uploaded files and the stylesheets of sites that were published;
// blob.Store implements it.
type Media interface {
	PutHashed(ctx context.Context, contentType string, content []byte) (name string, err error)
	Get(ctx context.Context, name string) (io.ReadSeekCloser, blob.Info, error)
}

// Limits of requests. Forms are small; nothing else has a body here.
const (
	maxForm  = 64 << 10
	maxQuery = 2 << 10 // a page is not kept for a longer query
)
