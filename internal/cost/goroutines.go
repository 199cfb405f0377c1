//go:build unix

package cost

import (
	"cmp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// ours is how a function of this module reads in a goroutine's stack.
const ours = "github.com/portico-portal/portico/"

// patience is how long work may take to notice that nobody waits for it.
const patience = 30 * time.Second

// Goroutines are the goroutines that ran at one moment, by number.
type Goroutines map[string]string

// Running returns the goroutines that run now.
func Running() Goroutines {
	stacks := make([]byte, 1<<20)
	for {
		n := runtime.Stack(stacks, true)
		if n < len(stacks) {
			return byNumber(string(stacks[:n]))
		}
		stacks = make([]byte, 2*len(stacks))
	}
}

func byNumber(stacks string) Goroutines {
	all := Goroutines{}
	for stack := range strings.SplitSeq(stacks, "\n\n") {
		number, _, _ := strings.Cut(stack, " [")
		all[number] = stack
	}
	return all
}

// Gone fails the test unless, within 30 seconds, every goroutine with code of
// this module in its stack that was not running before has ended, except those
// that ignore names by a part of their stack, and busy (nil: nothing more to
// ask) answers false.
func Gone(t *testing.T, before Goroutines, busy func() bool, ignore ...string) {
	t.Helper()
	before[self()] = ""
	var left string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		left = before.newer(ignore)
		if left == "" && (busy == nil || !busy()) {
			return
		}
	}
	t.Errorf("still at work %v after the last reader left: %s", patience, cmp.Or(left, "what the test asks about"))
}

// newer returns the stack of a goroutine of ours that was not there before.
func (g Goroutines) newer(ignore []string) string {
	for number, stack := range Running() {
		if _, old := g[number]; !old && strings.Contains(stack, ours) && !containsAny(stack, ignore) {
			return stack
		}
	}
	return ""
}

func containsAny(s string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}

// self returns the number of the calling goroutine as in a stack.
func self() string {
	head := make([]byte, 64)
	number, _, _ := strings.Cut(string(head[:runtime.Stack(head, false)]), " [")
	return number
}
