package policy

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// fields is a Header for tests.
type fields map[string][]string

func (f fields) Get(name string) string {
	if v := f[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
func (f fields) Values(name string) []string      { return f[name] }
func (f fields) Set(name string, values []string) { f[name] = values }
func (f fields) Add(name, value string)           { f[name] = append(f[name], value) }
func (f fields) Del(name string)                  { delete(f, name) }
func (f fields) Clear()                           { clear(f) }

func (f fields) String() string {
	var lines []string
	for name, values := range f {
		lines = append(lines, name+": "+strings.Join(values, "|"))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// backend is a Forwarder that answers 200 and remembers what it was sent.
type backend struct {
	sent   []string
	how    Forwarding
	body   string // of the answer
	coding string // of the body
	err    error
}

func (b *backend) Forward(ex *Exchange, how Forwarding) error {
	if b.err != nil {
		return b.err
	}
	b.how = how
	line := ex.Request.Method + " " + ex.Backend.URL.String() + ex.Request.Path
	if ex.Request.RawQuery != "" {
		line += "?" + ex.Request.RawQuery
	}
	b.sent = append(b.sent, line)
	ex.Response = Response{Status: 200, Header: fields{"Server": {"backend"}}, Body: StreamedBody(strings.NewReader(b.body))}
	if b.coding != "" {
		ex.Response.Header.Set("Content-Encoding", []string{b.coding})
	}
	return nil
}

func newExchange(t *testing.T, line string, header ...string) (*Exchange, *backend) {
	t.Helper()
	method, target, _ := strings.Cut(line, " ")
	path, query, _ := strings.Cut(target, "?")
	base, err := ParseBackend("http://backend/base/")
	if err != nil {
		t.Fatal(err)
	}
	b := &backend{}
	ex := &Exchange{
		Context: context.Background(), Now: func() time.Time { return time.Unix(0, 0) },
		Request:  Request{Method: method, Path: path, RawQuery: query, Header: fields{}},
		Response: Response{Header: fields{}},
		Backend:  &Endpoint{URL: base}, Forwarder: b,
	}
	for i := 0; i < len(header); i += 2 {
		ex.Request.Header.Add(header[i], header[i+1])
	}
	return ex, b
}

// document parses policies given as "inbound:<x/>" sections.
func document(t *testing.T, sections ...string) *Document {
	t.Helper()
	var b strings.Builder
	b.WriteString("<policies>")
	for _, s := range sections {
		name, content, _ := strings.Cut(s, ":")
		fmt.Fprintf(&b, "<%s>%s</%s>", name, content, name)
	}
	doc, err := Parse(b.String()+"</policies>", XML)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func one(t *testing.T, sections ...string) *Chain {
	t.Helper()
	return Merge(Scope{Name: "api", ID: "/apis/a", Policies: compiled(t, sections...)})
}

// world is an environment for tests.
type world struct {
	values    map[string]NamedValue
	fragments map[string]string
	backends  map[string]*apim.Backend
	counters  Counters
}

func (w world) NamedValue(name apim.Name) (NamedValue, bool) {
	v, ok := w.values[string(name)]
	return v, ok
}
func (w world) Backend(id apim.Name) (*apim.Backend, bool) {
	b, ok := w.backends[string(id)]
	return b, ok
}
func (w world) Counters() Counters { return w.counters }
func (w world) Fragment(id apim.Name) (*Document, error) {
	text, ok := w.fragments[string(id)]
	if !ok {
		return nil, apim.ErrNotFound
	}
	return ParseFragment(text, RawXML)
}

func compiled(t *testing.T, sections ...string) *Compiled {
	t.Helper()
	return document(t, sections...).Compile(world{counters: NewMemoryCounters()})
}

// body is what a response's client gets.
func body(t *testing.T, ex *Exchange) string {
	t.Helper()
	if content, made := ex.Response.Body.Made(); made {
		return string(content)
	}
	content, err := io.ReadAll(ex.Response.Body.Reader())
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func mark(name string) string {
	return `<set-header name="X-Marks" exists-action="append"><value>` + name + `</value></set-header>`
}

func TestScopesMergeByTheirBaseElements(t *testing.T) {
	t.Parallel()
	base := func(name string) *Compiled {
		return compiled(t, "inbound:"+mark(name+"-before")+"<base/>"+mark(name+"-after"))
	}
	tests := map[string]struct {
		scopes []Scope
		want   string
	}{
		"no documents forward":                        {nil, ""},
		"base places the parent":                      {[]Scope{{Policies: base("global")}, {Policies: base("api")}}, "api-before|global-before|global-after|api-after"},
		"a scope without document passes on":          {[]Scope{{Policies: base("global")}, {}, {}}, "global-before|global-after"},
		"a section without base skips its parents":    {[]Scope{{Policies: base("global")}, {Policies: compiled(t, "inbound:"+mark("api"))}}, "api"},
		"an absent section inherits":                  {[]Scope{{Policies: base("global")}, {Policies: compiled(t, "outbound:")}}, "global-before|global-after"},
		"base through three scopes keeps their order": {[]Scope{{Policies: base("g")}, {Policies: base("p")}, {Policies: base("a")}}, "a-before|p-before|g-before|g-after|p-after|a-after"},
	}
	for name, tt := range tests {
		ex, sent := newExchange(t, "GET /x")
		Merge(tt.scopes...).Run(ex)
		if got := strings.Join(ex.Request.Header.Values("X-Marks"), "|"); got != tt.want {
			t.Errorf("%s: ran %q, want %q", name, got, tt.want)
		}
		if len(sent.sent) != 1 {
			t.Errorf("%s: the backend was called %d times", name, len(sent.sent))
		}
	}
}

func TestPoliciesChangeWhatTheBackendIsSent(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ inbound, call, want string }{
		"nothing changes what the client escaped":       {"", "GET /a%2Fb//c/../d?x=%20&&y", "GET http://backend/base/a%2Fb//c/../d?x=%20&&y"},
		"set-query-parameter adds a parameter":          {`<set-query-parameter name="a b"><value>1&amp;2</value></set-query-parameter>`, "GET /x?y=%20", "GET http://backend/base/x?y=%20&a+b=1%262"},
		"set-query-parameter overrides all of the name": {`<set-query-parameter name="a"><value>1</value></set-query-parameter>`, "GET /x?a=2&b=3&A=4", "GET http://backend/base/x?b=3&a=1"},
		"set-query-parameter skips one that is there":   {`<set-query-parameter name="a" exists-action="skip"><value>1</value></set-query-parameter>`, "GET /x?%61=2", "GET http://backend/base/x?%61=2"},
		"set-query-parameter appends":                   {`<set-query-parameter name="a" exists-action="append"><value>1</value><value>2</value></set-query-parameter>`, "GET /x?a=0", "GET http://backend/base/x?a=0&a=1&a=2"},
		"set-query-parameter deletes":                   {`<set-query-parameter name="a" exists-action="delete"/>`, "GET /x?a=0&b=1&a", "GET http://backend/base/x?b=1"},
		"rewrite-uri fills in path and query":           {`<rewrite-uri template="/v2/{ID}/{*rest}?q={kind}"/>`, "GET /7%2F/a?kind=x+y&more=1", "GET http://backend/base/v2/7%2F/deep/er?q=x+y&more=1"},
		"rewrite-uri can drop the other parameters":     {`<rewrite-uri template="z/{kind}" copy-unmatched-params="false"/>`, "GET /7?kind=x+y&more=1", "GET http://backend/base/z/x%20y"},
		"rewrite-uri escapes a path for a query":        {`<rewrite-uri template="/?id={id}"/>`, "GET /7", "GET http://backend/base/?id=7%2F"},
		"set-backend-service replaces the base":         {`<set-backend-service base-url="https://other:8443/y/"/>`, "GET /x", "GET https://other:8443/y/x"},
	}
	for name, tt := range tests {
		ex, sent := newExchange(t, tt.call)
		ex.Operation = &Operation{QueryParams: []string{"kind"}}
		ex.Params = []Param{{Name: "id", Value: "7%2F"}, {Name: "rest", Value: "deep/er"}, {Name: "kind", Value: "x+y", Query: true}}
		one(t, "inbound:"+tt.inbound).Run(ex)
		if ex.Response.Status != 200 || len(sent.sent) != 1 || sent.sent[0] != tt.want {
			t.Errorf("%s: answered %d, sent %q, want %q", name, ex.Response.Status, sent.sent, tt.want)
		}
	}
}

func TestSetHeaderActsOnTheRequestAndTheResponse(t *testing.T) {
	t.Parallel()
	set := func(action string) string {
		return `<set-header name="server" exists-action="` + action + `"><value>x</value></set-header>`
	}
	tests := map[string]struct{ section, want string }{
		"override replaces":              {"outbound:" + set("override"), "x"},
		"skip keeps":                     {"outbound:" + set("skip"), "backend"},
		"append adds":                    {"outbound:" + set("append"), "backend|x"},
		"delete removes":                 {"outbound:" + set("delete"), ""},
		"inbound is about the request":   {"inbound:" + set("override"), "backend"},
		"delete needs no value":          {`outbound:<set-header name="Server" exists-action="delete"/>`, ""},
		"two values make two fields":     {`outbound:<set-header name="Server"><value>1</value><value>2</value></set-header>`, "1|2"},
		"appending twice changes no one": {"outbound:" + set("override") + set("append"), "x|x"},
	}
	for name, tt := range tests {
		chain := one(t, tt.section)
		for range 2 { // steps are shared by calls: the second sees the same
			ex, _ := newExchange(t, "GET /")
			chain.Run(ex)
			if got := strings.Join(ex.Response.Header.Values("Server"), "|"); got != tt.want {
				t.Errorf("%s: got %q, want %q", name, got, tt.want)
			}
		}
	}
}

func TestCallsEndWithoutABackend(t *testing.T) {
	t.Parallel()
	op := &Operation{Samples: []Sample{
		{Status: 200, ContentType: "application/xml", Body: []byte("<a/>")},
		{Status: 200, ContentType: "application/json; charset=utf-8", Body: []byte(`{}`)},
		{Status: 404},
	}}
	tests := map[string]struct {
		sections []string
		status   int
		want     string // header lines and body
	}{
		"an empty backend section forwards nothing": {[]string{"backend:"}, 200, "\n"},
		"mock-response gives the first example":     {[]string{"inbound:<mock-response/>"}, 200, "Content-Type: application/xml\n<a/>"},
		"mock-response picks the media type":        {[]string{`inbound:<mock-response content-type="application/json"/>`}, 200, "Content-Type: application/json; charset=utf-8\n{}"},
		"mock-response without example is empty":    {[]string{`inbound:<mock-response status-code="404"/>`}, 404, "\n"},
		"mock-response of an undocumented status":   {[]string{`inbound:<mock-response status-code="500" content-type="text/plain"/>`}, 500, "Content-Type: text/plain\n"},
		"return-response alone is an empty 200":     {[]string{"inbound:<return-response/>"}, 200, "\n"},
		"return-response in outbound replaces all":  {[]string{`outbound:<return-response><set-status code="201"/><set-header name="A"><value>b</value></set-header><set-body>hi</set-body></return-response>`}, 201, "A: b\nhi"},
		"nothing runs after return-response":        {[]string{"inbound:<return-response/>" + mark("late"), "outbound:" + mark("later")}, 200, "\n"},
		"a missing template parameter is told":      {[]string{`inbound:<rewrite-uri template="/{no}"/>`}, 500, "Content-Type: application/json\n{ \"statusCode\": 500, \"message\": \"The operation has no template parameter 'no', which rewrite-uri uses.\" }"},
		"on-error changes the answer to an error":   {[]string{`inbound:<rewrite-uri template="/{no}"/>`, `on-error:<set-header name="X"><value>y</value></set-header><return-response><set-status code="409"/></return-response>`}, 409, "\n"},
	}
	for name, tt := range tests {
		ex, _ := newExchange(t, "GET /")
		ex.Operation = op
		one(t, tt.sections...).Run(ex)
		got := ex.Response.Header.(fields).String() + "\n" + body(t, ex)
		if ex.Response.Status != tt.status || got != tt.want {
			t.Errorf("%s: got %d %q, want %d %q", name, ex.Response.Status, got, tt.status, tt.want)
		}
	}
}

func TestFailuresOfTheBackendReachOnError(t *testing.T) {
	t.Parallel()
	ex, b := newExchange(t, "GET /")
	b.err = fmt.Errorf("secret address refused")
	one(t, `on-error:<set-header name="X"><value>y</value></set-header>`).Run(ex)
	if ex.Response.Status != 500 || ex.Response.Header.Get("X") != "y" || strings.Contains(body(t, ex), "secret") {
		t.Errorf("got %d %v %s", ex.Response.Status, ex.Response.Header, body(t, ex))
	}
	if e := ex.LastError; e.Scope != "default" || e.Section != "backend" || e.Path != "forward-request[1]" || e.Err != b.err {
		t.Errorf("LastError is %+v", e)
	}
}

func TestForwardRequestPassesItsSettings(t *testing.T) {
	t.Parallel()
	ex, b := newExchange(t, "GET /")
	one(t, `backend:<forward-request timeout-ms="1500" follow-redirects="true"/>`).Run(ex)
	if want := (Forwarding{Timeout: 1500 * time.Millisecond, FollowRedirects: true}); b.how != want {
		t.Errorf("forwarded with %+v, want %+v", b.how, want)
	}
}

func TestParseBackendKeepsEscapes(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"http://h/a%2Fb/":   "http://h/a%2Fb",
		"ws://h:1":          "http://h:1",
		"wss://h/":          "https://h",
		" https://h/x/y// ": "https://h/x/y",
	}
	for text, want := range tests {
		if u, err := ParseBackend(text); err != nil || u.String() != want {
			t.Errorf("%q: got %v, %v, want %s", text, u, err, want)
		}
	}
	for _, text := range []string{"", "h/x", "/x", "ftp://h", "http://u:p@h", "http://h?x", "http://h#x", "http://%zz"} {
		if u, err := ParseBackend(text); err == nil {
			t.Errorf("%q was accepted as %v", text, (*url.URL)(u))
		}
	}
}
