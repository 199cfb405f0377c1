package store_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// operations makes n operations of an API with bodies of about a kilobyte.
func operations(api apim.Ref, n int) []*store.Document {
	body := json.RawMessage(`{"displayName":"x","description":"` + strings.Repeat("word ", 200) + `"}`)
	ds := make([]*store.Document, n)
	for i := range ds {
		ds[i] = &store.Document{Ref: apim.OperationRef(api, apim.Name(fmt.Sprintf("op%d", i))), Body: body}
	}
	return ds
}

func BenchmarkImportOf16500Operations(b *testing.B) {
	for b.Loop() {
		s := storetest.Open(b)
		importAll(b, s)
	}
}

func BenchmarkImportOf16500OperationsOnPostgres(b *testing.B) {
	for b.Loop() {
		db, ok := storetest.Postgres(b)
		if !ok {
			b.Fatal("PostgreSQL is not installed")
		}
		importAll(b, db.Store(b))
	}
}

func importAll(b *testing.B, s *store.Store) {
	err := s.Update(b.Context(), admin, func(tx *store.Tx) error {
		if err := tx.DeleteTree("/apis/big;rev=1"); err != nil {
			return err
		}
		return tx.PutAll(operations("/apis/big;rev=1", 16500))
	})
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPutOf32Writers(b *testing.B) {
	benchmarkPut(b, storetest.Open(b))
}

func BenchmarkPutOf32WritersOnPostgres(b *testing.B) {
	db, ok := storetest.Postgres(b)
	if !ok {
		b.Fatal("PostgreSQL is not installed")
	}
	benchmarkPut(b, db.Store(b))
}

func benchmarkPut(b *testing.B, s *store.Store) {
	var n atomic.Int64
	b.SetParallelism(16) // times two processors
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			ref := apim.Ref(fmt.Sprintf("/products/p%d", n.Add(1)))
			if err := s.Update(b.Context(), admin, func(tx *store.Tx) error { return tx.Put(doc(ref)) }); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "puts/s")
}

func BenchmarkGet(b *testing.B) {
	s := storetest.Open(b)
	err := s.Update(b.Context(), admin, func(tx *store.Tx) error { return tx.Put(doc("/products/p")) })
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := s.View(b.Context(), func(tx *store.Tx) error {
			_, err := tx.Get("/products/p")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// 10,000 APIs of 20 operations are stored; the store is opened and all APIs listed.
func BenchmarkStartWith10000APIs(b *testing.B) {
	path := filepath.Join(b.TempDir(), "p.db")
	s, err := sqlite.Open(b.Context(), path, storetest.Options())
	if err != nil {
		b.Fatal(err)
	}
	for batch := range 20 {
		err := s.Update(b.Context(), admin, func(tx *store.Tx) error {
			var ds []*store.Document
			for i := range 500 {
				api := apim.RevisionRef(apim.Name(fmt.Sprintf("api%d", batch*500+i)), "1")
				ds = append(append(ds, doc(api)), operations(api, 20)...)
			}
			return tx.PutAll(ds)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := sqlite.Open(b.Context(), path, storetest.Options())
		if err != nil {
			b.Fatal(err)
		}
		err = s.View(b.Context(), func(tx *store.Tx) error {
			apis, err := tx.ListAll("apis")
			if len(apis) != 10000 {
				b.Errorf("%d APIs", len(apis))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
