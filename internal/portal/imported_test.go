package portal_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/portal"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestAnImportedSiteHasCanonicalAddresses(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.write(func(tx *store.Tx) error {
		for _, id := range []string{"api", "operation", "product"} {
			if err := tx.Delete(apim.ContentRef("page", apim.Name(id))); err != nil {
				return err
			}
		}
		for id, body := range map[string]string{
			"page/details":     `{"en_us":{"title":"Details","permalink":"/api-details","documentId":"contentTypes/document/contentItems/details"}}`,
			"document/details": `{"nodes":[{"type":"section","nodes":[{"type":"detailsOfApi"},{"type":"operationList"},{"type":"operationDetails"}]}]}`,
		} {
			contentType, name, _ := strings.Cut(id, "/")
			if err := tx.Put(&store.Document{Ref: apim.ContentRef(apim.Name(contentType), apim.Name(name)), Body: json.RawMessage(body)}); err != nil {
				return err
			}
		}
		return nil
	})
	rev, err := (&publish.Service{Store: s.store, Media: s.media}).Publish(t.Context(), admin, "imported", "", true)
	if err != nil || rev.Status != publish.Completed {
		t.Fatal(rev, err)
	}
	b := s.browser()
	s.eventually("the imported site", func() bool { return b.get("/products/starter").StatusCode == http.StatusNotFound })
	if a := b.get("/apis/Public/get"); a.StatusCode != http.StatusOK || !strings.Contains(a.text, "Operation get of Public") {
		t.Errorf("the operation answers %d", a.StatusCode)
	}
	if a := b.get("/apis/Public"); a.StatusCode != http.StatusOK || !strings.Contains(a.text, "Name of Public") {
		t.Errorf("the API answers %d", a.StatusCode)
	}
	if a := b.get("/api-details?api=Public&operation=get"); a.Header.Get("Location") != "/apis/Public/get" {
		t.Errorf("the old address leads to %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := b.get("/api-details"); !strings.Contains(a.text, "location.hash") {
		t.Errorf("the old address without a query answers %d", a.StatusCode)
	}
}

func TestUnderTLSTheCookieIsBoundToTheHost(t *testing.T) {
	t.Parallel()
	s := shop(t)
	p, err := portal.New(portal.Config{Store: s.store, Catalog: s.catalog, Accounts: s.accounts, PortalURL: "https://portal.example", GatewayURL: "https://api.example"})
	if err != nil {
		t.Fatal(err)
	}
	s.follow("portal", p)
	started, err := s.accounts.StartSession(t.Context(), "dev", account.Client{Address: "192.0.2.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "https://portal.example/signout", nil)
	r.AddCookie(&http.Cookie{Name: "__Host-portico_portal", Value: started.SessionID})
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	if c := w.Header().Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-portico_portal=") || !strings.Contains(c, "Secure") {
		t.Errorf("the cookie is %q", c)
	}
	if _, err := s.accounts.Visitor(t.Context(), started.SessionID); err == nil {
		t.Error("the session did not end")
	}
	w = httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://portal.example/apis", nil))
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), "https://api.example wss://api.example") {
		t.Errorf("headers under TLS: %v", w.Header())
	}
}

func TestAPortalWithoutASiteSaysSo(t *testing.T) {
	t.Parallel()
	s := &service{t: t, store: storetest.Open(t)}
	s.start()
	for path, want := range map[string]int{"/": http.StatusServiceUnavailable, "/assets/portal-ABC123.js": http.StatusOK, "/nothing": http.StatusServiceUnavailable} {
		if a := s.browser().get(path); a.StatusCode != want {
			t.Errorf("%s answers %d, want %d", path, a.StatusCode, want)
		}
	}
}
