package apidoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// fixture is a store with an importer.
type fixture struct {
	t *testing.T
	*Importer
}

func newFixture(t *testing.T, s *store.Store) *fixture {
	t.Helper()
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{t, &Importer{Store: s, Blobs: blobs}}
}

var actor = store.Actor{Name: "test"}

func (f *fixture) load(in Import) *Result {
	f.t.Helper()
	r, err := f.Import(f.t.Context(), actor, in)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *fixture) view(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.Store.View(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) update(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.Store.Update(f.t.Context(), actor, fn); err != nil {
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
			keys = append(keys, r.Key())
		}
		return err
	})
	return keys
}

func TestAnImportedDescriptionIsAnAPI(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFixture(t, s)
		f.update(func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: apim.ProductRef("all"), Body: json.RawMessage(`{"displayName":"All"}`)})
		})
		data := testdata(t, "small-3.0.yaml")
		r := f.load(Import{APIID: "Library", Path: "/lib/", Products: []string{"ALL"}, Data: data})
		if r.API != "/apis/Library" || r.Revision != "/apis/Library;rev=1" || !r.Created || r.Operations != 3 {
			t.Errorf("the result is %+v", r)
		}
		var a apim.API
		doc := f.get("/apis/library;rev=1", &a)
		if a.DisplayName != "Library" || a.Path != "lib" || !a.IsCurrent || a.APIRevision != "1" || a.Type != "http" ||
			a.ServiceURL != "https://eu.library.example/v1" || a.Contact.Email != "desk@library.example" || !a.NeedsSubscription() {
			t.Errorf("the API is %s", doc.Body)
		}
		if got := f.links(apim.CurrentRevision, "/apis/library"); !slices.Equal(got, []string{"/apis/library;rev=1"}) {
			t.Errorf("the alias means %v", got)
		}
		if got := f.links(apim.ProductAPI, "/products/all"); !slices.Equal(got, []string{"/apis/library"}) {
			t.Errorf("the product has %v", got)
		}
		if got := f.operations("/apis/library"); !slices.Equal(got, []string{"books-get", "put-books-book", "search"}) {
			t.Errorf("the operations are %v", got)
		}
		if got := f.links(apim.TagLink, "/apis/library;rev=1/operations/books-get"); !slices.Equal(got, []string{"/tags/books", "/tags/reading-room"}) {
			t.Errorf("the tags are %v", got)
		}
		f.checkParts()
		f.checkOriginal(doc, data)
	})
}

func (f *fixture) checkParts() {
	f.t.Helper()
	f.view(func(tx *store.Tx) error {
		parts, err := tx.SchemaParts("/apis/library;rev=1", []string{"Shelf", "search-request-2"})
		if err != nil || !strings.Contains(string(parts["Shelf"]), "fiction") || !strings.Contains(string(parts["search-request-2"]), "binary") {
			f.t.Errorf("the parts are %s, %v", parts, err)
		}
		_, err = tx.Get("/apis/library;rev=1/schemas/types")
		return err
	})
}

func (f *fixture) checkOriginal(doc *store.Document, data []byte) {
	f.t.Helper()
	extra, err := ReadExtra(doc.Extra)
	if err != nil {
		f.t.Fatal(err)
	}
	r, info, err := f.Blobs.Get(f.t.Context(), extra.Original)
	if err != nil {
		f.t.Fatal(err)
	}
	defer r.Close()
	if kept, err := io.ReadAll(r); err != nil || !bytes.Equal(kept, data) || info.ContentType != "application/yaml" {
		f.t.Errorf("the original has %d bytes of %s, %v", len(kept), info.ContentType, err)
	}
}

// describe is a description with operations: id, method, path.
func descriptionOf(title string, operations ...[3]string) []byte {
	var paths objectWriter
	for _, o := range operations {
		var item objectWriter
		item.add(o[1], encode(map[string]any{"operationId": o[0], "tags": []string{"T" + o[0]}}))
		paths.add(o[2], item.raw())
	}
	return encode(map[string]any{"openapi": "3.0.0", "info": map[string]string{"title": title}, "paths": paths.raw()})
}

func TestImportingAgainUpdatesInPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFixture(t, s)
		first := f.load(Import{APIID: "x", Path: "x", Data: descriptionOf("One",
			[3]string{"keep", "get", "/keep"}, [3]string{"rename", "get", "/rename"}, [3]string{"drop", "get", "/drop"})})
		rev := first.Revision
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
		again := f.load(Import{APIID: "X", Path: "x", Data: descriptionOf("Two",
			[3]string{"keep", "get", "/keep"}, [3]string{"renamed", "get", "/rename"}, [3]string{"new", "get", "/new"})})
		if again.Created || again.Revision != rev {
			t.Errorf("the result is %+v", again)
		}
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
	f.load(Import{APIID: "x", Path: "x", Data: text(`["A b","A/B"]`)})
	if got := f.links(apim.TagLink, op); !slices.Equal(got, []string{"/tags/a-b", "/tags/a-b-1"}) {
		t.Errorf("the tags are %v", got)
	}
	f.load(Import{APIID: "x", Path: "x", Data: text(`["a B"]`)})
	if got := f.links(apim.TagLink, op); !slices.Equal(got, []string{"/tags/a-b"}) {
		t.Errorf("after the second import the tags are %v", got)
	}
}

func TestWhatTheCallerSaysWins(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	data := testdata(t, "small-3.0.yaml")
	no := false
	f.load(Import{APIID: "x", Path: "x", Data: data, API: &apim.API{Description: "Ours.", SubscriptionRequired: &no, ServiceURL: "https://z.example"}})
	var a apim.API
	f.get("/apis/x;rev=1", &a)
	if a.DisplayName != "Library" || a.Description != "Ours." || a.NeedsSubscription() || a.ServiceURL != "https://z.example" || a.Path != "x" {
		t.Errorf("the API is %+v", a)
	}
	f.load(Import{APIID: "x", Path: "y", Data: data, DisplayName: "Named", ServiceURL: "https://s.example"})
	f.get("/apis/x;rev=1", &a)
	if a.DisplayName != "Named" || a.NeedsSubscription() || a.ServiceURL != "https://s.example" || a.Path != "y" {
		t.Errorf("after the second import the API is %+v", a)
	}
}

func TestARevisionIsImportedBesideTheCurrentOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.load(Import{APIID: "x", Path: "x", Data: descriptionOf("One", [3]string{"a", "get", "/a"})})
	r := f.load(Import{APIID: "x;rev=2", Path: "x", Data: descriptionOf("Two", [3]string{"b", "get", "/b"})})
	var a apim.API
	f.get("/apis/x;rev=2", &a)
	if r.API != "/apis/x;rev=2" || !r.Created || a.IsCurrent || a.APIRevision != "2" {
		t.Errorf("the result is %+v, the API %+v", r, a)
	}
	if got := f.operations("/apis/x"); !slices.Equal(got, []string{"a"}) {
		t.Errorf("the current revision has %v", got)
	}
}

func TestImportsThatCannotBeChangeNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	good := descriptionOf("One", [3]string{"a", "get", "/a"})
	f.load(Import{APIID: "taken", Path: "Taken", Data: good})
	var seq int64
	f.view(func(tx *store.Tx) (err error) { seq, err = tx.LastSeq(); return err })
	for _, c := range []struct {
		name   string
		in     Import
		target string // of the violation; "": a conflict
	}{
		{"a path that another API has", Import{APIID: "x", Path: "taken", Data: good}, ""},
		{"a product that does not exist", Import{APIID: "x", Path: "x", Data: good, Products: []string{"none"}}, "products"},
		{"a version set that does not exist", Import{APIID: "x", Path: "x", Data: good, API: &apim.API{APIVersion: "v1", APIVersionSetID: "/apiVersionSets/none"}}, "apiVersionSetId"},
		{"a bad id", Import{APIID: "a b", Path: "x", Data: good}, "id"},
		{"no id", Import{Path: "x", Data: good}, "id"},
		{"a bad path", Import{APIID: "x", Path: "a?b", Data: good}, "path"},
		{"an unknown format", Import{APIID: "x", Path: "x", Data: good, Format: "raml"}, "format"},
		{"a bad description", Import{APIID: "x", Path: "x", Data: []byte("{")}, "1:"},
	} {
		_, err := f.Import(t.Context(), actor, c.in)
		var invalid *apim.InvalidError
		switch {
		case c.target == "" && !errors.Is(err, apim.ErrConflict):
			t.Errorf("%s: %v, want a conflict", c.name, err)
		case c.target != "" && (!errors.As(err, &invalid) || !strings.HasPrefix(invalid.Violations[0].Target, c.target)):
			t.Errorf("%s: %v, want an error of %s", c.name, err, c.target)
		}
	}
	f.view(func(tx *store.Tx) error {
		last, err := tx.LastSeq()
		if last != seq {
			t.Errorf("the failed imports wrote changes %d to %d", seq+1, last)
		}
		return err
	})
}
