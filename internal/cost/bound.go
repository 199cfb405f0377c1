//go:build unix

package cost

import (
	"testing"
	"time"
)

// Bound is the cost rule of a fuzz target: deferred at its start, it fails the
// test if reading an input of so many bytes took more processor time than any
// machine needs for a reader in linear time.
//
//	defer cost.Bound(t, len(text))()
func Bound(t testing.TB, bytes int) func() {
	before := processor()
	return func() {
		t.Helper()
		limit := 2*time.Second + time.Duration(bytes)*50*time.Microsecond
		if spent := processor() - before; spent > limit {
			t.Errorf("%d bytes took %v of processor time, more than %v", bytes, spent, limit)
		}
	}
}
