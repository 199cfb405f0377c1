package gateway

import (
	"cmp"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// snapshot is one state of the configuration. It is immutable; what is loaded
// later (routes, compiled policies) is reached through atomic pointers.
type snapshot struct {
	seq           int64 // the last change it contains
	revisions     feed.Table[apim.Key, *revision]
	lines         feed.Table[apim.Key, *line] // by alias
	versionSets   feed.Table[apim.Key, *apim.VersionSet]
	products      feed.Table[apim.Key, *product]
	subscriptions feed.Table[apim.Key, *subscription]
	policies      feed.Table[apim.Key, *scopePolicy] // by key of the resource they are set on; "" is the service
	provided      feed.Table[apim.Key, any]          // what policies read, by environmentKey
	productLinks  feed.Table[apim.Key, []apim.Key]   // of a product to aliases

	keys       feed.Table[string, *subscription] // by hash
	productsOf map[apim.Key][]*product           // by alias, in order of keys
	addresses  addresses
	nowhere    *route // stands for the operation of calls without an API
}

// revision is what the gateway needs to know about an API revision.
type revision struct {
	key, alias apim.Key
	number     string   // in lower case
	workspace  apim.Key // or ""
	api        apim.API // the parts that decide its address
	versionSet apim.Key // or ""
	online     bool
	open       bool // needs no subscription
	anyCall    bool // WebSocket and GraphQL APIs take calls without an operation
	backend    *policy.Endpoint
	keyName    string // header, as the API spells it
	keyHeader  string // canonical
	keyQuery   string

	routes atomic.Pointer[routes]
}

type product struct {
	policy.Product
	open bool // needs no subscription
}

// subscription is what the gateway needs to know about one.
type subscription struct {
	key     apim.Key
	active  bool
	opening apim.Opening
	hashes  [][32]byte
}

func newRevision(d *store.Document) (*revision, error) {
	var api apim.API
	if err := d.Decode(&api); err != nil {
		return nil, err
	}
	header, query := api.KeyNames()
	rev := &revision{
		key: d.Key(), workspace: workspaceKey(d),
		api:        apim.API{Path: api.Path, APIVersion: api.APIVersion},
		versionSet: api.VersionSet(d.Ref.Home()).Key(),
		online:     api.Online(), open: !api.NeedsSubscription(),
		anyCall:   api.Type == "websocket" || api.Type == "graphql",
		keyName:   header,
		keyHeader: http.CanonicalHeaderKey(header), keyQuery: query,
	}
	rev.alias = rev.key.Alias()
	_, rev.number = apim.SplitRevision(rev.key.Ref().Name())
	rev.number = cmp.Or(rev.number, strings.ToLower(api.APIRevision))
	if url, err := policy.ParseBackend(api.ServiceURL); err == nil {
		rev.backend = &policy.Endpoint{URL: url}
	}
	return rev, nil
}

// workspaceKey is the key of the workspace that holds a document, or "".
func workspaceKey(d *store.Document) apim.Key { return d.Ref.Home().Key() }

func newProduct(d *store.Document) (*product, error) {
	var p apim.Product
	if err := d.Decode(&p); err != nil {
		return nil, err
	}
	return &product{policy.Product{ID: string(d.Key()), Name: p.DisplayName}, !p.NeedsSubscription()}, nil
}

func newSubscription(d *store.Document) (*subscription, error) {
	var s apim.Subscription
	if err := d.Decode(&s); err != nil {
		return nil, err
	}
	return &subscription{key: d.Key(), active: s.State == apim.SubscriptionActive, opening: s.Opening()}, nil
}
