//go:build unix

package cost

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// Memory fails the test if the heap rises by more than budget bytes while run
// runs, what waits for the collector among it.
func Memory(t *testing.T, budget uint64, run func()) {
	t.Helper()
	peak := Peak(run)
	t.Logf("%d MB at the peak", peak>>20)
	if peak > budget {
		t.Errorf("%d MB of memory in use at the peak, more than the budget of %d MB", peak>>20, budget>>20)
	}
}

// Peak returns by how many bytes the heap and the stacks rise while run runs.
func Peak(run func()) uint64 {
	runtime.GC()
	before := inUse()
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() { peak <- watch(stop) }()
	run()
	close(stop)
	return max(<-peak, before) - before
}

// watch looks every millisecond until it is stopped.
func watch(stop <-chan struct{}) (peak uint64) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		peak = max(peak, inUse())
		select {
		case <-stop:
			return max(peak, inUse())
		case <-tick.C:
		}
	}
}

func inUse() (sum uint64) {
	read := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"},
	}
	metrics.Read(read)
	for _, s := range read {
		sum += s.Value.Uint64()
	}
	return sum
}
