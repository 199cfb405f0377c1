package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestLinksRunBothWays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			created, err := tx.Link(apim.ProductAPI, "/products/P", "/apis/B")
			again, err2 := tx.Link(apim.ProductAPI, "/products/p", "/apis/b")
			_, err3 := tx.Link(apim.ProductAPI, "/products/p", "/apis/a")
			_, err4 := tx.Link(apim.ProductAPI, "/products/q", "/apis/a")
			_, err5 := tx.Link(apim.TagLink, "/products/p", "/tags/a")
			same(t, "created", [2]bool{created, again}, [2]bool{true, false})
			return errors.Join(err, err2, err3, err4, err5)
		})
		view(t, s, func(tx *store.Tx) error {
			apis, err := tx.Links(apim.ProductAPI, "/products/P")
			same(t, "APIs of p", apis, []apim.Ref{"/apis/a", "/apis/b"})
			products, err2 := tx.Backlinks(apim.ProductAPI, "/apis/A")
			same(t, "products of a", products, []apim.Ref{"/products/p", "/products/q"})
			all, err3 := tx.AllLinks(apim.ProductAPI)
			same(t, "all", all, []store.LinkRow{
				{From: "/products/p", To: "/apis/a"}, {From: "/products/p", To: "/apis/b"}, {From: "/products/q", To: "/apis/a"}})
			has, err4 := tx.HasLink(apim.ProductAPI, "/products/q", "/apis/A")
			hasNot, err5 := tx.HasLink(apim.ProductAPI, "/apis/a", "/products/q")
			same(t, "has", [2]bool{has, hasNot}, [2]bool{true, false})
			return errors.Join(err, err2, err3, err4, err5)
		})
		before := lastSeq(t, s)
		update(t, s, func(tx *store.Tx) error {
			removed, err := tx.Unlink(apim.ProductAPI, "/products/P", "/apis/A")
			again, err2 := tx.Unlink(apim.ProductAPI, "/products/p", "/apis/a")
			same(t, "removed", [2]bool{removed, again}, [2]bool{true, false})
			return errors.Join(err, err2)
		})
		same(t, "changes", changes(t, s, before), []string{"link /products/p"})
	})
}

func TestLinkAllLinksManyAndTellsEachFromSideOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var rows []store.LinkRow
		for i := range 150 {
			rows = append(rows, store.LinkRow{From: apim.Key(fmt.Sprintf("/apis/x;rev=1/operations/op%d", i/2)), To: apim.Key(fmt.Sprintf("/tags/t%d", i%2))})
		}
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.LinkAll(apim.TagLink, rows), tx.LinkAll(apim.TagLink, rows[:3]), tx.LinkAll(apim.TagLink, nil))
		})
		view(t, s, func(tx *store.Tx) error {
			all, err := tx.AllLinks(apim.TagLink)
			same(t, "links", len(all), 150)
			return err
		})
		same(t, "changes", len(changes(t, s, 0)), 75+2)
	})
}

func TestResolveAPIFollowsTheCurrentRevision(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "/apis/Echo;rev=2", "/workspaces/W/apis/Echo;rev=1")
		update(t, s, func(tx *store.Tx) error {
			_, err := tx.Link(apim.CurrentRevision, "/apis/echo", "/apis/echo;rev=2")
			_, err2 := tx.Link(apim.CurrentRevision, "/workspaces/w/apis/echo", "/workspaces/w/apis/echo;rev=1")
			return errors.Join(err, err2)
		})
		tests := map[apim.Ref]apim.Ref{
			"/apis/ECHO":                             "/apis/Echo;rev=2",
			"/apis/echo/operations/Get/policies/x":   "/apis/Echo;rev=2/operations/Get/policies/x",
			"/apis/echo;rev=1/operations/Get":        "/apis/echo;rev=1/operations/Get",
			"/workspaces/w/apis/echo/operations/Get": "/workspaces/W/apis/Echo;rev=1/operations/Get",
			"/products/p":                            "/products/p",
			"/products/p/apis/echo":                  "/products/p/apis/echo",
			"/workspaces/w/products/p":               "/workspaces/w/products/p",
		}
		view(t, s, func(tx *store.Tx) error {
			for ref, want := range tests {
				got, err := tx.ResolveAPI(ref)
				if err != nil || got != want {
					t.Errorf("%s resolves to %s, %v; want %s", ref, got, err, want)
				}
			}
			_, err := tx.ResolveAPI("/apis/absent/operations/x")
			wantError(t, "an API that is absent", err, apim.ErrNotFound)
			return nil
		})
	})
}
