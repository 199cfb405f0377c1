package management

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

const prefix = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"

// service is a management API over a temporary store.
type service struct {
	*testing.T
	store       *store.Store
	accounts    *account.Service
	url         string
	token       string // the default Authorization header
	handler     *handler
	assignments int // how many roles were assigned by holder
}

func newService(t *testing.T) *service {
	t.Helper()
	return newServiceOn(t, storetest.Open(t))
}

// onEach runs a test on a service over each database.
func onEach(t *testing.T, test func(t *testing.T, s *service)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, newServiceOn(t, s)) })
}

func newServiceOn(t *testing.T, s *store.Store) *service {
	t.Helper()
	ctx := context.Background()
	for _, step := range []func(*store.Tx) error{account.FirstStart{}.Provision, Provision} {
		if err := s.Update(ctx, store.Actor{Name: store.System}, step); err != nil {
			t.Fatal(err)
		}
	}
	accounts := account.New(s)
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Config{
		Store: s, Accounts: accounts, APIs: &apis.Service{Store: s, Blobs: blobs}, Publisher: &publish.Service{Store: s}, FirstContents: &provision.Service{Store: s},
		Subscriptions: subscription.New(s),
		Backends:      &outbound.Backends{Own: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8082")}, Loopback: true},
		Blobs:         blobs,
		Service:       Service{Name: "portico", PortalURL: "http://portal", GatewayURL: "http://gateway", ManagementURL: "http://management"},
		Refusals:      accounts.Refusals,
		LinkKey:       bytes.Repeat([]byte{7}, 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	token, err := accounts.MintAdmin(ctx, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return &service{T: t, handler: h.(*handler), store: s, accounts: accounts, url: srv.URL, token: account.Authorization(token)}
}

// response is what came back.
type response struct {
	*testing.T
	status int
	header http.Header
	body   string
}

// do sends a request. head are header names and values in turn.
func (s *service) do(method, path, body string, head ...string) *response {
	s.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	r.Header.Set("Authorization", s.token)
	for i := 0; i+1 < len(head); i += 2 {
		if head[i+1] == "" {
			r.Header.Del(head[i])
		} else {
			r.Header.Set(head[i], head[i+1])
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return &response{T: s.T, status: answer.StatusCode, header: answer.Header, body: string(data)}
}

// put makes a resource of properties, which must succeed.
func (s *service) put(path, properties string) *response {
	s.Helper()
	return s.do("PUT", path, `{"properties":`+properties+`}`).want(201)
}

func (r *response) want(status int) *response {
	r.Helper()
	if r.status != status {
		r.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

// json decodes the body.
func (r *response) json() map[string]any {
	r.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil {
		r.Fatalf("body %q: %v", r.body, err)
	}
	return v
}

// properties are those of the body's envelope.
func (r *response) properties() map[string]any {
	r.Helper()
	p, ok := r.json()["properties"].(map[string]any)
	if !ok {
		r.Fatalf("no properties in %s", r.body)
	}
	return p
}

// names are the names of a list's items, in order, separated by spaces.
func (r *response) names() string {
	r.Helper()
	r.want(200)
	var list struct {
		Value []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(r.body), &list); err != nil {
		r.Fatal(err)
	}
	names := make([]string, len(list.Value))
	for i, v := range list.Value {
		names[i] = v.Name
	}
	return strings.Join(names, " ")
}

// failure are an error's code and the targets of its details.
func (r *response) failure() (code, targets string) {
	r.Helper()
	var body struct {
		Error struct {
			Code, Message string
			Details       []struct{ Target, Message string }
		}
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || body.Error.Code == "" || body.Error.Message == "" {
		r.Fatalf("not an ARM error body: %q", r.body)
	}
	var all []string
	for _, d := range body.Error.Details {
		all = append(all, d.Target)
	}
	return body.Error.Code, strings.Join(all, " ")
}
