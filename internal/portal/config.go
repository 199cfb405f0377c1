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
	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
)

// Config is what a portal is made of.
type Config struct {
	Store         *store.Store
	Catalog       *catalog.Catalog // loaded
	Search        *search.Index
	Accounts      *account.Service
	Subscriptions *subscription.Service
	Descriptions  Descriptions // nil: nothing can be downloaded
	Media         Media        // nil: no media
	Assets        fs.FS        // built front-end files; nil or empty: pages say how to build them

	PortalURL  string          // as the outside sees it, without a slash at the end
	GatewayURL string          // the console's calls go there
	Stopping   context.Context // ends when the service begins to stop: who waits for a large answer is sent away; nil: never
	Limiter    *limit.Limiter  // nil: no limits
	CacheBytes int64           // bound of the page cache; 0: 32 MiB
	Logger     *slog.Logger
}

// defaultCacheBytes bounds the page cache.
const defaultCacheBytes = 32 << 20

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
