package arm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
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
