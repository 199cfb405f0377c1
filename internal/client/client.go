package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

const (
	apiVersion = "2024-05-01"
	maxAnswer  = 256 << 20       // bytes
	retries    = 4               // after the first try
	timeout    = 5 * time.Minute // of one try; a large description takes a while
	renewAhead = 15 * time.Second
)

// Mint makes the value of an Authorization header and says until when it is
// valid. The zero time means that there is no other token to get.
type Mint func(ctx context.Context) (token string, expires time.Time, err error)

// Fixed is a Mint for a token that was given.
func Fixed(token string) Mint {
	return func(context.Context) (string, time.Time, error) { return token, time.Time{}, nil }
}

// Client calls the management API of one service, one call at a time.
type Client struct {
	Base string // address of the service without a trailing slash: what precedes /apis
	Mint Mint
	HTTP *http.Client
	Now  func() time.Time
	// MaxAnswer is the largest answer accepted, media included, in bytes; 0: 256 MB.
	MaxAnswer int64
	// Warn receives the findings that an answer carries, and how many more
	// there were; nil: they are dropped.
	Warn func(findings []apim.Finding, more int)
	// Wait waits before a retry; nil: for the given time.
	Wait func(ctx context.Context, d time.Duration) error

	token   string // "" until one is minted
	expires time.Time
}

// Request is a call of the management API.
type Request struct {
	Method string
	Path   string // below the service, such as /apis/echo; may have a query
	Header http.Header
	Body   []byte
}

// Answer is a successful answer.
type Answer struct {
	Status int
	Body   []byte
}

// Get reads a path into answer.
func (c *Client) Get(ctx context.Context, path string, answer any) error {
	return c.send(ctx, http.MethodGet, path, nil, answer)
}

// Put writes properties to a path and decodes the answer into answer, if that
// is not nil. A json.RawMessage is sent unchanged.
func (c *Client) Put(ctx context.Context, path string, properties, answer any) error {
	return c.send(ctx, http.MethodPut, path, properties, answer)
}

// Patch changes some properties of a resource.
func (c *Client) Patch(ctx context.Context, path string, properties, answer any) error {
	return c.send(ctx, http.MethodPatch, path, properties, answer)
}

// Post runs an action.
func (c *Client) Post(ctx context.Context, path string, answer any) error {
	return c.send(ctx, http.MethodPost, path, nil, answer)
}

// Delete deletes a resource. It is not an error if there is none.
func (c *Client) Delete(ctx context.Context, path string) error {
	return c.send(ctx, http.MethodDelete, path, nil, nil)
}

func (c *Client) send(ctx context.Context, method, path string, properties, answer any) error {
	body, err := Body(properties)
	if err != nil {
		return err
	}
	r := Request{Method: method, Path: path, Body: body}
	if method == http.MethodDelete || method == http.MethodPatch {
		r.Header = http.Header{"If-Match": {"*"}}
	}
	a, err := c.Do(ctx, r)
	if err != nil || answer == nil {
		return err
	}
	if err := json.Unmarshal(a.Body, answer); err != nil {
		return fmt.Errorf("%s %s: the answer is not JSON of a management API: %w", method, path, err)
	}
	return nil
}

// Body is the body of a PUT or PATCH; nil for nil.
func Body(properties any) ([]byte, error) {
	if properties == nil {
		return nil, nil
	}
	text, raw := properties.(json.RawMessage)
	if !raw {
		var err error
		if text, err = json.Marshal(properties); err != nil {
			return nil, err
		}
	}
	return slices.Concat([]byte(`{"properties":`), text, []byte{'}'}), nil
}

// Do calls the management API. It retries while the service is busy, and with a
// fresh token when the present one has expired.
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	for renewed := false; ; renewed = true {
		if err := c.renew(ctx); err != nil {
			return nil, err
		}
		h := r.Header.Clone()
		if h == nil {
			h = http.Header{}
		}
		h.Set("Authorization", c.token)
		h.Set("Content-Type", "application/json")
		a, err := c.Send(ctx, r.Method, c.address(r.Path), h, r.Body)
		switch {
		case !HasStatus(err, http.StatusUnauthorized), renewed:
			return a, err
		case c.expires.IsZero():
			return nil, fmt.Errorf("%w\nThe token is not valid here, or has expired; print another with: portico token", err)
		}
		c.token = ""
	}
}

// renew mints a token if the present one does not last much longer.
func (c *Client) renew(ctx context.Context) (err error) {
	if c.token != "" && (c.expires.IsZero() || c.Now().Add(renewAhead).Before(c.expires)) {
		return nil
	}
	c.token, c.expires, err = c.Mint(ctx)
	return err
}

func (c *Client) address(path string) string {
	if !strings.HasPrefix(path, "/") { // a nextLink
		return path
	}
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	return c.Base + path + join + "api-version=" + apiVersion
}

// List reads all pages of a list.
func List[T any](ctx context.Context, c *Client, path string) ([]T, error) {
	var all []T
	for seen := map[string]bool{}; path != "" && !seen[path]; {
		seen[path] = true
		var page struct {
			Value    []T    `json:"value"`
			NextLink string `json:"nextLink"`
		}
		if err := c.Get(ctx, path, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Value...)
		if path = page.NextLink; path != "" && !c.own(path) {
			return nil, fmt.Errorf("the service links to the rest of a list on another host, %q, which is not followed, since it would receive the token", path)
		}
		if len(page.Value) == 0 {
			break
		}
	}
	return all, nil
}

// own reports whether an address is on the service's own host; the token is
// sent nowhere else.
func (c *Client) own(address string) bool {
	base, err := url.Parse(c.Base)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && u.Host == base.Host && u.Scheme == base.Scheme
}
