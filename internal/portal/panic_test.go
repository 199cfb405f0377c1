package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/address"
)

func TestAPanicInWhatIsMadeFailsThatRequestAlone(t *testing.T) {
	t.Parallel()
	s := open(t, product("starter", nil, "guests"), api("panics", "starter"), api("a", "starter"))
	guest := s.browser()
	for range 2 { // nothing of it is kept
		bad := guest.get(address.JSON("panics"))
		if bad.StatusCode != http.StatusInternalServerError || strings.Contains(bad.body(), "boom") {
			t.Fatalf("the answer whose making panics: %d %s", bad.StatusCode, bad.body())
		}
		if good := guest.get(address.JSON("a")); good.StatusCode != http.StatusOK {
			t.Errorf("another one: %d", good.StatusCode)
		}
	}
}
