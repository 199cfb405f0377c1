package apidoc

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// fixture is a store, and blobs for originals.
type fixture struct {
	t     *testing.T
	store *store.Store
	blobs blob.Store
}

func newFixture(t *testing.T, s *store.Store) *fixture {
	t.Helper()
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{t, s, blobs}
}

var actor = store.Actor{Name: "test"}

// load writes what a description says below the first revision of an API, whose
// path is its name.
func (f *fixture) load(id string, in Source) *Description {
	f.t.Helper()
	d, err := Read(f.t.Context(), in)
	if err == nil {
		err = d.Keep(f.t.Context(), f.blobs)
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.update(func(tx *store.Tx) error {
		a := &apim.API{Path: id, IsCurrent: true}
		d.Describe(a)
		a.Default()
		rev := apim.RevisionRef(apim.Name(id), "1")
		if err := tx.Put(&store.Document{Ref: rev, Body: encode(a), Extra: encode(d.Extra)}); err != nil {
			return err
		}
		if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), rev); err != nil {
			return err
		}
		return d.Write(tx, rev)
	})
	return d
}

func (f *fixture) view(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.store.View(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) update(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.store.Update(f.t.Context(), actor, fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) get(ref apim.Ref, into any) *store.Document {
	f.t.Helper()
	var doc *store.Document
	f.view(func(tx *store.Tx) (err error) {
		if doc, err = tx.Get(ref); err != nil {
			return err
		}
		return json.Unmarshal(doc.Body, into)
	})
	return doc
}

// operations are the names of an API's operations, in the description's order.
func (f *fixture) operations(api apim.Ref) []string {
	f.t.Helper()
	var names []string
	f.view(func(tx *store.Tx) error {
		x, err := load(tx, api)
		if err != nil {
			return err
		}
		for _, o := range x.operations {
			names = append(names, o.id)
		}
		return nil
	})
	return names
}

// links are the keys that a resource is linked to.
func (f *fixture) links(kind apim.LinkKind, from apim.Ref) []string {
	f.t.Helper()
	var keys []string
	f.view(func(tx *store.Tx) error {
		refs, err := tx.Links(kind, from)
		for _, r := range refs {
			keys = append(keys, string(r.Key()))
		}
		return err
	})
	return keys
}

// descriptionOf is a description with operations: id, method, path.
func descriptionOf(title string, operations ...[3]string) []byte {
	var paths objectWriter
	for _, o := range operations {
		var item objectWriter
		item.add(o[1], encode(map[string]any{"operationId": o[0], "tags": []string{"T" + o[0]}}))
		paths.add(o[2], item.raw())
	}
	return encode(map[string]any{"openapi": "3.0.0", "info": map[string]string{"title": title}, "paths": paths.raw()})
}

func TestWritingAgainUpdatesInPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFixture(t, s)
		f.load("x", Source{Data: descriptionOf("One",
			[3]string{"keep", "get", "/keep"}, [3]string{"rename", "get", "/rename"}, [3]string{"drop", "get", "/drop"})})
		rev := apim.RevisionRef("x", "1")
		policy := json.RawMessage(`{"value":"<policies/>"}`)
		f.update(func(tx *store.Tx) error {
			for _, at := range []apim.Ref{rev, rev.Child("operations", "rename"), rev.Child("operations", "drop")} {
				if err := tx.Put(&store.Document{Ref: at.Child("policies", "policy"), Body: policy}); err != nil {
					return err
				}
			}
			if err := tx.Put(&store.Document{Ref: apim.TagRef("mine"), Body: json.RawMessage(`{"displayName":"Mine"}`)}); err != nil {
				return err
			}
			_, err := tx.Link(apim.TagLink, rev.Child("operations", "keep"), apim.TagRef("mine"))
			return err
		})
		keep := f.get(rev.Child("operations", "keep"), new(apim.Operation))
		f.load("x", Source{Data: descriptionOf("Two",
			[3]string{"keep", "get", "/keep"}, [3]string{"renamed", "get", "/rename"}, [3]string{"new", "get", "/new"})})
		if got := f.operations("/apis/x"); !slices.Equal(got, []string{"keep", "renamed", "new"}) {
			t.Errorf("the operations are %v", got)
		}
		if now := f.get(rev.Child("operations", "keep"), new(apim.Operation)); now.Seq != keep.Seq {
			t.Error("an operation that did not change was written")
		}
		if got := f.links(apim.TagLink, rev.Child("operations", "keep")); !slices.Equal(got, []string{"/tags/mine", "/tags/tkeep"}) {
			t.Errorf("the tags are %v", got)
		}
		f.get(rev.Child("policies", "policy"), new(apim.Policy))
		f.get(rev.Child("operations", "renamed").Child("policies", "policy"), new(apim.Policy))
		f.view(func(tx *store.Tx) error {
			for _, gone := range []apim.Ref{rev.Child("operations", "drop"), rev.Child("operations", "drop").Child("policies", "policy"), rev.Child("operations", "rename").Child("policies", "policy")} {
				if _, err := tx.Get(gone); !errors.Is(err, apim.ErrNotFound) {
					t.Errorf("%s: %v", gone, err)
				}
			}
			return nil
		})
	})
}

func TestTagsOfTheDescriptionComeAndGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	text := func(tags string) []byte { return []byte(oneOperation(`{"operationId":"a","tags":` + tags + `}`)) }
	op := apim.Ref("/apis/x;rev=1/operations/a")
	f.load("x", Source{Data: text(`["A b","A/B"]`)})
	if got := f.links(apim.TagLink, op); !slices.Equal(got, []string{"/tags/a-b", "/tags/a-b-1"}) {
		t.Errorf("the tags are %v", got)
	}
	f.load("x", Source{Data: text(`["a B"]`)})
	if got := f.links(apim.TagLink, op); !slices.Equal(got, []string{"/tags/a-b"}) {
		t.Errorf("after the second import the tags are %v", got)
	}
}
