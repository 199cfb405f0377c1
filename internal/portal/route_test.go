package portal

import "testing"

func TestEveryRouteDeclaresWhoIsAnswered(t *testing.T) {
	t.Parallel()
	for _, rt := range new(Portal).routeTable() {
		if rt.access == undeclared || rt.handler == nil {
			t.Errorf("%s declares nothing", rt.pattern)
		}
	}
}
