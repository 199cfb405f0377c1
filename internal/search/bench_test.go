package search_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

var (
	verbs = strings.Fields("List Get Create Update Delete Cancel Search Export Import Enable Disable Assign Remove Check Submit Approve")
	nouns = strings.Fields(`user account order invoice payment refund customer product parcel shipment label token session webhook event
		repository branch commit issue comment review release deployment secret key policy role group team member project task milestone
		report dashboard metric alert rule template message channel contact campaign audience file folder image video document page site
		domain certificate zone record network address route gateway cluster node pod volume snapshot backup image registry function
		trigger queue topic stream table index query view schema field value tag category price discount coupon tax currency rate quote`)
	filler = strings.Fields(`returns the a of for in with and or by when if optional required default value contains response request
		paginated sorted filtered authenticated caller must have permission scope resource identifier unique string object array
		specified given existing new all every first last maximum minimum limit results page size number includes also see more
		information about this endpoint operation api service version current previous state status active archived`)
)

// generator makes plausible operations: some words everywhere, most rarely.
type generator struct{ r *rand.Rand }

func (g generator) noun() string {
	if g.r.IntN(3) == 0 {
		return fmt.Sprintf("%s%s", nouns[g.r.IntN(len(nouns))], []string{"Set", "Link", "Plan", "Entry", "Batch", "Detail"}[g.r.IntN(6)])
	}
	n := min(g.r.ExpFloat64()/4, 0.999) // the first ones far more often
	return nouns[int(n*float64(len(nouns)))]
}

func (g generator) operation(i int) (id string, op apim.Operation) {
	verb, a, b := verbs[g.r.IntN(len(verbs))], g.noun(), g.noun()
	var text strings.Builder
	for range 10 + g.r.IntN(40) {
		text.WriteString(filler[g.r.IntN(len(filler))] + " ")
	}
	fmt.Fprintf(&text, "%s %s code%d.", a, b, g.r.IntN(50_000))
	return fmt.Sprintf("%s-%s-%s-%d", strings.ToLower(verb), a, b, i), apim.Operation{
		DisplayName: fmt.Sprintf("%s %s of a %s", verb, a, b), Method: []string{"GET", "POST", "PUT", "DELETE"}[g.r.IntN(4)],
		URLTemplate: fmt.Sprintf("/%ss/{%sId}/%ss", b, b, a), Description: text.String(),
	}
}

// generate stores APIs with operations each.
func generate(t testing.TB, s *store.Store, apis, operations int) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	for a := range apis {
		update(t, s, func(tx *store.Tx) {
			id := fmt.Sprintf("api-%d", a)
			putAPI(t, tx, id, fmt.Sprintf("%s service %d", g.noun(), a), id, "")
			var docs []*store.Document
			for o := range operations {
				name, op := g.operation(o)
				body, err := json.Marshal(op)
				if err != nil {
					t.Fatal(err)
				}
				docs = append(docs, &store.Document{Ref: apim.OperationRef(apim.RevisionRef(apim.Name(id), "1"), apim.Name(name)), Body: body})
			}
			if err := tx.PutAll(docs); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// queries a person might type: names, beginnings, common and rare words, errors.
func queries(g generator, n int) []string {
	var all []string
	for len(all) < n {
		verb, a, b := verbs[g.r.IntN(len(verbs))], g.noun(), g.noun()
		all = append(all, strings.ToLower(verb)+" "+a, a, a[:2], a[:min(len(a), 4)], a+" "+b, verb+" "+a+" "+b,
			fmt.Sprintf("code%d", g.r.IntN(50_000)), fmt.Sprintf("/%ss/{%sId}", a, a), "returns "+a, "the "+a+" permission",
			a[1:]+b, a[:1]+a[2:], "g", "get", "optional paginated archived", fmt.Sprintf("service %d %s", g.r.IntN(1000), a))
	}
	return all[:n]
}

// make bench judges the 99th percentile (design.md §9).
func BenchmarkQueryOver200000Operations(b *testing.B) {
	s := storetest.Open(b)
	generate(b, s, 1000, 200)
	begun := time.Now()
	x := synced(b, s)
	indexing := time.Since(begun)
	few := func(ref apim.Ref) bool { return strings.HasSuffix(string(ref.Key()), "-77") }
	half := func(ref apim.Ref) bool { return ref.Key()[len(ref.Key())-1]%2 == 0 }
	for _, who := range []struct {
		name    string
		visible func(apim.Ref) bool
	}{{"everything", everything}, {"half", half}, {"one API", few}} {
		b.Run(who.name, func(b *testing.B) {
			all := queries(generator{rand.New(rand.NewPCG(3, 4))}, 2000)
			took := make([]time.Duration, 0, b.N)
			for i := range b.N {
				begun := time.Now()
				find(b, x, all[i%len(all)], who.visible, 20)
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			p99 := took[len(took)*99/100]
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(p99.Microseconds()), "p99-µs")
			b.ReportMetric(float64(took[len(took)-1].Microseconds()), "max-µs")
			b.ReportMetric(indexing.Seconds(), "indexing-s")
		})
	}
}

// A large import is searchable after seconds and meanwhile hinders nobody for long.
func BenchmarkIndexingAnImportOf16500Operations(b *testing.B) {
	for range b.N {
		s := storetest.Open(b)
		synced(b, s)
		generate(b, s, 1, 16_500)
		x := search.New(s, nil)
		var longest time.Duration
		var wait sync.WaitGroup
		done := make(chan struct{})
		wait.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(5 * time.Millisecond):
				}
				begun := time.Now()
				update(b, s, func(tx *store.Tx) {
					if err := tx.SetMeta("bench", "x"); err != nil {
						b.Error(err)
					}
				})
				longest = max(longest, time.Since(begun))
			}
		})
		begun := time.Now()
		if err := x.Sync(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(begun).Seconds(), "indexing-s")
		close(done)
		wait.Wait()
		b.ReportMetric(float64(longest.Milliseconds()), "longest-wait-ms")
	}
}
