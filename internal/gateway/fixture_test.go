package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// service is a store, a gateway over it, and a backend that tells what it received.
type service struct {
	t       testing.TB
	store   *store.Store
	gateway *Gateway
	url     string // of the gateway
	backend *httptest.Server
}

// received is what the backend answers: the request as it arrived.
type received struct {
	Method string
	URI    string
	Host   string
	Header http.Header
	Body   string
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Backend", "echo")
	json.NewEncoder(w).Encode(received{r.Method, r.RequestURI, r.Host, r.Header, string(body)})
}

func newService(t testing.TB, configure func(*Config)) *service {
	t.Helper()
	s := &service{t: t, store: storetest.Open(t)}
	s.backend = httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(s.backend.Close)
	cfg := Config{Store: s.store, Logger: slog.New(slog.DiscardHandler)}
	if configure != nil {
		configure(&cfg)
	}
	s.gateway = New(cfg)
	front := httptest.NewServer(s.gateway)
	t.Cleanup(front.Close)
	s.url = front.URL
	return s
}

// start makes the gateway follow the store until the test ends.
func (s *service) start() {
	s.t.Helper()
	go s.load().Run(s.t.Context())
}

// load makes the gateway know what is stored, without following it.
func (s *service) load() *feed.Follower {
	s.t.Helper()
	f, err := feed.Load(s.t.Context(), s.store, "gateway", s.gateway, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// change runs one transaction and waits until the gateway has it.
func (s *service) change(fn func(c *changer)) {
	s.t.Helper()
	var seq int64
	err := s.store.Update(s.t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		fn(&changer{s, tx})
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	err = s.store.View(s.t.Context(), func(tx *store.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for s.gateway.live.Load() != nil && s.gateway.live.Load().seq < seq {
		if time.Now().After(deadline) {
			s.t.Fatal("the gateway has not followed the change within 10 seconds")
		}
		time.Sleep(time.Millisecond)
	}
}

// changer writes resources; failures end the test.
type changer struct {
	s  *service
	tx *store.Tx
}

func (c *changer) ok(err error) {
	c.s.t.Helper()
	if err != nil {
		c.s.t.Fatal(err)
	}
}

func (c *changer) put(ref apim.Ref, properties any) {
	c.s.t.Helper()
	body, err := json.Marshal(properties)
	c.ok(err)
	c.ok(c.tx.Put(&store.Document{Ref: ref, Body: body}))
}

// api makes revision 1 of an API current. Operations are "METHOD /template".
func (c *changer) api(id, path string, edit func(*apim.API), operations ...string) {
	c.s.t.Helper()
	c.revision(id, "1", path, edit, operations...)
	c.current(id, "1")
}

func (c *changer) revision(id, number, path string, edit func(*apim.API), operations ...string) {
	c.s.t.Helper()
	api := &apim.API{DisplayName: id, Path: path, ServiceURL: c.s.backend.URL + "/base", APIRevision: number}
	if edit != nil {
		edit(api)
	}
	api.Default()
	c.put(apim.RevisionRef(apim.Name(id), number), api)
	for _, o := range operations {
		method, template, _ := strings.Cut(o, " ")
		c.operation(id, number, operationID(o), &apim.Operation{DisplayName: o, Method: method, URLTemplate: template})
	}
}

// operationID makes a name of "GET /a/{b}": "get-a-b".
func operationID(o string) string {
	o = strings.Replace(o, " /", "-", 1)
	return strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune("{}*?=&.", r) {
			return -1
		}
		if r == '/' {
			return '-'
		}
		return r
	}, strings.ToLower(o)), "-")
}

func (c *changer) operation(id, number, name string, op *apim.Operation) {
	c.s.t.Helper()
	op.Default()
	c.put(apim.OperationRef(apim.RevisionRef(apim.Name(id), number), apim.Name(name)), op)
}

func (c *changer) current(id, number string) {
	c.s.t.Helper()
	old, err := c.tx.Links(apim.CurrentRevision, apim.APIRef(apim.Name(id)))
	c.ok(err)
	for _, to := range old {
		_, err := c.tx.Unlink(apim.CurrentRevision, apim.APIRef(apim.Name(id)), to)
		c.ok(err)
	}
	_, err = c.tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), apim.RevisionRef(apim.Name(id), number))
	c.ok(err)
}

// policies sets the document of a scope; sections are "inbound:<x/>".
func (c *changer) policies(scope apim.Ref, sections ...string) {
	c.s.t.Helper()
	var b strings.Builder
	for _, s := range sections {
		name, content, _ := strings.Cut(s, ":")
		fmt.Fprintf(&b, "<%s>%s</%s>", name, content, name)
	}
	c.put(scope.Child("policies", "policy"), apim.Policy{Value: "<policies>" + b.String() + "</policies>", Format: "xml"})
}

func (c *changer) product(id string, open bool, apis ...string) {
	c.s.t.Helper()
	required := !open
	c.put(apim.ProductRef(apim.Name(id)), apim.Product{DisplayName: id, SubscriptionRequired: &required})
	for _, api := range apis {
		_, err := c.tx.Link(apim.ProductAPI, apim.ProductRef(apim.Name(id)), apim.APIRef(apim.Name(api)))
		c.ok(err)
	}
}

// subscription makes one whose keys are its id with -1 and -2.
func (c *changer) subscription(id, scope, state string) {
	c.s.t.Helper()
	ref := apim.SubscriptionRef(apim.Name(id))
	c.put(ref, apim.Subscription{DisplayName: id, Scope: scope, State: state})
	c.ok(c.tx.SetSecret(ref, "primaryKey", id+"-1"))
	c.ok(c.tx.SetSecret(ref, "secondaryKey", id+"-2"))
}

// open lets calls without a key pass.
func open(api *apim.API) {
	no := false
	api.SubscriptionRequired = &no
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	body   string
}

// backendSaw decodes what the echo backend answered.
func (a answer) backendSaw(t testing.TB) received {
	t.Helper()
	var r received
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatalf("the answer is not the backend's: %d %s", a.status, a.body)
	}
	return r
}

// call sends "METHOD /path"; header is name, value, ...
func (s *service) call(line string, header ...string) answer {
	s.t.Helper()
	return s.send(line, nil, header...)
}

func (s *service) send(line string, body io.Reader, header ...string) answer {
	s.t.Helper()
	method, target, _ := strings.Cut(line, " ")
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url, body)
	if err != nil {
		s.t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	r.URL.Opaque, r.URL.RawQuery = path, query
	if strings.HasPrefix(path, "//") {
		r.URL.Opaque, r.URL.Path = "", path
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatalf("%s: read the answer: %v", line, err)
	}
	return answer{response.StatusCode, response.Header, string(b)}
}
