package apis_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// fixture is a store and what writes APIs to it.
type fixture struct {
	t *testing.T
	*apis.Service
}

func newFixture(t *testing.T, s *store.Store) *fixture {
	t.Helper()
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{t, &apis.Service{Store: s, Blobs: blobs}}
}

var actor = store.Actor{Name: "test"}

// write writes an API with properties, and with a description unless that is "".
func (f *fixture) write(ref apim.Ref, properties map[string]any, description string, products ...apim.Ref) (*apis.Result, error) {
	f.t.Helper()
	if description != "" {
		properties["format"], properties["value"] = "openapi", description
	}
	body, err := json.Marshal(properties)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.Write(f.t.Context(), actor, apis.Request{Ref: ref, Properties: body, Products: products})
}

func (f *fixture) must(ref apim.Ref, properties map[string]any, description string, products ...apim.Ref) *apis.Result {
	f.t.Helper()
	r, err := f.write(ref, properties, description, products...)
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *fixture) update(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.Store.Update(f.t.Context(), actor, fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) view(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.Store.View(f.t.Context(), fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) api(ref apim.Ref) (a apim.API) {
	f.t.Helper()
	f.view(func(tx *store.Tx) error {
		_, err := tx.Decode(ref, &a)
		return err
	})
	return a
}

func (f *fixture) links(kind apim.LinkKind, from apim.Ref) (keys []string) {
	f.t.Helper()
	f.view(func(tx *store.Tx) error {
		refs, err := tx.Links(kind, from)
		for _, r := range refs {
			keys = append(keys, string(r.Key()))
		}
		return err
	})
	return keys
}

type object = map[string]any

const library = `openapi: 3.0.3
info: {title: Library, description: Lends books.}
servers: [{url: https://eu.library.example/v1}]
paths:
  /books: {get: {operationId: list, tags: [Books], responses: {"200": {description: ok}}}}
`

func TestAnImportedDescriptionIsAnAPI(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFixture(t, s)
		f.update(func(tx *store.Tx) error {
			_, err := apis.PutProduct(tx, apim.ProductRef("all"), nil, &apim.Product{DisplayName: "All"})
			return err
		})
		r := f.must("/apis/Library", object{"path": "/lib/"}, library, "/products/ALL")
		if r.API != "/apis/Library" || r.Document.Ref != "/apis/Library;rev=1" || !r.Created || r.Operations != 1 {
			t.Errorf("the result is %+v", r)
		}
		a := f.api("/apis/library;rev=1")
		if a.DisplayName != "Library" || a.Path != "lib" || !a.IsCurrent || a.APIRevision != "1" || a.Type != "http" ||
			a.ServiceURL != "https://eu.library.example/v1" || !a.NeedsSubscription() {
			t.Errorf("the API is %+v", a)
		}
		for _, l := range []struct {
			kind       apim.LinkKind
			from, want apim.Ref
		}{
			{apim.CurrentRevision, "/apis/library", "/apis/library;rev=1"}, {apim.ProductAPI, "/products/all", "/apis/library"},
			{apim.TagLink, "/apis/library;rev=1/operations/list", "/tags/books"},
		} {
			if got := f.links(l.kind, l.from); !slices.Equal(got, []string{string(l.want)}) {
				t.Errorf("%s is linked to %v, want %s", l.from, got, l.want)
			}
		}
		f.checkOriginal(r.Document)
	})
}

func (f *fixture) checkOriginal(doc *store.Document) {
	f.t.Helper()
	extra, err := apidoc.ReadExtra(doc.Extra)
	if err != nil {
		f.t.Fatal(err)
	}
	r, info, err := f.Blobs.Get(f.t.Context(), extra.Original)
	if err != nil {
		f.t.Fatal(err)
	}
	defer r.Close()
	if kept, err := io.ReadAll(r); err != nil || !bytes.Equal(kept, []byte(library)) || info.ContentType != "application/yaml" {
		f.t.Errorf("the original has %d bytes of %s, %v", len(kept), info.ContentType, err)
	}
}

func TestWhatTheCallerSaysWins(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.must("/apis/x", object{"path": "x", "description": "Ours.", "subscriptionRequired": false, "serviceUrl": "https://z.example", "displayName": ""}, library)
	if a := f.api("/apis/x;rev=1"); a.DisplayName != "Library" || a.Description != "Ours." || a.NeedsSubscription() || a.ServiceURL != "https://z.example" || a.Path != "x" {
		t.Errorf("the API is %+v", a)
	}
	f.must("/apis/x", object{"path": "y", "displayName": "Named", "serviceUrl": "https://s.example"}, library)
	if a := f.api("/apis/x;rev=1"); a.DisplayName != "Named" || a.NeedsSubscription() || a.ServiceURL != "https://s.example" || a.Path != "y" {
		t.Errorf("after the second import the API is %+v", a)
	}
}

func TestARevisionIsImportedBesideTheCurrentOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.must("/apis/x", object{"path": "x"}, library)
	r := f.must("/apis/x;rev=2", object{"path": "x"}, library)
	if a := f.api("/apis/x;rev=2"); !r.Created || a.IsCurrent || a.APIRevision != "2" {
		t.Errorf("the result is %+v, the API %+v", r, a)
	}
	if got := f.links(apim.CurrentRevision, "/apis/x"); !slices.Equal(got, []string{"/apis/x;rev=1"}) {
		t.Errorf("the alias means %v", got)
	}
}

func TestWritesThatCannotBeChangeNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.must("/apis/taken", object{"path": "Taken"}, library)
	var seq int64
	f.view(func(tx *store.Tx) (err error) { seq, err = tx.LastSeq(); return err })
	for _, c := range []struct {
		name        string
		ref         apim.Ref
		properties  object
		description string
		product     apim.Ref
		target      string // of the violation; "": a conflict
	}{
		{"a path that another API has", "/apis/x", object{"path": "taken"}, library, "", ""},
		{"a product that does not exist", "/apis/x", object{"path": "x"}, library, "/products/none", "products"},
		{"a version set that does not exist", "/apis/x", object{"path": "x", "apiVersion": "v1", "apiVersionSetId": "/apiVersionSets/none"}, library, "", "apiVersionSetId"},
		{"a bad id", "/apis/a b", object{"path": "x"}, library, "", "name"},
		{"no id", "/apis/", object{"path": "x"}, "", "", "name"},
		{"an id with a slash", "/apis/a/b", object{"path": "x"}, "", "", "name"},
		{"a bad path", "/apis/x", object{"path": "a?b"}, library, "", "path"},
		{"a path that names a revision", "/apis/x", object{"path": "taken;rev=2"}, library, "", "path"},
		{"no path", "/apis/x", object{}, "", "", "path"},
		{"an unknown format", "/apis/x", object{"path": "x", "format": "raml", "value": library}, "", "", "format"},
		{"a bad description", "/apis/x", object{"path": "x"}, "{", "", "1:"},
	} {
		var products []apim.Ref
		if c.product != "" {
			products = []apim.Ref{c.product}
		}
		_, err := f.write(c.ref, c.properties, c.description, products...)
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
			t.Errorf("the failed writes wrote changes %d to %d", seq+1, last)
		}
		return err
	})
}
