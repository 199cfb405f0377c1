package portal_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/portal"
	"github.com/portico-portal/portico/internal/store"
)

// operations adds operations op0, op1, ... to an API.
func operations(id string, n int) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		for i := range n {
			if err := rename(id, i, fmt.Sprintf("Operation %d of %s", i, id))(tx); err != nil {
				return err
			}
		}
		return nil
	}
}

func rename(id string, n int, name string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		o := &apim.Operation{DisplayName: name, Method: "GET", URLTemplate: fmt.Sprintf("/things/%d", n)}
		o.Default()
		return document(tx, apim.OperationRef(apim.RevisionRef(apim.Name(id), "1"), apim.Name(fmt.Sprint("op", n))), o)
	}
}

// text is an answer as it is: what is not HTML.
func (s *service) text(path string) string {
	s.t.Helper()
	res, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		s.t.Fatalf("%s answers %d, %v", path, res.StatusCode, err)
	}
	return string(data)
}

func TestTheTextOfAllPagesIsMadePieceByPiece(t *testing.T) {
	t.Parallel()
	s := open(t, product("starter", nil, "guests"), api("a", "starter"), api("b", "starter"), operations("a", 400), operations("b", 120))
	all := s.text("/llms-full.txt")
	for _, want := range []string{"# Operation 399 of a\n", "# Operation 0 of b\n", "Product starter"} {
		if !strings.Contains(all, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	before := s.portal.Rendered()
	if s.text("/llms-full.txt") != all || s.portal.Rendered() != before {
		t.Error("what has not changed is made again")
	}
	s.write(rename("b", 7, "Something new"))
	s.eventually("the change", func() bool { return strings.Contains(s.text("/llms-full.txt"), "# Something new\n") })
	if made := s.portal.Rendered() - before; made > 350 { // the pages of b, and the few that name it
		t.Errorf("after one change of an API of 123 pages, %d pages were rendered; the other API has 403", made)
	}
}

// endless are descriptions whose export ends when nobody waits for it.
type endless struct {
	portal.Descriptions
	begun, ended chan struct{}
}

func (e endless) Export(ctx context.Context, _ apim.Ref, _ string) ([]byte, error) {
	e.begun <- struct{}{}
	<-ctx.Done()
	close(e.ended)
	return nil, ctx.Err()
}

func TestAStopDoesNotWaitForLargeAnswers(t *testing.T) {
	t.Parallel()
	s := open(t, product("starter", nil, "guests"), api("a", "starter"))
	stopping, stop := context.WithCancel(t.Context())
	work := endless{begun: make(chan struct{}), ended: make(chan struct{})}
	p, err := portal.New(portal.Config{Store: s.store, Catalog: s.catalog, Accounts: s.accounts, Descriptions: work, PortalURL: s.url, Stopping: stopping})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := feed.Load(t.Context(), s.store, "portal", p, nil); err != nil {
		t.Fatal(err)
	}
	answered := make(chan *httptest.ResponseRecorder)
	get := func(path string) {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		answered <- w
	}
	go get("/apis/a/-/openapi.yaml")
	<-work.begun
	stop()
	select {
	case w := <-answered:
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("who waits when the service stops gets %d with Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the stop waits for a large answer")
	}
	<-work.ended
	go get("/apis/a")
	if w := <-answered; w.Code != http.StatusOK {
		t.Errorf("while the service stops, a page answers %d", w.Code)
	}
}

func TestOneChangeOfManyAPIsIsOnePieceOfTheSitemap(t *testing.T) {
	t.Parallel()
	writes := []func(*store.Tx) error{product("starter", nil, "guests")}
	for i := range 100 {
		writes = append(writes, api(fmt.Sprint("api", i), "starter"))
	}
	s := open(t, writes...)
	all := s.text("/sitemap.xml")
	if n := strings.Count(all, "/apis/api"); n != 300 {
		t.Errorf("the sitemap has %d addresses of 100 APIs with two operations each", n)
	}
	before := s.portal.Rendered()
	s.write(rename("api7", 1, "Something new"))
	s.eventually("the change", func() bool { return strings.Contains(s.text("/sitemap.xml"), "/apis/api7/op1<") })
	if made := s.portal.Rendered() - before; made > 4 { // the whole and the piece
		t.Errorf("after one change, %d pieces were made", made)
	}
	if got := s.text("/sitemap.xml"); strings.Count(got, "<loc>") != strings.Count(all, "<loc>")+1 {
		t.Error("the sitemap lost addresses")
	}
}
