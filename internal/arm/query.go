package arm

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Query holds query parameters. Names are compared without case, in any percent
// encoding ("$top", "%24top").
type Query struct {
	pairs []pair
}

type pair struct {
	name  apim.Name // decoded
	value string    // decoded
	raw   string    // as sent
}

// ParseQuery splits a raw query at & only: a $filter may contain a semicolon.
func ParseQuery(raw string) (Query, error) {
	var q Query
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		n, v, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(n)
		if err != nil {
			return Query{}, InvalidQuery(n, fmt.Sprintf("The query parameter %q has a bad percent escape.", n))
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return Query{}, InvalidQuery(name, fmt.Sprintf("The value of %s has a bad percent escape.", name))
		}
		q.pairs = append(q.pairs, pair{apim.Name(name), value, part})
	}
	return q, nil
}

// Get is the first value of a parameter, or "".
func (q Query) Get(name apim.Name) string {
	v, _ := q.Lookup(name)
	return v
}

// Lookup also reports whether the parameter is present.
func (q Query) Lookup(name apim.Name) (string, bool) {
	for _, p := range q.pairs {
		if p.name.Same(name) {
			return p.value, true
		}
	}
	return "", false
}

// Bool reads a flag. An empty value counts as true, as in "?export".
func (q Query) Bool(name apim.Name) (bool, error) {
	v, ok := q.Lookup(name)
	if !ok {
		return false, nil
	}
	if v == "" {
		return true, nil
	}
	b, err := strconv.ParseBool(strings.ToLower(v))
	if err != nil {
		return false, InvalidQuery(string(name), fmt.Sprintf("%s must be true or false; it is %q.", name, v))
	}
	return b, nil
}

// version is the api-version of a request in either spelling, or "".
func version(q Query) string { return cmp.Or(q.Get("api-version"), q.Get("apiVersion")) }

// VersionFrom reports whether a request names the api-version of a date or a
// later one; a preview counts as its date.
func VersionFrom(q Query, date string) bool {
	v := version(q)
	v = v[:min(len(v), len(time.DateOnly))]
	_, err := time.Parse(time.DateOnly, v)
	return err == nil && v >= date
}

// CheckVersion refuses an ARM-prefixed request without api-version. Any version is served (design.md §7).
func CheckVersion(a Address, q Query) error {
	if !a.ARM() || version(q) != "" {
		return nil
	}
	return &Error{
		Status: http.StatusBadRequest, Code: "MissingApiVersionParameter", Target: "api-version",
		Message: "The api-version query parameter (?api-version=) is required for all requests.",
	}
}

// The page sizes of a list (design.md §7).
const (
	DefaultTop = 100
	MaxTop     = 1000
)

// Page is the requested part of a list.
type Page struct {
	Top, Skip int
}

// ParsePage reads $top and $skip. A $top above MaxTop is clamped.
func ParsePage(q Query) (Page, error) {
	top, err := q.number("$top", 1, DefaultTop)
	if err != nil {
		return Page{}, err
	}
	skip, err := q.number("$skip", 0, 0)
	return Page{min(top, MaxTop), skip}, err
}

// number is a whole number that is at least so many.
func (q Query) number(name apim.Name, least, otherwise int) (int, error) {
	v, ok := q.Lookup(name)
	if !ok {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < least {
		return 0, InvalidQuery(string(name), fmt.Sprintf("%s must be a whole number from %d; it is %q.", name, least, v))
	}
	return n, nil
}

// Bounds clips the page to a list of n items, items[from:to]; more reports
// whether another page follows.
func (p Page) Bounds(n int) (from, to int, more bool) {
	from = min(p.Skip, n)
	to = from + min(p.Top, n-from)
	return from, to, to < n
}

// NextLink is the absolute address of the page after p: the request's own with
// another $skip.
func (p Page) NextLink(r *http.Request, q Query) string {
	var b strings.Builder
	b.WriteString(Origin(r))
	b.WriteString(r.URL.EscapedPath())
	b.WriteByte('?')
	for _, kept := range q.pairs {
		if !kept.name.Same("$skip") {
			b.WriteString(kept.raw)
			b.WriteByte('&')
		}
	}
	b.WriteString("$skip=")
	b.WriteString(strconv.Itoa(p.Skip + p.Top))
	return b.String()
}

// Origin is the public scheme and host. The server has put what trusted proxies
// say into the request (URL.Scheme, Host).
func Origin(r *http.Request) string {
	scheme := "http"
	switch {
	case r.URL.Scheme == "http" || r.URL.Scheme == "https":
		scheme = r.URL.Scheme
	case r.TLS != nil:
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// With returns the query with another value of a parameter for [Query.Get];
// links to further pages keep what the client sent.
func (q Query) With(name apim.Name, value string) Query {
	pairs := append([]pair(nil), q.pairs...)
	for i := range pairs {
		if pairs[i].name.Same(name) {
			pairs[i].value = value
		}
	}
	return Query{pairs}
}

// Values returns all values of a list parameter: tags=a&tags=b and tags[0]=a&tags[1]=b.
func (q Query) Values(name apim.Name) []string {
	var all []string
	for _, p := range q.pairs {
		if plain, _, _ := strings.Cut(string(p.name), "["); name.Same(apim.Name(plain)) {
			all = append(all, p.value)
		}
	}
	return all
}
