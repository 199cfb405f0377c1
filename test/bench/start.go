package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
)

const (
	manyAPIs         = 10_000
	operationsOfEach = 20
)

// measureStart times a start with many APIs stored, and weighs the idle process.
func measureStart(b *bench) {
	data := b.folder()
	b.serve(data).stop() // first run: provisions the service
	b.seedAPIs(data)
	first := b.serve(data) // the search index catches up once
	first.wait("the catalog", func() bool { status, _ := first.get(first.portal + "/apis/api-9999"); return status == 200 })
	first.stop()
	var times []float64
	var s *server
	for range 3 {
		if s != nil {
			s.stop()
		}
		s = b.serve(data)
		times = append(times, s.started.Seconds())
	}
	defer s.stop()
	b.add(figure{Name: fmt.Sprintf("start to first page, %d APIs of %d operations", manyAPIs, operationsOfEach), Value: median(times), Unit: "s", Budget: 1, AtMost: true})
	time.Sleep(2 * time.Second)
	b.add(figure{Name: "idle memory, same service", Value: s.memory("VmRSS"), Unit: "MB"})
	empty := b.serve(b.folder())
	defer empty.stop()
	time.Sleep(2 * time.Second)
	b.add(figure{Name: "idle memory, empty service", Value: empty.memory("VmRSS"), Unit: "MB", Budget: 100, AtMost: true})
}

// seedAPIs writes the APIs straight into a stopped server's database.
func (b *bench) seedAPIs(data string) {
	st := config.Store{Data: data}
	ctx := context.Background()
	key, _, err := st.Keys(rand.Read)
	if err != nil {
		b.Fatalf("%v", err)
	}
	s, err := sqlite.Open(ctx, st.DatabaseFile(), store.Options{Key: key})
	if err != nil {
		b.Fatalf("%v", err)
	}
	defer s.Close()
	for from := 0; from < manyAPIs; from += 500 {
		err := s.Update(ctx, store.Actor{Name: "bench"}, func(tx *store.Tx) error { return seedSome(tx, from, from+500) })
		if err != nil {
			b.Fatalf("seed: %v", err)
		}
	}
}

func seedSome(tx *store.Tx, from, to int) error {
	if from == 0 {
		if err := tx.Put(document(apim.ProductRef("all"), &apim.Product{DisplayName: "All", State: "published"})); err != nil {
			return err
		}
		if _, err := tx.Link(apim.ProductGroup, apim.ProductRef("all"), apim.GroupRef(apim.Guests)); err != nil {
			return err
		}
	}
	var docs []*store.Document
	for i := from; i < to; i++ {
		id := apim.Name(fmt.Sprintf("api-%d", i))
		revision := apim.RevisionRef(id, "1")
		api := &apim.API{DisplayName: fmt.Sprintf("API %d", i), Path: string(id), ServiceURL: "https://backend.example", IsCurrent: true, Description: "Keeps things and gives them back."}
		api.Default()
		docs = append(docs, document(revision, api))
		for k := range operationsOfEach {
			o := &apim.Operation{DisplayName: fmt.Sprintf("Do thing %d", k), Method: "GET", URLTemplate: fmt.Sprintf("/things/%d", k)}
			o.Default()
			docs = append(docs, document(apim.OperationRef(revision, apim.Name(fmt.Sprintf("op-%d", k))), o))
		}
		if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(id), revision); err != nil {
			return err
		}
		if _, err := tx.Link(apim.ProductAPI, apim.ProductRef("all"), apim.APIRef(id)); err != nil {
			return err
		}
	}
	return tx.PutAll(docs)
}

func document(ref apim.Ref, properties any) *store.Document {
	body, err := json.Marshal(properties)
	if err != nil {
		panic(err)
	}
	return &store.Document{Ref: ref, Body: body}
}
