package policy

import (
	"fmt"
	"net/textproto"
	"strconv"
	"time"
)

// rateLimitPolicy limits the calls of a subscription in a sliding period. Calls
// without a subscription are not counted. Each occurrence in the scopes'
// documents has its own count.
var rateLimitPolicy = definition{name: "rate-limit", sections: Inbound,
	unbuilt: []string{"api", "remaining-calls-variable-name", "retry-after-variable-name"}, parse: parseRateLimit}

type rateLimit struct {
	calls      int
	period     time.Duration
	retryAfter string // header names, canonical; "" for none
	remaining  string
	total      string
	totalValue []string
	counters   Counters
}

func parseRateLimit(p *parser, el *element) Step {
	a := p.attrs(el, "calls", "renewal-period", "retry-after-header-name", "remaining-calls-header-name", "total-calls-header-name")
	p.empty(el)
	a.required("calls")
	a.required("renewal-period")
	r := &rateLimit{
		calls:      a.int("calls", 1, 1, 1<<31-1),
		period:     time.Duration(a.int("renewal-period", 1, 1, 86400)) * time.Second,
		retryAfter: a.header("retry-after-header-name", "Retry-After"),
		remaining:  a.header("remaining-calls-header-name", ""),
		total:      a.header("total-calls-header-name", ""),
	}
	r.totalValue = []string{strconv.Itoa(r.calls)}
	if p.compilation != nil {
		r.counters = p.env.Counters()
	}
	return r
}

// header reads an attribute that names a header.
func (a attributes) header(name, otherwise string) string {
	value := a.text(name, otherwise)
	if a.has(name) && !isToken(value) {
		a.p.fault(a.el, "the attribute '%s' must be a header name; it is '%s'.", name, value)
	}
	return textproto.CanonicalMIMEHeaderKey(value)
}

func (r *rateLimit) Run(ex *Exchange) (bool, error) {
	if ex.Subscription == "" {
		return false, nil
	}
	key := CounterKey{ex.scope.ID, ex.path, ex.Subscription}
	remaining, wait, err := r.counters.Take(ex.Context, key, r.calls, r.period, ex.Now())
	if err != nil {
		return false, fmt.Errorf("count the call: %w", err)
	}
	if wait > 0 {
		seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
		return false, &Error{
			Status: 429, Source: "rate-limit", Reason: "RateLimitExceeded",
			Message: "Rate limit is exceeded. Try again in " + seconds + " seconds.",
			Headers: []Field{{Name: r.retryAfter, Values: []string{seconds}}},
		}
	}
	if r.remaining != "" {
		ex.always = append(ex.always, Field{Name: r.remaining, Values: []string{strconv.Itoa(remaining)}})
	}
	if r.total != "" {
		ex.always = append(ex.always, Field{Name: r.total, Values: r.totalValue})
	}
	return false, nil
}

func (r *rateLimit) String() string {
	s := fmt.Sprintf("rate-limit calls=%d renewal-period=%s retry-after=%s", r.calls, r.period, r.retryAfter)
	if r.remaining != "" {
		s += " remaining=" + r.remaining
	}
	if r.total != "" {
		s += " total=" + r.total
	}
	return s
}
