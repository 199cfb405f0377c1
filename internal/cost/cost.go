//go:build unix

package cost

import (
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

const (
	// least is what work must cost before two sizes of it are compared: below,
	// the collector and the clock say more than the work.
	least = 20 * time.Millisecond
	// lots ends the climb of the long form.
	lots = time.Second
	// growth is how much more than n a size of 2n may cost.
	growth = 3
	tries  = 3
)

// Sizes are the sizes of input that are tried: doubled from From for as long as
// they cost too little to compare, up to To, the largest that may arrive.
type Sizes struct{ From, To int }

// Work prepares input of size n and returns what is measured. It is called for
// every measurement: what is dear to prepare it keeps itself.
type Work func(n int) (run func())

// CPU fails the test if doubling the input more than triples the processor time
// of the process, in each of three tries, each of which measures more often than
// the one before and takes the least. It looks at the first size that costs
// enough to compare, and with PORTICO_LONG=1 at the larger ones too. Work that
// stays cheap up to the largest size passes. Nothing else may run meanwhile:
// tests that call it are not parallel.
func CPU(t *testing.T, sizes Sizes, work Work) {
	t.Helper()
	enough := least
	for n := sizes.From; n <= sizes.To; n *= 2 {
		spent := Spent(work(n))
		if spent < enough || !compare(t, n, work) {
			continue
		}
		if t.Failed() || os.Getenv("PORTICO_LONG") != "1" || spent > lots {
			return
		}
		enough = 4 * spent
	}
}

// compare judges a size and twice that size, unless the size costs too little when
// it is measured again.
func compare(t *testing.T, n int, work Work) (judged bool) {
	t.Helper()
	var once, twice time.Duration
	for try := range tries {
		if once = best(1+2*try, n, work); once < least {
			return false
		}
		if twice = best(1+2*try, 2*n, work); twice <= growth*once {
			t.Logf("size %d costs %v, twice the size %v", n, once, twice)
			return true
		}
	}
	t.Errorf("size %d costs %v of processor time and twice the size %v: more than %d times as much, in %d tries of %d",
		n, once, twice, growth, tries, tries)
	return true
}

// best is the least of some measurements: the collector and the other programs
// of the machine only ever add to the work itself.
func best(of, n int, work Work) time.Duration {
	least := Spent(work(n))
	for range of - 1 {
		least = min(least, Spent(work(n)))
	}
	return least
}

// Count fails the test if doubling the input more than triples the work that is
// counted: calls, nodes, rows, bytes.
func Count(t *testing.T, n int, count func(n int) int) {
	t.Helper()
	once, twice := count(n), count(2*n)
	if once <= 0 {
		t.Fatalf("nothing was counted at size %d", n)
	}
	if twice > growth*once {
		t.Errorf("size %d is %d steps of work and twice the size %d: more than %d times as much", n, once, twice, growth)
	}
}

// Spent returns the processor time that the whole process uses while run runs,
// that of the collector among it.
func Spent(run func()) time.Duration {
	runtime.GC()
	before := processor()
	run()
	return processor() - before
}

func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // a system without getrusage cannot run these tests
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
