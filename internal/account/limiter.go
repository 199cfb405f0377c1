package account

import (
	"fmt"
	"hash/maphash"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// LimitedError is apim.ErrTooManyRequests: too many attempts to sign in.
type LimitedError struct{ RetryAfter time.Duration }

func (e *LimitedError) Error() string {
	return fmt.Sprintf("too many attempts to sign in; try again in %d seconds", int(e.RetryAfter.Seconds())+1)
}

// RetryIn is how long to wait, for the header Retry-After.
func (e *LimitedError) RetryIn() time.Duration { return e.RetryAfter }

// Is makes errors.Is(err, apim.ErrTooManyRequests) true.
func (e *LimitedError) Is(target error) bool { return target == apim.ErrTooManyRequests }

// limit is a token bucket: burst attempts at once, then one every interval.
type limit struct {
	burst    int
	interval time.Duration
}

// A person who mistypes is not held up; a guesser has a few hundred tries a day
// for an account and a few thousand from an address.
var (
	accountLimit = limit{burst: 10, interval: 2 * time.Minute}
	addressLimit = limit{burst: 50, interval: 20 * time.Second}
)

// limiterSlots bounds a limiter's memory. Names may share a slot, but rarely,
// and an attacker, who does not know the seed, cannot bring it about.
const limiterSlots = 1 << 15

// limiter counts attempts by name in a fixed number of token buckets.
type limiter struct {
	limit limit
	seed  maphash.Seed
	mu    sync.Mutex
	// full holds, in Unix nanoseconds, when a slot's bucket has its whole burst
	// again. An attempt moves it by an interval; an attempt that would move it
	// beyond burst intervals from now is refused.
	full [limiterSlots]int64 // Unix nanoseconds
}

func newLimiter(l limit) *limiter { return &limiter{limit: l, seed: maphash.MakeSeed()} }

func (l *limiter) slot(name string) *int64 {
	return &l.full[maphash.String(l.seed, name)%limiterSlots]
}

// take counts an attempt, or returns a *LimitedError.
func (l *limiter) take(name string, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.slot(name)
	next := max(*full, now.UnixNano()) + int64(l.limit.interval)
	latest := now.Add(time.Duration(l.limit.burst) * l.limit.interval).UnixNano()
	if next > latest {
		return &LimitedError{RetryAfter: time.Duration(next - latest)}
	}
	*full = next
	return nil
}

// forgive restores the whole burst, since the person gave the right password.
func (l *limiter) forgive(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	*l.slot(name) = 0
}

// addressName is what an address is counted by: the IPv6 addresses of one
// customer count as one.
func addressName(address string) string {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		address = ap.Addr().String()
	}
	ip, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
