//go:build unix

package cost

import (
	"testing"
	"time"
)

var sink [][]byte

func spin(steps int) {
	x := 1
	for range steps {
		x = x*31 + 7
	}
	if x == 0 {
		panic("never")
	}
}

// fails reports whether check marks its test as failed.
func fails(check func(t *testing.T)) bool {
	probe := new(testing.T)
	done := make(chan struct{})
	go func() { defer close(done); check(probe) }() // FailNow ends its goroutine
	<-done
	return probe.Failed()
}

func TestWhatGrowsWithTheSquareOfItsInputFails(t *testing.T) {
	square := func(n int) func() { return func() { spin(n * n) } }
	linear := func(n int) func() { return func() { spin(n * 1000) } }
	sizes := Sizes{From: 1 << 10, To: 1 << 20}
	if !fails(func(t *testing.T) { CPU(t, sizes, square) }) {
		t.Error("work in quadratic time passed")
	}
	if fails(func(t *testing.T) { CPU(t, sizes, linear) }) {
		t.Error("work in linear time failed")
	}
	if !fails(func(t *testing.T) { Count(t, 100, func(n int) int { return n * n }) }) {
		t.Error("counted work in quadratic time passed")
	}
}

func TestMemoryOverTheBudgetFails(t *testing.T) {
	hold := func() { sink = append(sink, make([]byte, 64<<20)) }
	if !fails(func(t *testing.T) { Memory(t, 32<<20, hold) }) {
		t.Error("64 MB passed a budget of 32 MB")
	}
	sink = nil
	if fails(func(t *testing.T) { Memory(t, 128<<20, hold) }) {
		t.Error("64 MB failed a budget of 128 MB")
	}
	sink = nil
}

func TestAGoroutineThatGoesOnIsSeen(t *testing.T) {
	before := Running()
	end := make(chan struct{})
	go func() { <-end }()
	time.Sleep(time.Millisecond)
	before[self()] = ""
	if before.newer(nil) == "" {
		t.Error("a goroutine that waits was not seen")
	}
	if before.newer([]string{"TestAGoroutineThatGoesOnIsSeen"}) != "" {
		t.Error("what is ignored was seen")
	}
	close(end)
	Gone(t, before, nil)
}

func TestAnInputThatTakesSecondsFails(t *testing.T) {
	if !fails(func(t *testing.T) {
		defer Bound(t, 10)()
		for before := processor(); processor()-before < 2500*time.Millisecond; {
			spin(1000)
		}
	}) {
		t.Error("an input of ten bytes took two seconds and a half and passed")
	}
}
