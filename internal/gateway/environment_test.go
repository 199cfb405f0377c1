package gateway

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
)

func (c *changer) namedValue(ref apim.Ref, name, value string) {
	c.put(ref, apim.NamedValue{DisplayName: name, Value: value})
}

func (c *changer) secretValue(ref apim.Ref, name, value string) {
	c.put(ref, apim.NamedValue{DisplayName: name, Secret: true})
	c.ok(c.tx.SetSecret(ref, "value", value))
}

func (c *changer) fragment(id, policies string) {
	c.put(apim.Ref("/policyFragments/"+id), apim.PolicyFragment{Value: "<fragment>" + policies + "</fragment>", Format: "xml"})
}

// What policies read is theirs at the next call after it changes, and only
// policies that have read it are compiled again.
func TestPoliciesFollowTheirEnvironment(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newService(t, func(c *Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	header := func(value string) string {
		return `<set-header name="X-Seen"><value>` + value + `</value></set-header>`
	}
	s.change(func(c *changer) {
		c.api("a", "a", open, "GET /x")
		c.api("b", "b", open, "GET /x")
		c.policies("", "inbound:"+`<set-header name="X-Global"><value>{{Of-All}}</value></set-header>`)
		c.policies("/apis/a;rev=1", "inbound:<base/><include-fragment fragment-id='F'/>")
		c.policies("/apis/b;rev=1", "inbound:"+header("b"))
		c.namedValue("/namedValues/all", "of-all", "first")
	})
	s.start()
	seen := func() string {
		got := s.call("GET /a/x")
		if got.status != 200 {
			return fmt.Sprint(got.status)
		}
		saw := got.backendSaw(t)
		return saw.Header.Get("X-Global") + " " + saw.Header.Get("X-Seen") + " " + strings.TrimSuffix(saw.URI, "/x")
	}
	other := func() *scopePolicy { s.call("GET /b/x"); return s.gateway.live.Load().policies.Get("/apis/b;rev=1") }
	untouched := other()
	if got := seen(); got != "500" {
		t.Errorf("a fragment that is not there: %s", got)
	}
	for _, step := range []struct {
		want   string
		change func(*changer)
	}{
		{"first one /base", func(c *changer) { c.fragment("f", header("one")) }},
		{"500", func(c *changer) { c.fragment("f", header("{{later}}")) }},
		{"first two /base", func(c *changer) { c.namedValue("/namedValues/n", "LATER", "two") }},
		{"first three /base", func(c *changer) { c.namedValue("/namedValues/n", "later", "three") }},
		{"500", func(c *changer) { c.namedValue("/namedValues/n", "renamed", "three") }},
		{"first four /base", func(c *changer) { c.secretValue("/namedValues/m", "later", "four") }},
		{"first five /base", func(c *changer) { c.ok(c.tx.SetSecret("/namedValues/m", "value", "five")) }},
		{"second five /base", func(c *changer) { c.namedValue("/namedValues/all", "of-all", "second") }},
		{"500", func(c *changer) { c.fragment("f", `<rate-limit calls="{{later}}" renewal-period="60"/>`) }},
		{"500", func(c *changer) { c.fragment("f", `<include-fragment fragment-id="g"/>`) }},
		{"500", func(c *changer) { c.fragment("g", `<set-backend-service backend-id="back"/>`) }},
		{"second  /v1", func(c *changer) { c.put("/backends/back", apim.Backend{URL: s.backend.URL + "/v1", Protocol: "http"}) }},
		{"second  /v2", func(c *changer) { c.put("/backends/back", apim.Backend{URL: s.backend.URL + "/v2", Protocol: "http"}) }},
		{"500", func(c *changer) { c.ok(c.tx.Delete("/backends/back")) }},
		{"second six /base", func(c *changer) { c.fragment("g", header("six")) }},
		{"500", func(c *changer) { c.ok(c.tx.Delete("/policyFragments/g")) }},
		{"second  /base", func(c *changer) { c.fragment("g", "") }},
		{"500", func(c *changer) { c.ok(c.tx.Delete("/namedValues/all")) }},
	} {
		s.change(step.change)
		if got := seen(); got != step.want {
			t.Errorf("got %q, want %q", got, step.want)
		}
		if other() != untouched {
			t.Fatalf("at %q policies that read nothing of it were compiled again", step.want)
		}
	}
	if text := log.String(); !strings.Contains(text, "secret named values") || strings.Contains(text, "four") || strings.Contains(text, "five") {
		t.Errorf("the log does not say what is wrong, or shows a secret:\n%s", text)
	}
}

func TestWorkspacesHaveAnEnvironmentOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		api := &apim.API{DisplayName: "w", Path: "w", ServiceURL: s.backend.URL, APIRevision: "1"}
		open(api)
		api.Default()
		c.put("/workspaces/w", apim.Workspace{DisplayName: "w"})
		c.put("/workspaces/w/apis/a;rev=1", api)
		_, err := c.tx.Link(apim.CurrentRevision, "/workspaces/w/apis/a", "/workspaces/w/apis/a;rev=1")
		c.ok(err)
		c.put("/workspaces/w/apis/a;rev=1/operations/x", &apim.Operation{DisplayName: "x", Method: "GET", URLTemplate: "/x"})
		c.policies("/workspaces/w/apis/a;rev=1", `inbound:<base/><set-header name="X-Own"><value>{{n}}</value></set-header>`)
		c.policies("", `inbound:<set-header name="X-Global"><value>{{n}}</value></set-header>`)
		c.namedValue("/namedValues/n", "n", "service")
		c.namedValue("/workspaces/w/namedValues/n", "n", "workspace")
	})
	s.start()
	saw := s.call("GET /w/x").backendSaw(t)
	if saw.Header.Get("X-Own") != "workspace" || saw.Header.Get("X-Global") != "service" {
		t.Errorf("the policies read %q and %q", saw.Header.Get("X-Own"), saw.Header.Get("X-Global"))
	}
}

// Bodies arrive piece by piece through policies that do not look at them, both
// ways; a policy that looks has the whole.
func TestBodiesStreamUnlessAPolicyLooks(t *testing.T) {
	t.Parallel()
	pieces := make(chan string)
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			body, _ := io.ReadAll(r.Body)
			fmt.Fprintf(w, "%d %s %s %v", r.ContentLength, body, r.Header.Get("Content-Type"), r.TransferEncoding)
			return
		}
		for piece := range pieces {
			io.WriteString(w, piece+"\n")
			http.NewResponseController(w).Flush()
		}
	}, `inbound:<set-header name="A"><value>a</value></set-header><rate-limit calls="100" renewal-period="60"/>`,
		`outbound:<set-header name="B"><value>b</value></set-header><set-status code="203"/>`)
	go func() { pieces <- "piece 0" }()
	response, err := http.Get(s.url + "/api/pieces")
	if err != nil || response.StatusCode != 203 {
		t.Fatalf("%v %v", response, err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for i := range 3 { // each piece is sent only after the one before has arrived
		if !lines.Scan() || lines.Text() != fmt.Sprint("piece ", i) {
			t.Fatalf("piece %d has not arrived: %q", i, lines.Text())
		}
		pieces <- fmt.Sprint("piece ", i+1)
	}
	close(pieces)
	set := func(sections ...string) { s.change(func(c *changer) { c.policies("/apis/api;rev=1", sections...) }) }
	send := func(body io.Reader) answer { return s.send("POST /api/x", body, "Content-Type", "text/plain") }
	chunked := func(text string) io.Reader { return io.MultiReader(strings.NewReader(text)) }
	for name, tt := range map[string]struct{ policies, want string }{
		"nobody looks":              {"inbound:", "-1 one two text/plain [chunked]"},
		"looked at and not changed": {`inbound:<find-and-replace from="three" to=""/>`, "-1 one two text/plain [chunked]"},
		"changed":                   {`inbound:<find-and-replace from="one" to="a longer one"/>`, "16 a longer one two text/plain []"},
		"set":                       {`inbound:<set-body>mine</set-body>`, "4 mine text/plain []"},
		"set to nothing":            {`inbound:<set-body/>`, "0  text/plain []"},
		"the answer changed":        {`outbound:<find-and-replace from="one two" to="1 2"/>`, "-1 1 2 text/plain [chunked]"},
	} {
		set(tt.policies)
		got := send(chunked("one two"))
		if got.status != 200 || got.body != tt.want || got.header.Get("Content-Length") != fmt.Sprint(len(tt.want)) {
			t.Errorf("%s: %d %q %v, want %q", name, got.status, got.body, got.header, tt.want)
		}
	}
	set(`inbound:<find-and-replace from="x" to="y"/>`)
	if got := send(io.LimitReader(repeating{}, 5<<20)); got.status != 413 {
		t.Errorf("a body that is too long to be read: %d %s", got.status, got.body)
	}
}

// steps is an observer that writes down what it sees.
type steps struct {
	mu    sync.Mutex
	lines []string
}

func (s *steps) Ran(ex *policy.Exchange, o policy.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	product := "none"
	if ex.Product != nil {
		product = ex.Product.ID + " " + ex.Product.Name
	}
	s.lines = append(s.lines, fmt.Sprintf("%s: %s %s %s, %v", product, o.Scope.Name, o.Section, o.Path, o.Err))
}

// The product that lets a call in is the one whose policies run, and the
// exchange and its observer know it.
func TestTheProductThatDecidedIsKnown(t *testing.T) {
	t.Parallel()
	seen := new(steps)
	s := newService(t, func(c *Config) { c.Observer = seen })
	mark := func(name string) string {
		return `inbound:<set-header name="X-Product"><value>` + name + `</value></set-header>`
	}
	s.change(func(c *changer) {
		c.api("a", "a", nil, "GET /x")
		for _, name := range []string{"gold", "silver"} {
			c.product(name, false, "a")
			c.policies(apim.ProductRef(apim.Name(name)), mark(name))
			c.subscription(name, "/products/"+name, "active")
		}
		c.subscription("all", "/apis", "active")
	})
	s.start()
	call := func(key string) string {
		seen.lines = nil
		got := s.call("GET /a/x", "Ocp-Apim-Subscription-Key", key)
		if got.status != 200 {
			return fmt.Sprint(got.status)
		}
		return got.backendSaw(t).Header.Get("X-Product")
	}
	for _, name := range []string{"gold", "silver"} {
		want := []string{
			"/products/" + name + " " + name + ": product inbound set-header[1], <nil>",
			"/products/" + name + " " + name + ": default backend forward-request[1], <nil>",
		}
		if got := call(name + "-1"); got != name || !slices.Equal(seen.lines, want) {
			t.Errorf("with the key of %s the policies of %q ran; the observer saw %q", name, got, seen.lines)
		}
	}
	if got := call("all-1"); got != "" || !slices.Equal(seen.lines, []string{"none: default backend forward-request[1], <nil>"}) {
		t.Errorf("with a key for all APIs the policies of %q ran; the observer saw %q", got, seen.lines)
	}
	s.change(func(c *changer) {
		c.product("free", true, "a")
		c.policies("/products/free", mark("free"))
	})
	if got := call(""); got != "free" || len(seen.lines) != 2 || !strings.HasPrefix(seen.lines[0], "/products/free free: ") {
		t.Errorf("without a key the policies of %q ran; the observer saw %q", got, seen.lines)
	}
}
