package policy

import (
	"context"
	"sync"
	"time"
)

// Counters count the calls that policies limit. They outlive chains, so that a
// change of the configuration does not reset them.
type Counters interface {
	// Take counts a call, unless that many calls have been counted within the
	// period before now: then wait is how long until the next is allowed, else
	// it is 0.
	Take(ctx context.Context, key CounterKey, calls int, period time.Duration, now time.Time) (remaining int, wait time.Duration, err error)
}

// CounterKey identifies a count: a policy and a caller.
type CounterKey struct {
	Scope string // the ID of the policy's Scope
	Path  string // of the policy within its scope
	Who   string // the subscription's key
}

// MemoryCounters are the counters of one process.
type MemoryCounters struct {
	mu       sync.RWMutex
	counters map[CounterKey]*counter
	sweepAt  int // the number of counters at which idle ones are dropped
}

const firstSweep = 1024

// NewMemoryCounters makes empty counters.
func NewMemoryCounters() *MemoryCounters {
	return &MemoryCounters{counters: map[CounterKey]*counter{}, sweepAt: firstSweep}
}

// Take counts a call in memory; it does not fail.
func (l *MemoryCounters) Take(_ context.Context, key CounterKey, calls int, period time.Duration, now time.Time) (remaining int, wait time.Duration, err error) {
	l.mu.RLock()
	c := l.counters[key]
	l.mu.RUnlock()
	if c == nil {
		c = l.add(key, now)
	}
	remaining, wait = c.take(calls, period, now)
	return remaining, wait, nil
}

func (l *MemoryCounters) add(key CounterKey, now time.Time) *counter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.counters[key]; c != nil {
		return c
	}
	if len(l.counters) >= l.sweepAt {
		for p, c := range l.counters {
			if c.idle(now) {
				delete(l.counters, p)
			}
		}
		l.sweepAt = max(firstSweep, 2*len(l.counters))
	}
	c := new(counter)
	l.counters[key] = c
	return c
}

// slots is the resolution of a counter: calls of the same sixteenth of a period
// are forgotten together.
const slots = 16

// counter counts the calls of a sliding period.
type counter struct {
	mu      sync.Mutex
	slots   [slots + 1]slot // a ring; the oldest is at first; one more for periods that sixteen does not divide
	first   int
	used    int
	sum     int
	expires time.Time // when everything is forgotten
}

type slot struct {
	start time.Time
	calls int
}

func (c *counter) take(calls int, period time.Duration, now time.Time) (remaining int, wait time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(now.Add(-period))
	if last := c.slots[(c.first+c.used+slots)%len(c.slots)]; c.used > 0 && last.start.Sub(now) > period { // the clock went back
		c.used, c.sum = 0, 0
	}
	if c.sum >= calls {
		return 0, c.slots[c.first].start.Add(period).Sub(now)
	}
	last := &c.slots[(c.first+c.used+slots)%len(c.slots)]
	if c.used == 0 || now.Sub(last.start) >= period/slots {
		last = &c.slots[(c.first+c.used)%len(c.slots)]
		*last = slot{start: now}
		c.used++
	}
	last.calls++
	c.sum++
	c.expires = now.Add(period)
	return calls - c.sum, 0
}

// forget drops the slots that began at or before a time.
func (c *counter) forget(until time.Time) {
	for c.used > 0 && !c.slots[c.first].start.After(until) {
		c.sum -= c.slots[c.first].calls
		c.first = (c.first + 1) % len(c.slots)
		c.used--
	}
}

func (c *counter) idle(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.expires.After(now)
}
