package arm

import (
	"fmt"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// limited is an error that tells how long to wait.
type limited time.Duration

func (l limited) Error() string          { return "too many" }
func (l limited) RetryIn() time.Duration { return time.Duration(l) }
func (l limited) Is(target error) bool   { return target == apim.ErrTooManyRequests }

func TestTooManyRequestsSayWhenToComeBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want string
	}{
		{limited(90 * time.Second), "90"}, {fmt.Errorf("sign in: %w", limited(1500*time.Millisecond)), "2"},
		{limited(0), "1"}, {apim.ErrTooManyRequests, "1"},
	} {
		e := FromError(tt.err)
		if e.Status != 429 || e.Code != "TooManyRequests" || e.Header.Get("Retry-After") != tt.want {
			t.Errorf("%v: %d %s, Retry-After %q, want %s", tt.err, e.Status, e.Code, e.Header.Get("Retry-After"), tt.want)
		}
	}
}
