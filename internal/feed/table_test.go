package feed_test

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/feed"
)

// Every table of a run of edits holds what a plain map held at that moment, also
// after the edits that came later.
func TestATableIsAMapThatLaterEditsLeaveAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		model := map[string]int{}
		var table feed.Table[string, int]
		type moment struct {
			table feed.Table[string, int]
			model map[string]int
		}
		var past []moment
		for range rapid.IntRange(1, 6).Draw(t, "edits") {
			e := table.Edit()
			for range rapid.IntRange(0, 8).Draw(t, "changes") {
				key := fmt.Sprint("/apis/a", rapid.IntRange(0, 20).Draw(t, "key"))
				if rapid.Bool().Draw(t, "delete") {
					e.Delete(key)
					delete(model, key)
				} else {
					v := rapid.Int().Draw(t, "value")
					e.Set(key, v)
					model[key] = v
				}
				if e.Get(key) != model[key] {
					t.Fatalf("an edit does not see itself at %s", key)
				}
			}
			table = e.Table()
			past = append(past, moment{table, maps.Clone(model)})
		}
		for i, p := range past {
			if got := maps.Collect(p.table.All()); !maps.Equal(got, p.model) {
				t.Fatalf("after edit %d: %v, want %v", i, got, p.model)
			}
			for key, want := range p.model {
				if p.table.Get(key) != want || p.table.GetBytes([]byte(key)) != want {
					t.Fatalf("after edit %d: another value at %s", i, key)
				}
			}
		}
	})
}
