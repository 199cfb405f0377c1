package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestADocumentIsReadAsItWasPut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		// Spaces, order, numbers, escapes, nulls: nothing is normalized.
		body := json.RawMessage("{ \"b\": 1.50e+2,\n\t\"a\": null, \"\\u00e9\": \"é \\u0000 𝄞\", \"b\": 12345678901234567890 }")
		extra := json.RawMessage(`{"x-y": [ ]}`)
		d := &store.Document{Ref: "/workspaces/W/apis/Echo;rev=1/operations/Get", Body: body, Extra: extra}
		update(t, s, func(tx *store.Tx) error { return tx.Put(d) })
		if d.Seq <= 0 || d.ETag == "" {
			t.Errorf("after the update the document has seq %d, etag %q", d.Seq, d.ETag)
		}
		view(t, s, func(tx *store.Tx) error {
			got, err := tx.Get("/WORKSPACES/w/apis/echo;rev=1/operations/GET")
			if err != nil {
				return err
			}
			same(t, "document", got, &store.Document{
				Ref: "/workspaces/W/apis/Echo;rev=1/operations/Get", Kind: "apis/operations",
				Parent: "/workspaces/w/apis/echo;rev=1", Workspace: "W", Name: "Get",
				Body: body, Extra: extra, ETag: d.ETag, Seq: d.Seq, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
			})
			if string(got.Body) != string(body) {
				t.Errorf("the body came back as %q", got.Body)
			}
			return nil
		})
	})
}

func TestReplacingKeepsSpellingAndBirthdayAndChangesETagAndSeq(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := doc("/products/Starter")
		update(t, s, func(tx *store.Tx) error { return tx.Put(first) })
		for _, write := range []func(*store.Tx, *store.Document) error{
			func(tx *store.Tx, d *store.Document) error { return tx.Put(d) },
			func(tx *store.Tx, d *store.Document) error { return tx.PutAll([]*store.Document{d}) },
		} {
			second := &store.Document{Ref: "/products/STARTER", Body: json.RawMessage(`{}`)}
			update(t, s, func(tx *store.Tx) error { return write(tx, second) })
			if second.Ref != "/products/Starter" || second.Name != "Starter" || !second.CreatedAt.Equal(first.CreatedAt) {
				t.Errorf("replaced: %s, %s, created %v; first created %v", second.Ref, second.Name, second.CreatedAt, first.CreatedAt)
			}
			if second.ETag == first.ETag || second.Seq <= first.Seq || second.UpdatedAt.Before(first.UpdatedAt) {
				t.Errorf("replaced: etag %s seq %d; before %s %d", second.ETag, second.Seq, first.ETag, first.Seq)
			}
		}
	})
}

func TestPutRefusesWhatCannotBeStored(t *testing.T) {
	ok := json.RawMessage(`{}`)
	tests := map[string]*store.Document{
		"no ref":                       {Body: ok},
		"a collection":                 {Ref: "/apis", Body: ok},
		"an empty name":                {Ref: "/apis/", Body: ok},
		"a path without a first slash": {Ref: "apis/x", Body: ok},
		"a control character":          {Ref: "/apis/a\x00b", Body: ok},
		"a name that is not UTF-8":     {Ref: "/apis/a\xff", Body: ok},
		"no body":                      {Ref: "/apis/x"},
		"a body that is not JSON":      {Ref: "/apis/x", Body: json.RawMessage(`{`)},
		"a body that is not UTF-8":     {Ref: "/apis/x", Body: json.RawMessage("\"\xff\"")},
		"an extra that is not JSON":    {Ref: "/apis/x", Body: ok, Extra: json.RawMessage(``)},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, d := range tests {
			err := s.Update(t.Context(), admin, func(tx *store.Tx) error { return tx.Put(d) })
			var invalid *apim.InvalidError
			if !errors.As(err, &invalid) {
				t.Errorf("%s: error %v, want an InvalidError", name, err)
			}
		}
		err := s.Update(t.Context(), admin, func(tx *store.Tx) error {
			return tx.PutAll([]*store.Document{doc("/apis/x"), doc("/apis/X")})
		})
		var invalid *apim.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("the same document twice in PutAll: error %v, want an InvalidError", err)
		}
		if n := len(changes(t, s, 0)); n != 0 {
			t.Errorf("refused writes left %d changes", n)
		}
	})
}

func TestAHostileNameIsNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/apis/a")
		for _, ref := range []apim.Ref{"", "/", "apis", "/apis/a\x00", "/apis/\xff", "/apis/a'--", "/apis/%", "/apis/../apis/a"} {
			view(t, s, func(tx *store.Tx) error {
				_, err := tx.Get(ref)
				wantError(t, string(ref), err, apim.ErrNotFound)
				_, err = tx.List("apis", ref)
				_, err2 := tx.Links(apim.TagLink, ref)
				_, err3 := tx.SchemaParts(ref, []string{string(ref)})
				return errors.Join(err, err2, err3)
			})
		}
	})
}

func TestCollectionsAreListedByKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/apis/b;rev=1", "/apis/A;rev=1", "/apis/a-b;rev=1", "/apis/Z_;rev=1", "/apis/é;rev=1",
			"/apis/b;rev=1/operations/y", "/apis/b;rev=1/operations/X", "/apis/A;rev=1/operations/m", "/products/p",
			"/workspaces/w/apis/in;rev=1")
		view(t, s, func(tx *store.Tx) error {
			apis, err := tx.List("apis", "")
			same(t, "apis, by bytes of their keys", refs(apis), []apim.Ref{
				"/apis/a-b;rev=1", "/apis/A;rev=1", "/apis/b;rev=1", "/apis/Z_;rev=1", "/apis/é;rev=1"})
			inW, err2 := tx.List("apis", "/workspaces/w")
			same(t, "apis of the workspace", refs(inW), []apim.Ref{"/workspaces/w/apis/in;rev=1"})
			ops, err3 := tx.List("APIS/operations", "/apis/B;rev=1")
			same(t, "operations", refs(ops), []apim.Ref{"/apis/b;rev=1/operations/X", "/apis/b;rev=1/operations/y"})
			all, err4 := tx.ListAll("apis/operations")
			same(t, "all operations", refs(all), []apim.Ref{"/apis/A;rev=1/operations/m", "/apis/b;rev=1/operations/X", "/apis/b;rev=1/operations/y"})
			none, err5 := tx.List("tags", "")
			same(t, "tags", refs(none), []apim.Ref{})
			n, err6 := tx.Count("apis/operations", "/apis/b;rev=1")
			same(t, "count", n, 2)
			return errors.Join(err, err2, err3, err4, err5, err6)
		})
	})
}

func TestScanSeesEveryDocumentOnceAndMayReadMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var ds []*store.Document
		for api := range 3 {
			for op := range 451 {
				ds = append(ds, doc(apim.Ref(fmt.Sprintf("/apis/a%d;rev=1/operations/op%d", api, op))))
			}
		}
		update(t, s, func(tx *store.Tx) error { return tx.PutAll(ds) })
		for i, d := range ds[1:] {
			if d.Seq <= ds[i].Seq {
				t.Fatalf("PutAll numbers document %d %d after %d: not in the order given", i+1, d.Seq, ds[i].Seq)
			}
		}
		seen := map[apim.Key]int{}
		view(t, s, func(tx *store.Tx) error {
			return tx.Scan("apis/operations", func(d *store.Document) error {
				seen[d.Key()]++
				_, err := tx.Get(d.Ref)
				return err
			})
		})
		for _, d := range ds {
			if seen[d.Key()] != 1 {
				t.Fatalf("%s was seen %d times", d.Ref, seen[d.Key()])
			}
		}
	})
}

func TestDeleteTakesEverythingOfTheDocument(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/users/u", "/groups/g", "/products/p")
		update(t, s, func(tx *store.Tx) error {
			_, err := tx.Link(apim.GroupUser, "/groups/g", "/users/u")
			_, err2 := tx.Link(apim.TagLink, "/users/u", "/tags/t")
			return errors.Join(err, err2, tx.SetPassword("/users/u", "hash"), tx.SetSecret("/users/u", "token", "x"))
		})
		before := lastSeq(t, s)
		update(t, s, func(tx *store.Tx) error { return tx.Delete("/users/U") })
		same(t, "changes", changes(t, s, before), []string{"delete /users/u", "link /users/u", "link /groups/g"})
		view(t, s, func(tx *store.Tx) error {
			_, err := tx.Get("/users/u")
			wantError(t, "get", err, apim.ErrNotFound)
			_, err = tx.Password("/users/u")
			wantError(t, "password", err, apim.ErrNotFound)
			_, err = tx.Secret("/users/u", "token")
			wantError(t, "secret", err, apim.ErrNotFound)
			back, err := tx.Backlinks(apim.TagLink, "/tags/t")
			members, err2 := tx.Links(apim.GroupUser, "/groups/g")
			same(t, "links left", len(back)+len(members), 0)
			return errors.Join(err, err2)
		})
		err := s.Update(t.Context(), admin, func(tx *store.Tx) error { return tx.Delete("/users/u") })
		wantError(t, "delete again", err, apim.ErrNotFound)
	})
}

func TestDeleteTreeTakesWhatIsBelowAndNothingBeside(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/apis/x;rev=1", "/apis/x;rev=1/operations/a", "/apis/x;rev=1/operations/a/policies/policy",
			"/apis/x;rev=10", "/apis/x;rev=10/operations/a", "/apis/x;rev=1-/operations/a", "/apis/x;rev=1.z", "/products/p")
		update(t, s, func(tx *store.Tx) error {
			_, err := tx.Link(apim.TagLink, "/apis/x;rev=1/operations/a", "/tags/t")
			parts := map[string]json.RawMessage{"Pet": json.RawMessage(`{}`)}
			return errors.Join(err, tx.PutSchemaParts("/apis/x;rev=1", "s", parts), tx.PutSchemaParts("/apis/x;rev=10", "s", parts))
		})
		before := lastSeq(t, s)
		update(t, s, func(tx *store.Tx) error { return tx.DeleteTree("/apis/X;rev=1") })
		same(t, "number of changes", len(changes(t, s, before)), 4)
		view(t, s, func(tx *store.Tx) error {
			apis, err := tx.ListAll("apis")
			same(t, "apis", refs(apis), []apim.Ref{"/apis/x;rev=1.z", "/apis/x;rev=10"})
			ops, err2 := tx.ListAll("apis/operations")
			same(t, "operations", refs(ops), []apim.Ref{"/apis/x;rev=1-/operations/a", "/apis/x;rev=10/operations/a"})
			links, err3 := tx.AllLinks(apim.TagLink)
			same(t, "links", len(links), 0)
			gone, err4 := tx.SchemaPartNames("/apis/x;rev=1")
			kept, err5 := tx.SchemaPartNames("/apis/x;rev=10")
			same(t, "schema parts", [2]int{len(gone), len(kept)}, [2]int{0, 1})
			return errors.Join(err, err2, err3, err4, err5)
		})
		before = lastSeq(t, s)
		update(t, s, func(tx *store.Tx) error { return tx.DeleteTree("/apis/x;rev=1") })
		same(t, "deleting nothing is no change", lastSeq(t, s), before)
	})
}

func TestCollectionSeqChangesWithEveryChangeOfTheCollection(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		read := func() (seq int64) {
			view(t, s, func(tx *store.Tx) (err error) {
				seq, err = tx.CollectionSeq("products", "")
				return err
			})
			return seq
		}
		seen := map[int64]bool{read(): true}
		step := func(name string, changes bool, fn func(tx *store.Tx) error) {
			update(t, s, fn)
			if now := read(); seen[now] == changes {
				t.Errorf("%s: the number is %d; seen before: %v", name, now, seen[now])
			} else {
				seen[now] = true
			}
		}
		step("put", true, func(tx *store.Tx) error {
			err := tx.Put(doc("/products/p"))
			if seq, err := tx.CollectionSeq("products", ""); err != nil || seq >= 0 {
				t.Errorf("inside the transaction: %d, %v, want a negative number", seq, err)
			}
			return err
		})
		step("put another", true, func(tx *store.Tx) error { return tx.Put(doc("/products/q")) })
		step("delete the newest", true, func(tx *store.Tx) error { return tx.Delete("/products/q") })
		step("put elsewhere", false, func(tx *store.Tx) error { return tx.Put(doc("/products/p/policies/policy")) })
		step("put and undo", false, func(tx *store.Tx) error { return nil })
		step("delete the tree", true, func(tx *store.Tx) error { return tx.DeleteTree("/products/p") })
	})
}

func TestKindSeqChangesWithEveryChangeOfTheKindAnywhere(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		last := int64(-1)
		for _, step := range []struct {
			name    string
			changes bool
			do      func(tx *store.Tx) error
		}{
			{"put", true, func(tx *store.Tx) error { return tx.Put(doc("/contentTypes/page/contentItems/a")) }},
			{"put under another parent", true, func(tx *store.Tx) error { return tx.Put(doc("/contentTypes/blob/contentItems/a")) }},
			{"put another kind", false, func(tx *store.Tx) error { return tx.Put(doc("/contentTypes/page")) }},
			{"put another portal's", false, func(tx *store.Tx) error { return tx.Put(doc("/portals/x/contentTypes/page/contentItems/a")) }},
			{"delete the older", true, func(tx *store.Tx) error { return tx.Delete("/contentTypes/page/contentItems/a") }},
		} {
			update(t, s, step.do)
			view(t, s, func(tx *store.Tx) error {
				now, err := tx.KindSeq(apim.ContentItems.Path)
				if changed := now != last; changed != step.changes {
					t.Errorf("%s: the number goes from %d to %d", step.name, last, now)
				}
				last = now
				return err
			})
		}
	})
}

func TestAnUpdateThatFailsLeavesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/tags/kept")
		before := lastSeq(t, s)
		boom := errors.New("boom")
		err := s.Update(t.Context(), admin, func(tx *store.Tx) error {
			return errors.Join(tx.Put(doc("/tags/lost")), tx.Delete("/tags/kept"), tx.SetMeta("m", "v"), boom)
		})
		wantError(t, "update", err, boom)
		view(t, s, func(tx *store.Tx) error {
			tags, err := tx.List("tags", "")
			same(t, "tags", refs(tags), []apim.Ref{"/tags/kept"})
			meta, err2 := tx.Meta("m")
			same(t, "meta", meta, "")
			return errors.Join(err, err2)
		})
		same(t, "last change", lastSeq(t, s), before)
	})
}

func TestAViewIsOneSnapshotAndWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/tags/a")
		view(t, s, func(tx *store.Tx) error {
			n, err := tx.Count("tags", "")
			put(t, s, "/tags/b")
			again, err2 := tx.Count("tags", "")
			same(t, "tags, before and after a commit elsewhere", [2]int{n, again}, [2]int{1, 1})
			if err := tx.Put(doc("/tags/c")); err == nil {
				t.Error("Put in a View succeeded")
			}
			if err := tx.Exec(`DELETE FROM document`); err == nil {
				t.Error("Exec in a View succeeded")
			}
			return errors.Join(err, err2)
		})
	})
}

func TestAnUpdateInsideAnUpdateFailsInsteadOfHanging(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		err := s.Update(t.Context(), admin, func(tx *store.Tx) error {
			return s.Update(tx.Context(), admin, func(*store.Tx) error { return nil })
		})
		if err == nil {
			t.Error("it succeeded")
		}
	})
}

func TestTimesAreUTCMicroseconds(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		opt := storetest.Options()
		opt.Now = func() time.Time {
			return time.Date(2031, 2, 3, 4, 5, 6, 789123999, time.FixedZone("", 3600))
		}
		s, err := db.Open(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		put(t, s, "/tags/a")
		view(t, s, func(tx *store.Tx) error {
			d, err := tx.Get("/tags/a")
			want := time.Date(2031, 2, 3, 3, 5, 6, 789123000, time.UTC)
			if err == nil && (d.CreatedAt != want || d.UpdatedAt != want) {
				t.Errorf("created %v, updated %v, want %v", d.CreatedAt, d.UpdatedAt, want)
			}
			return err
		})
	})
}
