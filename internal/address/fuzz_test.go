package address

import (
	"net/http"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzOwnCookie: a cookie that the server would read as ours is known as ours.
func FuzzOwnCookie(f *testing.F) {
	for _, s := range []string{"portico_portal=a", "__Host-portico_admin=b; c=d", "a", " portico_portal =x", ";;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		defer cost.Bound(t, len(line))()
		for _, c := range (&http.Request{Header: http.Header{"Cookie": {line}}}).Cookies() {
			if (c.Name == "portico_portal" || c.Name == "__Host-portico_portal") && !OwnCookie(c.Name) {
				t.Errorf("%q passes", c.Name)
			}
		}
	})
}
