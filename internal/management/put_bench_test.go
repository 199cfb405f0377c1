package management

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
	"github.com/portico-portal/portico/internal/subscription"
)

// serve10000APIs is a management API on SQLite with many APIs, and a token for it.
func serve10000APIs(b *testing.B) (http.Handler, string) {
	b.Helper()
	ctx := b.Context()
	s, err := sqlite.Open(ctx, b.TempDir()+"/p.db", store.Options{Key: make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := s.Update(ctx, store.Actor{Name: "bench"}, account.FirstStart{}.Provision); err != nil {
		b.Fatal(err)
	}
	err = s.Update(ctx, store.Actor{Name: "bench"}, func(tx *store.Tx) error {
		var docs []*store.Document
		for i := range 10_000 {
			id := fmt.Sprintf("api-%d", i)
			body := fmt.Sprintf(`{"displayName":"API %d","path":%q,"isCurrent":true,"protocols":["https"]}`, i, id)
			docs = append(docs, &store.Document{Ref: apim.RevisionRef(apim.Name(id), "1"), Body: []byte(body)})
			if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), apim.RevisionRef(apim.Name(id), "1")); err != nil {
				return err
			}
		}
		return tx.PutAll(docs)
	})
	if err != nil {
		b.Fatal(err)
	}
	accounts := account.New(s)
	h, err := New(Config{
		Store: s, Accounts: accounts, APIs: &apis.Service{Store: s}, Publisher: &publish.Service{Store: s}, FirstContents: &provision.Service{Store: s},
		Subscriptions: subscription.New(s), Service: Service{Name: "portico"}, LinkKey: make([]byte, 32),
	})
	if err != nil {
		b.Fatal(err)
	}
	token, err := accounts.MintAdmin(ctx, time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	return h, account.Authorization(token)
}

// BenchmarkPutBeside10000APIs puts new APIs from 32 clients.
func BenchmarkPutBeside10000APIs(b *testing.B) {
	h, token := serve10000APIs(b)
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			name := fmt.Sprintf("new-%d", n.Add(1))
			r := httptest.NewRequest(http.MethodPut, "/apis/"+name, strings.NewReader(fmt.Sprintf(`{"properties":{"displayName":%q,"path":%q}}`, name, name)))
			r.Header.Set("Authorization", token)
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); w.Code != http.StatusCreated {
				b.Errorf("status %d: %s", w.Code, w.Body)
			}
		}
	})
}

// BenchmarkListOf10000APIs lists with a filter, everything included but the network.
func BenchmarkListOf10000APIs(b *testing.B) {
	h, token := serve10000APIs(b)
	for b.Loop() {
		r := httptest.NewRequest(http.MethodGet, "/apis?$top=100&$filter=contains(displayName,'77')%20or%20contains(path,'77')", nil)
		r.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatalf("status %d: %s", w.Code, w.Body)
		}
	}
}
