package account

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"
)

// A visitor is kept for a second, unless something has changed since it was read.
func TestVisitorsAreKeptForAMoment(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	key := sha256.Sum256([]byte("session"))
	c, v := newVisitorCache(), &Visitor{}
	_, generation := c.get(key, now)
	c.put(key, v, now, generation)
	for at, want := range map[time.Duration]*Visitor{0: v, visitorLifetime - 1: v, visitorLifetime: nil} {
		if got, _ := c.get(key, now.Add(at)); got != want {
			t.Errorf("after %s it is %v, want %v", at, got, want)
		}
	}
	c.clear()
	if got, _ := c.get(key, now); got != nil {
		t.Error("it is there after a change")
	}
	c.put(key, v, now, generation)
	if got, _ := c.get(key, now); got != nil {
		t.Error("what was read before a change is kept after it")
	}
}

func TestTheCacheOfVisitorsIsBounded(t *testing.T) {
	t.Parallel()
	c, now := newVisitorCache(), time.Unix(0, 0)
	for i := range maxVisitors {
		c.put(sha256.Sum256([]byte(fmt.Sprint(i))), &Visitor{}, now, 0)
	}
	if len(c.entries) != maxVisitors {
		t.Errorf("%d of %d are kept", len(c.entries), maxVisitors)
	}
	c.put(sha256.Sum256([]byte("next")), &Visitor{}, now, 0)
	if len(c.entries) != 1 {
		t.Errorf("after one more %d are kept", len(c.entries))
	}
}
