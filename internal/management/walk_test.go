package management

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

// TestWalksDuringWrites walks through pages while others write. A page is a part
// of the list at one moment and $skip counts rows, so the promise is: what is
// written behind the walk moves nothing ahead of it. Every item that was there
// all the time is met exactly once, in order, and each page's count is that of
// a list that was there.
func TestWalksDuringWrites(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		const steady, size = 60, 7
		for i := range steady {
			s.put(fmt.Sprintf("/tags/a%03d", i), `{"displayName":"steady"}`)
		}
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for w := range 4 {
			random := rand.New(rand.NewPCG(seed, uint64(w)))
			writers.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					path := fmt.Sprintf("/tags/z%d-%d", w, random.IntN(5))
					if random.IntN(2) == 0 {
						s.do("PUT", path, `{"properties":{"displayName":"moving"}}`)
					} else {
						s.do("DELETE", path, "", "If-Match", "*")
					}
				}
			})
		}
		for range 5 {
			met := s.walk(fmt.Sprintf("%s/tags?api-version=1&$top=%d", prefix, size), steady)
			for i := range steady {
				if want := fmt.Sprintf("a%03d", i); i >= len(met) || met[i] != want {
					t.Fatalf("item %d of the walk is not %s: %v", i, want, met)
				}
			}
			only := s.walk(prefix+"/tags?api-version=1&$top=7&$filter=displayName+eq+'steady'", steady)
			if len(only) != steady {
				t.Fatalf("the filtered walk met %d items, want %d", len(only), steady)
			}
		}
		close(stop)
		writers.Wait()
	})
}

// walk follows nextLink and returns the names it meets; least is what count must be.
func (s *service) walk(next string, least float64) (met []string) {
	s.Helper()
	for next != "" {
		r := s.do("GET", next, "").want(200)
		body := r.json()
		if count, _ := body["count"].(float64); count < least || count > least+20 {
			s.Fatalf("count is %v, want %v and at most 20 more", body["count"], least)
		}
		met = append(met, strings.Fields(r.names())...)
		next, _ = body["nextLink"].(string)
		next = strings.TrimPrefix(next, s.url)
	}
	return met
}
