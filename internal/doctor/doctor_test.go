package doctor_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/doctor"
	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// patient is a service with nothing wrong: one API in a product that developers
// see, called from the portal's origin.
type patient struct {
	*doctor.Service
	admits  string // origin that the gateway admits
	answers int    // of the portal
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	p := &patient{admits: "*", answers: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Origin", p.admits)
			return
		}
		w.WriteHeader(p.answers)
	}))
	t.Cleanup(server.Close)
	p.Service = &doctor.Service{Store: storetest.Open(t), PortalURL: server.URL, GatewayURL: server.URL, HTTP: server.Client()}
	p.put(t, apim.Ref("/apis/a").Revision("1"), &apim.API{Path: "a", DisplayName: "A", IsCurrent: true})
	p.put(t, "/products/starter", &apim.Product{DisplayName: "Starter", State: "published"})
	p.link(t, apim.ProductAPI, "/products/starter", "/apis/a")
	p.link(t, apim.ProductGroup, "/products/starter", apim.GroupRef(apim.Developers))
	return p
}

func (p *patient) do(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := p.Store.Update(t.Context(), store.Actor{Name: "test"}, fn); err != nil {
		t.Fatal(err)
	}
}

func (p *patient) put(t *testing.T, ref apim.Ref, r apim.Resource) {
	t.Helper()
	p.do(t, func(tx *store.Tx) error { return tx.PutChanged(ref, r) })
}

func (p *patient) link(t *testing.T, kind apim.LinkKind, from, to apim.Ref) {
	t.Helper()
	p.do(t, func(tx *store.Tx) error {
		_, err := tx.Link(kind, from, to)
		return err
	})
}

// TestExamine makes one thing wrong at a time: that is found, alone, and the
// message says what mends it; nothing is found of a service in order.
func TestExamine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		wrong    func(t *testing.T, p *patient)
		severity apim.Severity // "": nothing is found
		code     apim.Code
		target   string
		mend     string
	}{
		{"nothing", func(*testing.T, *patient) {}, "", "", "", ""},
		{"a portal that does not answer", func(_ *testing.T, p *patient) { p.answers = http.StatusBadGateway }, "error", "PortalAddress", "", "--portal-url"},
		{"a gateway that admits another origin", func(_ *testing.T, p *patient) { p.admits = "https://other.example" }, "warning", "ConsoleOrigin", "/apis/a", "cors policy"},
		{"delegation, which is not built", func(t *testing.T, p *patient) {
			p.put(t, settings.Delegation, &apim.DelegationSettings{URL: "https://d.example", UserRegistration: apim.Enabled{Enabled: true}})
		}, "warning", apim.NotBuilt, string(settings.Delegation), "Switch it off"},
		{"a gateway that does not answer", func(t *testing.T, p *patient) {
			gone := httptest.NewServer(nil)
			gone.Close()
			p.GatewayURL = gone.URL
		}, "warning", "GatewayAddress", "", "--gateway-url"},
		{"an API whose console is not tried", func(t *testing.T, p *patient) {
			p.put(t, apim.Ref("/apis/v").Revision("1"), &apim.API{Path: "v", IsCurrent: true, APIVersion: "v1", APIVersionSetID: "/apiVersionSets/s"})
			p.link(t, apim.ProductAPI, "/products/starter", "/apis/v")
		}, "warning", "NotExamined", "", "by hand"},
		{"an API in no product", func(t *testing.T, p *patient) {
			p.put(t, apim.Ref("/apis/b").Revision("1"), &apim.API{Path: "b", IsCurrent: true})
		}, "warning", "ApiInNoProduct", "/apis/b", "PUT /products/{id}/apis/b"},
		{"a product that administrators alone see", func(t *testing.T, p *patient) {
			p.put(t, "/products/dark", &apim.Product{DisplayName: "Dark", State: "published"})
			p.link(t, apim.ProductGroup, "/products/dark", apim.GroupRef(apim.Administrators))
		}, "warning", "ProductNobodySees", "/products/dark", "groups/developers"},
		{"a policy that is not run", func(t *testing.T, p *patient) {
			p.put(t, "/policies/policy", &apim.Policy{Format: "xml", Value: `<policies><inbound><limit-concurrency key="k" max-count="1"></limit-concurrency></inbound></policies>`})
		}, "error", apim.PolicyNotRun, "/policies/policy", "Take it out"},
		{"a setting that nothing acts on", func(t *testing.T, p *patient) {
			p.put(t, "/loggers/l", &apim.Logger{LoggerType: "azureMonitor"})
		}, "warning", apim.WithoutEffect, "/loggers/l", "Do not rely"},
		{"mail that nobody sends", func(t *testing.T, p *patient) {
			p.do(t, func(tx *store.Tx) error { return job.Put(tx, job.Job{ID: "1", Kind: "mail"}) })
		}, "warning", "MailWaits", "", "--smtp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPatient(t)
			c.wrong(t, p)
			found, err := p.Examine(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.severity == "" {
				if len(found) > 0 {
					t.Errorf("a service in order has findings: %+v", found)
				}
				return
			}
			if len(found) != 1 || found[0].Severity != c.severity || found[0].Code != c.code || found[0].Target != c.target || !strings.Contains(found[0].Message, c.mend) {
				t.Errorf("want one %s %s of %q that says %q: %+v", c.severity, c.code, c.target, c.mend, found)
			}
		})
	}
}
