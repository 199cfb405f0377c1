package search_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

var tester = store.Actor{Name: "test"}

func everything(apim.Ref) bool { return true }

// put stores a resource as JSON.
func put(t testing.TB, tx *store.Tx, ref apim.Ref, body, extra any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	d := &store.Document{Ref: ref, Body: data}
	if extra != nil {
		if d.Extra, err = json.Marshal(extra); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Put(d); err != nil {
		t.Fatal(err)
	}
}

func putAPI(t testing.TB, tx *store.Tx, id, title, path, description string) {
	t.Helper()
	put(t, tx, apim.RevisionRef(apim.Name(id), "1"), apim.API{DisplayName: title, Path: path, Description: description, IsCurrent: true}, nil)
	if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), apim.RevisionRef(apim.Name(id), "1")); err != nil {
		t.Fatal(err)
	}
}

func putOperation(t testing.TB, tx *store.Tx, api, id, title, method, path, description string) {
	t.Helper()
	put(t, tx, apim.OperationRef(apim.RevisionRef(apim.Name(api), "1"), apim.Name(id)),
		apim.Operation{DisplayName: title, Method: method, URLTemplate: path, Description: description}, nil)
}

// putSchemas stores an API revision's definitions as importing does.
func putSchemas(t testing.TB, tx *store.Tx, revision apim.Ref, parts map[string]json.RawMessage) {
	t.Helper()
	put(t, tx, revision+"/schemas/openapi", map[string]any{"contentType": "application/vnd.oai.openapi.components+json"}, nil)
	if err := tx.PutSchemaParts(revision, "openapi", parts); err != nil {
		t.Fatal(err)
	}
}

func tag(t testing.TB, tx *store.Tx, id, title string, on ...apim.Ref) {
	t.Helper()
	put(t, tx, apim.TagRef(apim.Name(id)), apim.Tag{DisplayName: title}, nil)
	for _, ref := range on {
		if _, err := tx.Link(apim.TagLink, ref, apim.TagRef(apim.Name(id))); err != nil {
			t.Fatal(err)
		}
	}
}

func update(t testing.TB, s *store.Store, fn func(tx *store.Tx)) {
	t.Helper()
	if err := s.Update(t.Context(), tester, func(tx *store.Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

// fixture is a small catalog of which the queries below know the right answers.
func fixture(t testing.TB, tx *store.Tx) {
	putAPI(t, tx, "parcels", "Parcel Tracking", "logistics/parcels", "Follow parcels on their way. <b>Webhooks</b> tell of every scan.")
	for _, op := range [][5]string{
		{"list-parcels", "List parcels", "GET", "/parcels", "Returns parcels of the signed-in customer, newest first."},
		{"get-parcel", "Get a parcel", "GET", "/parcels/{parcelId}", "One parcel with its scans."},
		{"createParcel", "Create a parcel", "POST", "/parcels", "Announces a parcel and returns its label as PDF."},
		{"cancel", "Cancel a parcel", "POST", "/parcels/{parcelId}/cancel", "Only before the first scan."},
		{"list-scans", "List scans of a parcel", "GET", "/parcels/{parcelId}/scans", "Every place it was seen at."},
		{"subscribe", "Subscribe to events", "POST", "/webhooks", "Calls your server on each scan."},
	} {
		putOperation(t, tx, "parcels", op[0], op[1], op[2], op[3], op[4])
	}
	putAPI(t, tx, "users", "User Directory", "directory", "People and their teams.")
	for _, op := range [][5]string{
		{"listUsers", "List users", "GET", "/users", "All users, also blocked ones."},
		{"get-user", "Get a user", "GET", "/users/{id}", "By id."},
		{"user-repositories", "List repositories for a user", "GET", "/users/{id}/repos", "Public repositories only."},
		{"delete-user", "Delete a user", "DELETE", "/users/{id}", "Cancels open parcels first."},
		{"oauth2-token", "Exchange an OAuth2Token", "POST", "/oauth2/token", "For machines."},
		{"größe", "Größe des Verzeichnisses", "GET", "/size", "Zählt Nutzer."},
	} {
		putOperation(t, tx, "users", op[0], op[1], op[2], op[3], op[4])
	}
	putAPI(t, tx, "secret", "Internal Users", "internal", "Not for guests.")
	putOperation(t, tx, "secret", "list", "List users", "GET", "/users", "")
	withBody := apim.Operation{
		DisplayName: "Weigh a parcel", Method: "POST", URLTemplate: "/weigh",
		TemplateParameters: []apim.Parameter{{Name: "scaleId", Description: "Which of the balances."}},
		Request: &apim.Request{
			QueryParameters: []apim.Parameter{{Name: "roundTo"}}, Headers: []apim.Parameter{{Name: "X-Calibrated"}},
			Representations: []apim.Representation{{TypeName: "Weighing", FormParameters: []apim.Parameter{{Name: "photograph"}}}},
		},
		Responses: []apim.Response{{Representations: []apim.Representation{{TypeName: "WeighedParcel"}}}},
	}
	put(t, tx, apim.OperationRef(apim.RevisionRef("parcels", "1"), "weigh"), withBody, nil)
	putSchemas(t, tx, apim.RevisionRef("parcels", "1"), map[string]json.RawMessage{
		"Weighing":    json.RawMessage(`{"type":"object","description":"What the <b>scales</b> say.","properties":{"tareGrams":{"type":"integer"}}}`),
		"Consignment": json.RawMessage(`{"type":"object"}`), "consignment": json.RawMessage(`true`),
	})
	put(t, tx, apim.ProductRef("starter"), apim.Product{DisplayName: "Starter", Description: "Parcel tracking for small shops."}, nil)
	tag(t, tx, "billing", "Invoicing", apim.OperationRef(apim.RevisionRef("parcels", "1"), "createParcel"), apim.APIRef("users"))
}

// name is how the tests write a hit.
func name(h search.Hit) string {
	switch h.Kind {
	case search.KindOperation:
		return string(h.APIID) + "/" + h.Name
	case search.KindSchema:
		return string(h.APIID) + "#" + h.Name
	}
	return h.Kind + ":" + h.Name
}

func names(hits []search.Hit) []string {
	all := make([]string, len(hits))
	for i, h := range hits {
		all[i] = name(h)
	}
	return all
}

func synced(t testing.TB, s *store.Store) *search.Index {
	t.Helper()
	x := search.New(s, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err := x.Sync(t.Context()); err != nil {
		t.Fatalf("index: %v", err)
	}
	return x
}

func find(t testing.TB, x *search.Index, text string, visible func(apim.Ref) bool, limit int) []search.Hit {
	t.Helper()
	hits, err := x.Query(t.Context(), text, visible, limit)
	if err != nil {
		t.Fatalf("search for %q: %v", text, err)
	}
	return hits
}

// conformance are queries and what must come first, in order.
var conformance = []struct{ query, top string }{
	{"parcel tracking", "api:parcels"},
	{"list parcels", "parcels/list-parcels"},
	{"parcels list", "parcels/list-parcels"},
	{"listparcels", "parcels/list-parcels"},
	{"list-parcels", "parcels/list-parcels"},
	{"createParcel", "parcels/createParcel"},
	{"creating parcels", "parcels/createParcel"},
	{"create a parcel", "parcels/createParcel"},
	{"cancelled parcel", "parcels/cancel users/delete-user"},
	{"/parcels/{parcelId}/scans", "parcels/list-scans"},
	{"GET /parcels", "parcels/list-parcels"},
	{"POST /parcels", "parcels/createParcel"},
	{"webhook", "parcels/subscribe api:parcels"},
	{"label pdf", "parcels/createParcel"},
	{"logistics", "api:parcels"},
	{"starter", "product:starter"},
	{"user directory", "api:users"},
	{"get user", "users/get-user"},
	{"repositories", "users/user-repositories"},
	{"reposit", "users/user-repositories"},
	{"oauth", "users/oauth2-token"},
	{"oauth2", "users/oauth2-token"},
	{"token", "users/oauth2-token"},
	{"grosse verzeichnis", "users/größe"},
	{"GRÖẞE", "users/größe"},
	{"zahlt", "users/größe"},
	{"invoicing", "api:users parcels/createParcel"},
	{"how do i delete a user", "users/delete-user"},
	{"directory delete", "users/delete-user"},
	// parameters and types
	{"scaleId", "parcels/weigh"},
	{"which balances", "parcels/weigh"},
	{"roundTo", "parcels/weigh"},
	{"x-calibrated", "parcels/weigh"},
	{"photograph", "parcels/weigh"},
	{"weighed parcel", "parcels/weigh"},
	{"Weighing", "parcels#Weighing parcels/weigh"},
	{"scales say", "parcels#Weighing"},
	{"tareGrams", "parcels#Weighing"},
	{"consignmnet", "parcels#Consignment"},
	// typing errors
	{"repositries", "users/user-repositories"},
	{"reopsitories", "users/user-repositories"},
	{"pracel cancel", "parcels/cancel"},
	{"lsit parcels", ""}, // checked below: anything with parcels
	{"subscirbe", "parcels/subscribe"},
	{"direktory", "api:users"},
	// any word when not all are found together
	{"webhook repositories unicorn", "users/user-repositories"},
	{"unicorn", ""},
	{"", ""},
	{"/ - {}", ""},
	{`"'; DROP TABLE search_fts; --`, ""},
}

func TestQueriesFindWhatTheyMean(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) { fixture(t, tx) })
		x := synced(t, s)
		notSecret := func(ref apim.Ref) bool { return ref.Key() != "/apis/secret" }
		for _, test := range conformance {
			got := names(find(t, x, test.query, notSecret, 10))
			want := strings.Fields(test.top)
			if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
				t.Errorf("%q finds %v, want first %v", test.query, got, want)
			}
			if slices.ContainsFunc(got, func(n string) bool { return strings.Contains(n, "secret") }) {
				t.Errorf("%q shows what is hidden: %v", test.query, got)
			}
		}
		if got := names(find(t, x, "lsit parcels", everything, 10)); !slices.Contains(got, "parcels/list-parcels") {
			t.Errorf("a typing error finds %v", got)
		}
		if got := find(t, x, "unicorn", everything, 10); len(got) != 0 {
			t.Errorf("nothing is about unicorns, found %v", names(got))
		}
	})
}

func TestHitsTellWhatTheyAre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) { fixture(t, tx) })
		x := synced(t, s)
		got := find(t, x, "create a parcel", everything, 1)
		if len(got) != 1 {
			t.Fatalf("found %v", names(got))
		}
		h := got[0]
		h.TitleMarks, h.SnippetMarks = nil, nil
		want := search.Hit{
			Kind: search.KindOperation, Ref: "/apis/parcels;rev=1/operations/createParcel", APIID: "parcels", Name: "createParcel",
			Title: "Create a parcel", API: "Parcel Tracking", Method: "POST", Path: "/parcels",
			Snippet: "Announces a parcel and returns its label as PDF.",
		}
		if fmt.Sprint(h) != fmt.Sprint(want) {
			t.Errorf("\n got %+v\nwant %+v", h, want)
		}
		if parts := got[0].TitleParts(); len(parts) != 3 || !parts[0].Match || parts[2].Text != "parcel" {
			t.Errorf("title parts %+v", parts)
		}
		if got := find(t, x, "follow scan", everything, 1); len(got) != 1 || got[0].Ref != "/apis/parcels" ||
			got[0].Snippet != "Follow parcels on their way. Webhooks tell of every scan." {
			t.Errorf("an API is shown as %+v", got)
		}
	})
}

// eventually waits for the follower.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("%s: not after ten seconds", what)
}

func TestSchemasAreFoundBesideManyOperations(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) {
			putAPI(t, tx, "shop", "Shop", "shop", "")
			for i := range 40 {
				putOperation(t, tx, "shop", fmt.Sprintf("op-%d", i), fmt.Sprintf("Read basket %d", i), "GET", fmt.Sprintf("/baskets/%d", i), "")
			}
			putSchemas(t, tx, apim.RevisionRef("shop", "1"), map[string]json.RawMessage{"Basket": json.RawMessage(`{}`), "BasketLine": json.RawMessage(`{}`)})
		})
		got := names(find(t, synced(t, s), "basket", everything, 20))
		if len(got) != 21 || got[0] != "shop#Basket" || got[20] != "shop#BasketLine" {
			t.Errorf("found %v", got)
		}
	})
}

func TestTheIndexFollowsChanges(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		x := search.New(s, slog.New(slog.NewTextHandler(t.Output(), nil)))
		if err := x.Prepare(ctx); err != nil {
			t.Fatal(err)
		}
		go x.Run(ctx)
		var last []string
		defer func() {
			if t.Failed() {
				t.Logf("found in the end: %v", last)
			}
		}()
		finds := func(query string, want ...string) func() bool {
			return func() bool {
				last = names(find(t, x, query, everything, 10))
				return slices.Equal(last, want)
			}
		}
		update(t, s, func(tx *store.Tx) { fixture(t, tx) })
		eventually(t, "a new API is found", finds("scans", "parcels/list-scans", "api:parcels", "parcels/cancel", "parcels/get-parcel", "parcels/subscribe"))

		revision := apim.RevisionRef("parcels", "1")
		update(t, s, func(tx *store.Tx) {
			putOperation(t, tx, "parcels", "list-scans", "List sightings", "GET", "/parcels/{parcelId}/sightings", "")
		})
		eventually(t, "a changed operation is found by its new words", finds("sightings", "parcels/list-scans"))

		update(t, s, func(tx *store.Tx) { putAPI(t, tx, "parcels", "Consignments", "logistics/parcels", "") })
		eventually(t, "operations are found by the API's new name", finds("consignments cancel", "parcels/cancel"))

		update(t, s, func(tx *store.Tx) {
			putSchemas(t, tx, revision, map[string]json.RawMessage{"Manifest": json.RawMessage(`{"description":"Cargo."}`)})
		})
		eventually(t, "a new schema is found", finds("manifest", "parcels#Manifest"))
		eventually(t, "a replaced schema is not", finds("tareGrams"))
		update(t, s, func(tx *store.Tx) { put(t, tx, apim.TagRef("billing"), apim.Tag{DisplayName: "Vouchers"}, nil) })
		eventually(t, "a renamed tag is found", finds("vouchers", "api:users", "parcels/createParcel"))

		update(t, s, func(tx *store.Tx) {
			if err := tx.Delete(apim.OperationRef(revision, "list-scans")); err != nil {
				t.Fatal(err)
			}
		})
		eventually(t, "a deleted operation is not found", finds("sightings"))

		second := apim.RevisionRef("parcels", "2")
		update(t, s, func(tx *store.Tx) {
			putSchemas(t, tx, second, map[string]json.RawMessage{"Beam": json.RawMessage(`{}`)})
			put(t, tx, second, apim.API{DisplayName: "Consignments", Path: "logistics/parcels"}, nil)
			put(t, tx, apim.OperationRef(second, "teleport"), apim.Operation{DisplayName: "Teleport a parcel", Method: "POST", URLTemplate: "/teleport"}, nil)
		})
		update(t, s, func(tx *store.Tx) {
			if _, err := tx.Unlink(apim.CurrentRevision, apim.APIRef("parcels"), revision); err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Link(apim.CurrentRevision, apim.APIRef("parcels"), second); err != nil {
				t.Fatal(err)
			}
		})
		eventually(t, "the current revision's operations are found", finds("teleport", "parcels/teleport"))
		eventually(t, "the earlier revision's operations are not", finds("webhooks"))
		eventually(t, "the current revision's schemas are found", finds("beam", "parcels#Beam"))
		eventually(t, "the earlier revision's schemas are not", finds("manifest"))

		update(t, s, func(tx *store.Tx) {
			if err := tx.DeleteTree(second); err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Unlink(apim.CurrentRevision, apim.APIRef("parcels"), second); err != nil {
				t.Fatal(err)
			}
		})
		eventually(t, "a deleted API is not found", finds("teleport"))
		eventually(t, "nor are its schemas", finds("beam"))
	})
}

func TestSeveralIndexersShareTheWork(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var all []*search.Index
		for range 3 {
			x := search.New(s, slog.New(slog.NewTextHandler(t.Output(), nil)))
			if err := x.Prepare(ctx); err != nil {
				t.Fatal(err)
			}
			go x.Run(ctx)
			all = append(all, x)
		}
		const operations = 700
		update(t, s, func(tx *store.Tx) {
			putAPI(t, tx, "many", "Many", "many", "")
			for i := range operations {
				putOperation(t, tx, "many", fmt.Sprintf("op-%d", i), fmt.Sprintf("Thing number%d", i), "GET", fmt.Sprintf("/things/%d", i), "")
			}
		})
		for i, x := range all {
			eventually(t, "everything is found", func() bool {
				all, one := find(t, x, "thing", everything, 100), find(t, x, fmt.Sprintf("number%d", operations-1), everything, 10)
				return len(all) == 100 && len(one) == 1
			})
			for n := 0; n < operations; n += 97 {
				if got := names(find(t, x, fmt.Sprintf("number%d ", n), everything, 5)); len(got) != 1 || got[0] != fmt.Sprintf("many/op-%d", n) {
					t.Errorf("indexer %d finds %v for operation %d", i, got, n)
				}
			}
		}
	})
}

func TestAVisitorWhoSeesLittleStillGetsAllOfIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) {
			for a := range 30 {
				id := fmt.Sprintf("api-%d", a)
				putAPI(t, tx, id, fmt.Sprintf("Service %d", a), id, "")
				for o := range 30 {
					putOperation(t, tx, id, fmt.Sprintf("op-%d", o), "Read widget", "GET", fmt.Sprintf("/widgets/%d", o), "")
				}
			}
		})
		x := synced(t, s)
		asked := map[apim.Ref]int{}
		only := func(ref apim.Ref) bool { asked[ref]++; return ref == "/apis/api-29" }
		got := find(t, x, "widget", only, 50)
		if len(got) != 30 {
			t.Errorf("%d of 30 visible operations were found", len(got))
		}
		for _, h := range got {
			if h.APIID != "api-29" {
				t.Fatalf("%s is hidden", name(h))
			}
		}
		for ref, n := range asked {
			if n > 1 {
				t.Errorf("visibility of %s was asked %d times", ref, n)
			}
		}
		if got := find(t, x, "widget", func(apim.Ref) bool { return false }, 50); len(got) != 0 {
			t.Errorf("nothing is visible, found %v", names(got))
		}
	})
}

func TestNoTextIsTooStrangeToSearchFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) { fixture(t, tx) })
		x := synced(t, s)
		words := rapid.SampledFrom([]string{"parcel", "Users", "OAuth2Token", "AND", "NOT", "NEAR(", "*", `"`, "'", ":", "^", "-", "|", "&", "!", "\x00", "\xff", "用户列表", "é"})
		rapid.Check(t, func(r *rapid.T) {
			text := strings.Join(rapid.SliceOfN(rapid.OneOf(words, rapid.String()), 0, 12).Draw(r, "words"), rapid.SampledFrom([]string{"", " "}).Draw(r, "between"))
			for _, h := range find(t, x, text, everything, 5) {
				h.SnippetParts()
				h.TitleParts()
			}
		})
	})
}
