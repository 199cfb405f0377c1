package specs

import (
	"encoding/json"
	"testing"
)

func TestDescriptionsHaveTheOperationsTheyAreChosenFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data []byte
		want int
	}{
		"GitHub": {GitHub(t), 1223}, "Stripe": {Stripe(t), 594}, "generated": {Generate(16500), 16500},
	} {
		if !json.Valid(c.data) {
			t.Errorf("%s is not JSON", name)
		}
		if n := CountOperations(t, c.data); n != c.want {
			t.Errorf("%s has %d operations, want %d", name, n, c.want)
		}
	}
}
