package arm

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
)

func TestIfMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		headers []string
		etag    string
		want    string // ok, differs, bad
	}{
		{"no header is no condition", nil, "a", "ok"},
		{"a star matches anything", []string{"*"}, "a", "ok"},
		{"the same tag", []string{`"a"`}, "a", "ok"},
		{"another tag", []string{`"b"`}, "a", "differs"},
		{"a list that holds it", []string{`"b", "a"`}, "a", "ok"},
		{"a list over two headers", []string{`"b"`, `"a"`}, "a", "ok"},
		{"a weak tag counts as its opaque part", []string{`W/"a"`}, "a", "ok"},
		{"a comma inside a tag", []string{`"a,b"`}, "a,b", "ok"},
		{"a tag without quotes", []string{`a`}, "a", "bad"},
		{"a tag that is not closed", []string{`"a`}, "a", "bad"},
		{"an empty header is none", []string{``}, "a", "ok"},
		{"something after a tag", []string{`"a" b`}, "a", "bad"},
		{"the empty tag is a tag", []string{`""`}, "a", "differs"},
		{"a list that begins with the empty tag", []string{`"", "a"`}, "a", "ok"},
		{"two tags without a comma", []string{`"b""a"`}, "a", "bad"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := ParseIfMatch(http.Header{"If-Match": tt.headers})
			if tt.headers == nil {
				m, err = ParseIfMatch(http.Header{})
			}
			got := "ok"
			if err != nil {
				got = "bad"
			} else if m.Check(tt.etag) != nil {
				got = "differs"
			}
			if got != tt.want {
				t.Errorf("%s, want %s (%v)", got, tt.want, err)
			}
		})
	}
}

func TestIfMatchOnAbsentResource(t *testing.T) {
	t.Parallel()
	star, _ := ParseIfMatch(http.Header{"If-Match": {"*"}})
	tag, _ := ParseIfMatch(http.Header{"If-Match": {`"a"`}})
	if star.CheckAbsent() != nil || !errors.Is(tag.CheckAbsent(), apim.ErrPreconditionFailed) || (Match{}).CheckAbsent() != nil {
		t.Error("only a specific tag must fail when there is no resource")
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, query string
		n           int
		from, to    int
		next        string
	}{
		{"the first page has 100", "api-version=1", 250, 0, 100, "http://h/apis?api-version=1&$skip=100"},
		{"the last page has no link", "$skip=200", 250, 200, 250, ""},
		{"percent spellings", "%24top=10&%24skip=20", 250, 20, 30, "http://h/apis?%24top=10&$skip=30"},
		{"a large $top is clamped", "$top=5000", 2500, 0, 1000, "http://h/apis?$top=5000&$skip=1000"},
		{"past the end is empty", "$skip=9999", 250, 250, 250, ""},
		{"skip and top near the largest number", "$skip=9223372036854775807&$top=1000", 5, 5, 5, ""},
		{"other parameters stay as sent", "$filter=isCurrent+eq+true&$top=1", 2, 0, 1, "http://h/apis?$filter=isCurrent+eq+true&$top=1&$skip=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q, err := ParseQuery(tt.query)
			if err != nil {
				t.Fatal(err)
			}
			p, err := ParsePage(q)
			if err != nil {
				t.Fatal(err)
			}
			from, to, more := p.Bounds(tt.n)
			if from != tt.from || to != tt.to || more != (tt.next != "") {
				t.Errorf("items %d to %d, more %v", from, to, more)
			}
			if r := httptest.NewRequest("GET", "http://h/apis?"+tt.query, nil); more {
				r.URL.Scheme = ""
				if got := p.NextLink(r, q); got != tt.next {
					t.Errorf("nextLink %s, want %s", got, tt.next)
				}
			}
		})
	}
}

func TestBadQueriesNameTheParameter(t *testing.T) {
	t.Parallel()
	for query, target := range map[string]string{"$top=0": "$top", "$top=x": "$top", "$skip=-1": "$skip", "$skip=": "$skip", "$filter=%zz": "$filter"} {
		q, err := ParseQuery(query)
		if err == nil {
			_, err = ParsePage(q)
		}
		e := FromError(err)
		if e.Status != 400 || len(e.Details) != 1 || e.Details[0].Target != target {
			t.Errorf("%s: %d %v", query, e.Status, e.Details)
		}
	}
}

func TestApiVersionIsRequiredInTheARMForm(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		prefix, query string
		ok            bool
	}{
		{prefix, "", false}, {prefix, "api-version=", false}, {prefix, "api-version=whatever", true},
		{prefix, "API-Version=1", true}, {prefix, "apiversion=1", true}, {"", "", true},
	} {
		q, _ := ParseQuery(tt.query)
		err := CheckVersion(Address{Prefix: tt.prefix}, q)
		if (err == nil) != tt.ok {
			t.Errorf("prefix %q query %q: %v", tt.prefix, tt.query, err)
		}
		if err != nil && FromError(err).Code != "MissingApiVersionParameter" {
			t.Errorf("code %s", FromError(err).Code)
		}
	}
}

func TestFromError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{apim.Invalid("path", "x"), 400, "ValidationError"},
		{apim.ErrNotFound, 404, "ResourceNotFound"},
		{apim.ErrPreconditionFailed, 412, "PreconditionFailed"},
		{apim.ErrConflict, 409, "Conflict"},
		{&apim.ConflictError{Code: "IdentifierAlreadyInUse", Target: "email", Message: "m"}, 409, "IdentifierAlreadyInUse"},
		{apim.ErrUnauthorized, 401, "AuthenticationFailed"},
		{apim.ErrForbidden, 403, "AuthorizationFailed"},
		{apim.ErrTooLarge, 413, "RequestEntityTooLarge"},
		{context.DeadlineExceeded, 503, "ServiceUnavailable"},
		{MethodNotAllowed("PUT", []string{"GET"}), 405, "MethodNotAllowed"},
		{errors.New("disk on fire at /var/lib"), 500, "InternalServerError"},
	} {
		e := FromError(fmt.Errorf("put api: %w", tt.err))
		if e.Status != tt.status || e.Code != tt.code {
			t.Errorf("%v: %d %s, want %d %s", tt.err, e.Status, e.Code, tt.status, tt.code)
		}
		if strings.Contains(e.Message, "/var/lib") {
			t.Error("an unknown error shows its text")
		}
	}
}

func TestErrorBodyOnTheWire(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	FromError(apim.Invalid("displayName", "displayName is required.")).Write(w)
	want := `{"error":{"code":"ValidationError","message":"One or more fields contain incorrect values:","details":[{"code":"ValidationError","target":"displayName","message":"displayName is required."}]}}`
	if w.Code != 400 || w.Body.String() != want || w.Header().Get("x-ms-error-code") != "ValidationError" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	FromError(apim.ErrUnauthorized).Write(w)
	if w.Header().Get("WWW-Authenticate") == "" || !strings.Contains(w.Body.String(), `"details":null`) {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

func TestReadJSON(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 300) + strings.Repeat("]", 300)
	for _, tt := range []struct {
		name, contentType, body string
		status                  int
		says                    string
	}{
		{"an object", "application/json", `{"a":1}`, 200, ""},
		{"no content type", "", `{"a":1}`, 200, ""},
		{"a merge patch", "application/merge-patch+json; charset=utf-8", `{}`, 200, ""},
		{"an empty body", "text/plain", ``, 200, ""},
		{"brackets in a string do not nest", "", `"` + strings.Repeat("[", 300) + `\"["`, 200, ""},
		{"another media type", "text/xml", `<a/>`, 415, "text/xml"},
		{"broken JSON, with the place", "", "{\n \"a\": }", 400, "line 2"},
		{"trailing garbage", "", `{} {}`, 400, "column 4"},
		{"a NUL in a string", "", `{"a":"x\u0000"}`, 400, "U+0000"},
		{"a backslash before u0000 is none", "", `{"a":"x\\u0000"}`, 200, ""},
		{"too deep", "", deep, 400, "200 levels"},
		{"too large", "", `"` + strings.Repeat("a", 2000) + `"`, 413, "1000"},
		{"as large as allowed", "", `"` + strings.Repeat("a", 998) + `"`, 200, ""},
		{"one byte larger", "", `"` + strings.Repeat("a", 999) + `"`, 413, "1000"},
		{"as deep as allowed", "", strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), 200, ""},
		{"one deeper", "", strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), 400, "200 levels"},
		{"one deeper with values between", "", strings.Repeat("[1,", MaxDepth+1) + "2" + strings.Repeat("]", MaxDepth+1), 400, "200 levels"},
		{"many beside each other are not deep", "", `[` + strings.Repeat(`[],{},`, 150) + `1]`, 200, ""},
		{"a byte order mark", "", "\xef\xbb\xbf{}", 200, ""},
		{"a broken content type", "application/", `{}`, 415, "application/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, known := range []bool{true, false} {
				r := httptest.NewRequest("PUT", "/", strings.NewReader(tt.body))
				if !known {
					r.ContentLength = -1
				}
				r.Header.Set("Content-Type", tt.contentType)
				_, err := ReadJSON(r, 1000)
				if tt.status == 200 {
					if err != nil {
						t.Fatal(err)
					}
					continue
				}
				e := FromError(err)
				if e.Status != tt.status || len(e.Details) == 0 || !strings.Contains(e.Details[0].Message, tt.says) {
					t.Errorf("%d %+v, want %d %q", e.Status, e.Details, tt.status, tt.says)
				}
			}
		})
	}
}

func TestReadJSONStopsAtTheLimit(t *testing.T) {
	t.Parallel()
	endless := &countingReader{}
	r := httptest.NewRequest("PUT", "/", io.NopCloser(endless))
	r.ContentLength = -1
	if _, err := ReadJSON(r, 1<<20); FromError(err).Status != 413 || endless.n > 3<<20 {
		t.Errorf("%v after %d bytes", err, endless.n)
	}
}

type countingReader struct{ n int }

func (c *countingReader) Read(p []byte) (int, error) { c.n += len(p); return len(p), nil }

func TestUnmarshalNamesTheField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ body, target string }{
		{`{"displayName": 1}`, "displayName"},
		{`{"subscriptionRequired": "yes"}`, "subscriptionRequired"},
		{`{"contact": {"name": []}}`, "contact.name"},
		{`{"protocols": "http"}`, "protocols"},
		{`[]`, "body"},
	} {
		var a apim.API
		e := FromError(Unmarshal(json.RawMessage(tt.body), &a))
		if e.Status != 400 || len(e.Details) != 1 || e.Details[0].Target != tt.target {
			t.Errorf("%s: %d %v", tt.body, e.Status, e.Details)
		}
	}
	var s apim.Subscription
	e := FromError(Unmarshal(json.RawMessage(`{"displayName":"x","expirationDate":"tomorrow"}`), &s))
	if e.Status != 400 || e.Details[0].Target != "expirationDate" {
		t.Errorf("a bad date: %v", e.Details)
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ body, want, target string }{
		{`{"properties":{"a": 1.0}}`, `{"a": 1.0}`, ""}, {`{"properties":null}`, `{}`, ""}, {`{}`, `{}`, ""},
		{`{"properties":[]}`, "", "properties"}, {`{"properties":"x"}`, "", "properties"}, {`[]`, "", "body"}, {``, "", "body"},
	} {
		var body json.RawMessage
		if tt.body != "" {
			body = json.RawMessage(tt.body)
		}
		got, err := Properties(body)
		if err != nil {
			if e := FromError(err); e.Status != 400 || e.Details[0].Target != tt.target {
				t.Errorf("%s: %+v", tt.body, e)
			}
			continue
		}
		if tt.target != "" || string(got) != tt.want {
			t.Errorf("%s: %s", tt.body, got)
		}
	}
}

func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{`{"properties":{"a":1}}`, `[`, `"\"`, "\xef\xbb\xbf{}", `{"properties":null}`, "{\"a\":\"\xff\"}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		defer cost.Bound(t, len(body))()
		raw, err := ReadJSON(httptest.NewRequest("PUT", "/", strings.NewReader(body)), 1<<16)
		if err == nil && raw != nil {
			raw, err = Properties(raw)
		}
		if err == nil && raw != nil {
			err = Unmarshal(raw, new(apim.API))
		}
		if err != nil && FromError(err).Status >= 500 {
			t.Errorf("%q: %v", body, err)
		}
	})
}

func TestFlagsOfQueries(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"": "false", "export": "true", "export=": "true", "EXPORT=True": "true", "export=0": "false", "export=yes": "export",
		"a=1&&export=true": "true",
	} {
		q, err := ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		flag, err := q.Bool("export")
		got := fmt.Sprint(flag)
		if err != nil {
			got = FromError(err).Target
		}
		if got != want {
			t.Errorf("%q: %s, want %s (%v)", query, got, want, err)
		}
	}
}

func TestVersionsAreComparedByDate(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]bool{
		"api-version=2024-05-01": true, "api-version=2024-06-01-preview": true, "apiVersion=2025-01-01": true,
		"api-version=2024-04-30": false, "api-version=2023-05-01-preview": false, "api-version=later": false, "api-version=": false, "": false,
	} {
		q, err := ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := VersionFrom(q, "2024-05-01"); got != want {
			t.Errorf("%q is of 2024-05-01 or later: %v, want %v", query, got, want)
		}
	}
}

func TestQueryLists(t *testing.T) {
	t.Parallel()
	q, err := ParseQuery("tags=a&other=x&TAGS[1]=b&tags%5B2%5D=c")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(q.Values("tags"), ","); got != "a,b,c" {
		t.Errorf("values %s", got)
	}
	with := q.With("OTHER", "y")
	if with.Get("other") != "y" || with.Get("tags") != "a" || q.Get("other") != "x" {
		t.Errorf("with another value: %+v; it was %+v", with, q)
	}
}

func TestOriginIsWhatTheServerSaysOfTheRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		scheme string
		tls    *tls.ConnectionState
		want   string
	}{
		{"", nil, "http://h"}, {"", &tls.ConnectionState{}, "https://h"},
		{"https", nil, "https://h"}, {"http", &tls.ConnectionState{}, "http://h"}, {"javascript", nil, "http://h"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.URL.Scheme, r.TLS = "h", tt.scheme, tt.tls
		if got := Origin(r); got != tt.want {
			t.Errorf("scheme %q, TLS %v: %s, want %s", tt.scheme, tt.tls != nil, got, tt.want)
		}
	}
}

func TestConflictsNameTheirTarget(t *testing.T) {
	t.Parallel()
	e := FromError(&apim.ConflictError{Code: "IdentifierAlreadyInUse", Target: "email", Message: "m"})
	if want := []Detail{{"IdentifierAlreadyInUse", "email", "m"}}; !slices.Equal(e.Details, want) {
		t.Errorf("details %v, want %v", e.Details, want)
	}
	if e := FromError(&apim.ConflictError{Message: "m"}); e.Code != "Conflict" || e.Details != nil {
		t.Errorf("without code and target: %+v", e)
	}
}

func TestOnlyTheDescribedHeadersAreAdded(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err    error
		header string
	}{
		{apim.ErrUnauthorized, "Www-Authenticate"}, {apim.ErrTooManyRequests, "Retry-After"}, {apim.ErrForbidden, ""}, {apim.ErrNotFound, ""},
	} {
		h := FromError(tt.err).Header
		if _, ok := h[tt.header]; len(h) > 1 || ok != (tt.header != "") {
			t.Errorf("%v adds %v, want %q", tt.err, h, tt.header)
		}
	}
}

func TestUnknownMembersAreNamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"displayName", `"x"`, ""}, {"colour", `"red"`, "colour"}, {"colour", `null`, ""}, {"contact", `{"nme":"x"}`, "nme"}, {"contact", `{"name":"x"}`, ""},
		{"colour", `{`, ""},
	} {
		if got := UnknownMember(tt.name, json.RawMessage(tt.value), new(apim.API)); got != tt.want {
			t.Errorf("%s: %s has %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
}

// An id in a document is stored below its workspace and may not leave it.
func TestIDsStayInTheirWorkspace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		home, body string
		want       string // "" is a refusal
	}{
		{"of the service, short", "", `{"scope":"/products/p"}`, `{"scope":"/products/p"}`},
		{"of the service, long", "", `{"scope":"` + prefix + `/products/p"}`, `{"scope":"/products/p"}`},
		{"of the service, of a workspace", "", `{"scope":"/workspaces/v/products/p"}`, `{"scope":"/workspaces/v/products/p"}`},
		{"of a workspace, short", "/workspaces/w", `{"scope":"/products/p"}`, `{"scope":"/workspaces/w/products/p"}`},
		{"of a workspace, with it", "/workspaces/w", `{"scope":"/workspaces/W/products/p"}`, `{"scope":"/workspaces/W/products/p"}`},
		{"of a workspace, of another", "/workspaces/w", `{"scope":"/workspaces/v/products/p"}`, ""},
		{"of a workspace, of a user, who is in none", "/workspaces/w", `{"ownerId":"/users/ann"}`, `{"ownerId":"/users/ann"}`},
		{"of a workspace, of no kind", "/workspaces/w", `{"scope":"/"}`, `{"scope":"/workspaces/w"}`},
		{"absent and empty", "/workspaces/w", `{"ownerId":"","displayName":"x"}`, `{"displayName":"x","ownerId":""}`},
		{"no text", "/workspaces/w", `{"scope":7}`, `{"scope":7}`},
		{"no object", "", `[]`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := StoredRefs(apim.Subscriptions, apim.Ref(tt.home), json.RawMessage(tt.body))
			if string(got) != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("%s, %v; want %s", got, err, tt.want)
			}
		})
	}
	if got, err := StoredRefs(&apim.Kind{}, "/workspaces/w", json.RawMessage(`not read`)); err != nil || string(got) != "not read" {
		t.Errorf("a kind without ids: %s, %v", got, err)
	}
}
