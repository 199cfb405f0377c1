package blob

import (
	"path"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzCheckName: a name that is taken stays below its folder.
func FuzzCheckName(f *testing.F) {
	for _, s := range []string{"a/b.png", "../a", "a//b", "a\x00", ".", "a/./b", "ä"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		defer cost.Bound(t, len(name))()
		if CheckName(name) != nil {
			return
		}
		if path.Clean("/"+name) != "/"+name || strings.HasPrefix(name, "/") || strings.Contains("/"+name+"/", "/../") {
			t.Errorf("%q is taken for a name", name)
		}
	})
}
