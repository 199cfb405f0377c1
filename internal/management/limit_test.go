package management

import (
	"net/http"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestRequestsThatNobodyAnswersForAreRationed(t *testing.T) {
	t.Parallel()
	s := newServiceOn(t, storetest.Open(t))
	s.handler.Limiter = limit.New(map[limit.Class]limit.Budget{limit.Anonymous: {Burst: 2, Every: time.Hour}, limit.Refused: {Burst: 1, Every: time.Hour}}, time.Now)
	for _, c := range []struct {
		name, token string
		want        int
	}{
		{"without a token", "", 401}, {"without a token", "", 401}, {"without a token, too often", "", 429},
		{"with a bad token", "SharedAccessSignature integration&x", 401}, {"with a bad token, too often", "SharedAccessSignature integration&x", 429},
		{"with a good token", s.token, 200}, {"with a good token, as often as it likes", s.token, 200},
	} {
		got := s.do(http.MethodGet, "/users?api-version=2024-05-01", "", "Authorization", c.token)
		if got.status != c.want || c.want == 429 && got.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d, want %d; %v", c.name, got.status, c.want, got.header)
		}
	}
}
