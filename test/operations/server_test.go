package operations

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/mail"
	"github.com/portico-portal/portico/internal/management"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

// operation is one operation of the reference.
type operation struct {
	Client, Operation string
	Class             string // P, E, A, W, X
	Method, Path      string
	Query             []string
	IfMatch           *string // "opt", "req"
	Codes             []int
	Paged             bool

	answered bool // with a status of its list
	refused  bool // 501 with the reason
}

func (o *operation) String() string { return o.Method + " " + o.Path }

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// linkMailer puts mail into the outbox, with links of accounts.
type linkMailer struct {
	*mail.Service
	accounts *account.Service
}

func (m *linkMailer) SignInLink(tx *store.Tx, user apim.Ref, lifetime time.Duration) (string, error) {
	secret, err := m.accounts.MintUserLink(tx, user, lifetime)
	return address.SignInLink("https://portal", secret), err
}

// suite is a server and the operations called on it.
type suite struct {
	*testing.T
	url, token string
	version    string           // of requests, when not that of the reference
	tls        *httptest.Server // the same API over TLS
	mint       func()           // makes another token, after its key was regenerated
	operations []*operation
	writable   map[string][]string // path to property names
	names      map[string]string   // parameter of a path to the name in use
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	s := &suite{T: t, names: map[string]string{}}
	readJSON(t, "operations.json", &s.operations)
	readJSON(t, "properties.json", &s.writable)
	st := storetest.Open(t)
	made := &provision.Service{Store: st, Publisher: &publish.Service{Store: st}}
	system := store.Actor{Name: store.System}
	for _, step := range []func(*store.Tx) error{account.FirstStart{}.Provision, publish.PutDefaultSite, made.Publisher.PublishFirst, management.Provision} {
		if err := st.Update(t.Context(), system, step); err != nil {
			t.Fatal(err)
		}
	}
	accounts := account.New(st)
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mailer, err := mail.New(st, mail.Options{Server: &url.URL{Scheme: "smtp", Host: "localhost"}, From: "a@b.example"})
	if err != nil {
		t.Fatal(err)
	}
	h, err := management.New(management.Config{
		Mailer: &linkMailer{mailer, accounts},
		Erase: func(ctx context.Context, actor store.Actor) error {
			return made.Erase(ctx, actor, "", management.Provision)
		},
		Store: st, Accounts: accounts, Subscriptions: subscription.New(st),
		APIs: &apis.Service{Store: st, Blobs: blobs}, Publisher: made.Publisher, FirstContents: made,
		Outbound: &http.Client{Transport: descriptions{}},
		Service: management.Service{
			Name: "portico", Location: "West US", PublisherName: "Contoso", PublisherEmail: "apis@contoso.example",
			GatewayURL: "https://gateway", PortalURL: "https://portal", ManagementURL: "https://management",
		},
		LinkKey: bytes.Repeat([]byte{1}, 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s.tls = httptest.NewTLSServer(h)
	t.Cleanup(s.tls.Close)
	s.mint = func() {
		token, err := accounts.MintAdmin(context.Background(), time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		s.token = account.Authorization(token)
	}
	s.url = server.URL
	s.mint()
	return s
}

const servicePrefix = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"

// address fills the names into a path of the reference.
func (s *suite) address(path string) string {
	for _, outer := range []struct{ short, full string }{
		{"RG:", "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement"},
		{"SUB:", "/subscriptions/s/providers/Microsoft.ApiManagement"}, {"ROOT:", ""},
	} {
		if rest, ok := strings.CutPrefix(path, outer.short); ok {
			return outer.full + s.fill(rest)
		}
	}
	return servicePrefix + strings.TrimSuffix(s.fill(path), "/")
}

func (s *suite) fill(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			name, ok := s.names[p[1:len(p)-1]]
			if !ok {
				name = "x"
			}
			parts[i] = url.PathEscape(name)
		}
	}
	return strings.Join(parts, "/")
}

// answer is a response with its body decoded.
type answer struct {
	header http.Header
	status int
	etag   string
	text   string
	body   map[string]any
}

func (a *answer) properties() map[string]any {
	p, _ := a.body["properties"].(map[string]any)
	return p
}

func (a *answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// send sends a request as it is.
func (s *suite) send(method, address, query string, body any, ifMatch string) *answer {
	s.Helper()
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(s.Context(), method, s.url+address+"?api-version="+cmp.Or(s.version, "2024-05-01")+query, reader)
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Authorization", s.token)
	r.Header.Set("Content-Type", "application/json")
	if ifMatch != "" {
		r.Header.Set("If-Match", ifMatch)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	if err != nil {
		s.Fatal(err)
	}
	a := &answer{header: got.Header, status: got.StatusCode, etag: got.Header.Get("ETag"), text: string(data)}
	_ = json.Unmarshal(data, &a.body) // lists and documents that are no object stay nil
	return a
}

// call calls an operation and checks its status. The path is one of the reference.
func (s *suite) call(method, path, query string, body any) *answer {
	s.Helper()
	o := s.operation(method, path, query)
	ifMatch := ""
	if o.IfMatch != nil && *o.IfMatch == "req" {
		ifMatch = "*"
		s.checkCondition(o, query, body)
	}
	a := s.send(method, s.address(path), query, body, ifMatch)
	if !slices.Contains(o.Codes, a.status) {
		s.Errorf("%s%s (%s): status %d, want one of %v: %s", o, query, s.fill(path), a.status, o.Codes, a.text)
		return a
	}
	o.answered = true
	return a
}

// checkCondition requires a request with another ETag to be refused.
func (s *suite) checkCondition(o *operation, query string, body any) {
	s.Helper()
	if a := s.send(o.Method, s.address(o.Path), query, body, `"wrong"`); a.status != http.StatusPreconditionFailed {
		s.Errorf("%s with another ETag: status %d, want 412: %s", o, a.status, a.text)
	}
}

// operation finds an operation; of two with one path, the one whose query is asked.
func (s *suite) operation(method, path, query string) *operation {
	s.Helper()
	var found *operation
	for _, o := range s.operations {
		if o.Method != method || o.Path != path {
			continue
		}
		if found == nil || slices.Contains(o.Query, "export") == strings.Contains(query, "export=") {
			found = o
		}
	}
	if found == nil {
		s.Fatalf("the reference has no operation %s %s", method, path)
	}
	return found
}

// has reports whether the reference has an operation.
func (s *suite) has(method, path string) bool {
	return slices.ContainsFunc(s.operations, func(o *operation) bool { return o.Method == method && o.Path == path })
}

// table prints how many operations of each class are answered, and fails when one is not.
func (s *suite) table() {
	fmt.Println("report: management API: operations of the reference, 2024-05-01")
	fmt.Printf("report: %-5s %10s %9s %8s %8s\n", "class", "operations", "answered", "refused", "missing")
	for _, class := range []string{"P", "E", "A", "W", "X"} {
		var all, answered, refused int
		for _, o := range s.operations {
			if o.Class != class {
				continue
			}
			all++
			switch {
			case o.answered:
				answered++
			case o.refused:
				refused++
			default:
				s.Errorf("class %s: %s (%s.%s) is not answered as the reference says", o.Class, o, o.Client, o.Operation)
			}
		}
		fmt.Printf("report: %-5s %10d %9d %8d %8d\n", class, all, answered, refused, all-answered-refused)
	}
}
