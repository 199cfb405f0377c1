package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
)

// The messages of apim-rest.md Part 4, word for word.
const (
	missingKey = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to this API."
	invalidKey = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
)

// authorize decides on a call by the table of apim-rest.md §1.12 and removes
// the key from the call. On success the call has its subscription; it returns
// the product whose policies apply.
func (g *Gateway) authorize(c *call) (*product, *policy.Error) {
	rev := c.target.revision
	secret := c.takeKey()
	if secret == "" {
		p := c.snapshot.openProduct(rev.alias)
		if p == nil && !rev.open {
			return nil, g.unauthorized(c, "SubscriptionKeyNotFound", missingKey)
		}
		return p, nil
	}
	sub, p := c.snapshot.admit(g.store.KeyHash(secret), rev.alias)
	if sub == nil {
		return nil, g.unauthorized(c, "SubscriptionKeyInvalid", invalidKey)
	}
	c.exchange.Subscription = string(sub.key)
	return p, nil
}

// takeKey reads the key from the header, else from the query, and removes both.
func (c *call) takeKey() string {
	rev := c.target.revision
	secret := c.r.Header.Get(rev.keyHeader)
	delete(c.r.Header, rev.keyHeader)
	request := &c.exchange.Request
	if value, ok := policy.QueryValue(request.RawQuery, rev.keyQuery); ok {
		request.RawQuery = policy.WithoutQuery(request.RawQuery, rev.keyQuery)
		if secret == "" {
			secret = unescapeQuery(value)
		}
	}
	return secret
}

func unescapeQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// admit returns the subscription of a key if it is active and covers the API,
// with its product; keys for APIs have none.
func (s *snapshot) admit(hash [32]byte, alias apim.Key) (*subscription, *product) {
	sub := s.keys.GetBytes(hash[:])
	if sub == nil || !sub.active {
		return nil, nil
	}
	var of *product
	ok, _ := sub.opening.Opens(alias.Ref(), func(ref, _ apim.Ref) (bool, error) {
		of = s.productOf(alias, ref)
		return of != nil, nil
	})
	if !ok {
		return nil, nil
	}
	return sub, of
}

// productOf is the product if it contains the API, else nil.
func (s *snapshot) productOf(alias apim.Key, ref apim.Ref) *product {
	for _, p := range s.productsOf[alias] {
		if p.ID == string(ref.Key()) {
			return p
		}
	}
	return nil
}

// openProduct is the product that admits calls to the API without a key.
func (s *snapshot) openProduct(alias apim.Key) *product {
	for _, p := range s.productsOf[alias] {
		if p.open {
			return p
		}
	}
	return nil
}

// preflightProduct is the product of a preflight, which has a key in the query or none.
func (g *Gateway) preflightProduct(c *call) *product {
	rev := c.target.revision
	if rev == nil {
		return nil
	}
	value, _ := policy.QueryValue(c.query, rev.keyQuery)
	if value == "" {
		return c.snapshot.openProduct(rev.alias)
	}
	_, p := c.snapshot.admit(g.store.KeyHash(unescapeQuery(value)), rev.alias)
	return p
}

func (g *Gateway) unauthorized(c *call, reason, message string) *policy.Error {
	rev := c.target.revision
	base := g.url
	if base == "" {
		base = scheme(c.r) + "://" + c.r.Host
	}
	realm := strings.TrimRight(base, "/") + "/" + strings.Trim(rev.api.Path, "/")
	challenge := `AzureApiManagementKey realm="` + quoted(realm) + `",name="` + quoted(rev.keyName) + `",type="header"`
	return &policy.Error{
		Status: http.StatusUnauthorized, Source: "authorization", Reason: reason, Message: message,
		Headers: []policy.Field{{Name: "Www-Authenticate", Values: []string{challenge}}},
	}
}

// quoted makes text safe for a quoted string in a header.
func quoted(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(s)
}

// scheme is the scheme that the client used: behind a proxy the server sets it in the URL.
func scheme(r *http.Request) string {
	switch {
	case r.URL.Scheme != "":
		return r.URL.Scheme
	case r.TLS != nil:
		return "https"
	}
	return "http"
}
