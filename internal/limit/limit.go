package limit

import (
	"fmt"
	"hash/maphash"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Class is a kind of request with a budget of its own.
type Class string

// The classes. Answers that are stored count in none of them, nor do calls of the gateway.
const (
	Made      Class = "made"      // answers of the portal that have to be made
	Form      Class = "form"      // what is posted to the portal
	Anonymous Class = "anonymous" // requests of the management API without an Authorization header
	Refused   Class = "refused"   // requests of the management API with a token that is not good
)

// Budget is a number of requests at once, and then one in every interval.
type Budget struct {
	Burst int
	Every time.Duration
}

// Budgets is the table: for each client address, and for each session of people
// who are signed in. An office behind one address has enough.
func Budgets() map[Class]Budget {
	return map[Class]Budget{
		Made:      {2000, 20 * time.Millisecond},
		Form:      {300, 200 * time.Millisecond},
		Anonymous: {2000, 10 * time.Millisecond},
		Refused:   {300, 500 * time.Millisecond},
	}
}

// Parse changes the table by settings such as "made=500/100ms" or "form=off"; "off" switches all off.
func Parse(settings []string) (map[Class]Budget, error) {
	table := Budgets()
	for _, s := range settings {
		if s == "off" {
			clear(table)
			continue
		}
		class, value, _ := strings.Cut(s, "=")
		if _, known := Budgets()[Class(class)]; !known {
			return nil, fmt.Errorf("%q is no class; there are made, form, anonymous, refused", class)
		}
		if value == "off" {
			delete(table, Class(class))
			continue
		}
		burst, every, _ := strings.Cut(value, "/")
		n, err := strconv.Atoi(burst)
		d, wrong := time.ParseDuration(every)
		if err != nil || wrong != nil || n < 1 || d <= 0 {
			return nil, fmt.Errorf("%q must be like made=500/100ms: 500 at once, and then one every 100 ms; or made=off", s)
		}
		table[Class(class)] = Budget{n, d}
	}
	return table, nil
}

// ExceededError is apim.ErrTooManyRequests: a budget is used up.
type ExceededError struct{ RetryAfter time.Duration }

func (e *ExceededError) Error() string {
	return fmt.Sprintf("too many requests; try again in %d seconds", int(e.RetryAfter.Seconds())+1)
}

// RetryIn is how long to wait, for the header Retry-After.
func (e *ExceededError) RetryIn() time.Duration { return e.RetryAfter }

// Is makes errors.Is(err, apim.ErrTooManyRequests) true.
func (e *ExceededError) Is(target error) bool { return target == apim.ErrTooManyRequests }

// Bounds of memory: a shard that is full forgets somebody.
const (
	shards   = 64
	perShard = 1024
)

// turned is more than requests at once differ in time: whoever would have to wait
// so much longer than a whole burst takes was counted before the clock went back.
const turned = time.Minute

// Limiter counts requests. A nil Limiter refuses nothing.
type Limiter struct {
	budgets map[Class]Budget
	now     func() time.Time
	seed    maphash.Seed
	shards  [shards]shard
}

type key struct {
	class Class
	who   string
}

// shard has, for each who has asked, the time at which the whole burst is there again.
type shard struct {
	mu   sync.Mutex
	full map[key]time.Time
}

// New makes a Limiter with a table of budgets; a class that is not in it has no bound.
func New(budgets map[Class]Budget, now func() time.Time) *Limiter {
	l := &Limiter{budgets: budgets, now: now, seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].full = map[key]time.Time{}
	}
	return l
}

// Take counts a request of a client, or returns an *ExceededError. who is an
// address or a session.
func (l *Limiter) Take(class Class, who string) error {
	if l == nil {
		return nil
	}
	b, bounded := l.budgets[class]
	if !bounded {
		return nil
	}
	k, now := key{class, who}, l.now()
	s := &l.shards[maphash.Comparable(l.seed, k)%shards]
	s.mu.Lock()
	defer s.mu.Unlock()
	full, whole := s.full[k], time.Duration(b.Burst)*b.Every
	if full.Before(now) || full.Sub(now) > whole+turned {
		full = now
	}
	full = full.Add(b.Every)
	if wait := full.Sub(now.Add(whole)); wait > 0 {
		return &ExceededError{RetryAfter: wait}
	}
	s.keep(k, full, now)
	return nil
}

func (s *shard) keep(k key, full, now time.Time) {
	if _, known := s.full[k]; !known && len(s.full) >= perShard {
		s.forget(now)
	}
	s.full[k] = full
}

// forget drops all that have their whole burst again; if that is nobody, a
// quarter, whoever it is: then the next ones are cheap.
func (s *shard) forget(now time.Time) {
	for k, full := range s.full {
		if full.Before(now) {
			delete(s.full, k)
		}
	}
	for k := range s.full {
		if len(s.full) < perShard*3/4 {
			return
		}
		delete(s.full, k)
	}
}
