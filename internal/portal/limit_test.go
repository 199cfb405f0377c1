package portal_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/limit"
)

func TestWhatHasToBeMadeIsRationedAndWhatIsStoredIsNot(t *testing.T) {
	t.Parallel()
	s := open(t)
	guest := s.browser()
	if a := guest.get("/apis?undeclared=1"); a.StatusCode != http.StatusOK {
		t.Fatalf("the catalog: %d", a.StatusCode)
	}
	s.budgets[limit.Made] = limit.Budget{Burst: 3, Every: time.Hour}
	s.budgets[limit.Form] = limit.Budget{Burst: 1, Every: time.Hour}
	for i := range 20 {
		if a := guest.get("/apis?undeclared=1"); a.StatusCode != http.StatusOK {
			t.Fatalf("what is stored, time %d: %d", i+1, a.StatusCode)
		}
	}
	refused := 0
	for i := range 5 {
		a := guest.get("/apis?q=other" + strconv.Itoa(i))
		if a.StatusCode == http.StatusTooManyRequests {
			if refused++; a.Header.Get("Retry-After") == "" {
				t.Error("it does not say when to try again")
			}
		}
	}
	if refused != 2 {
		t.Errorf("%d of 5 were refused, want 2", refused)
	}
	if a := guest.get(address.Suggest + "?q=x"); a.StatusCode != http.StatusTooManyRequests {
		t.Errorf("suggestions: %d", a.StatusCode)
	}
	for i, want := range []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests} {
		if a := guest.post("/signin", "email", "nobody@example.com", "password", "x"); a.StatusCode != want {
			t.Errorf("form %d: %d, want %d", i+1, a.StatusCode, want)
		}
	}
}
