package policy

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRateLimitRefusesWithTheTimeToWait(t *testing.T) {
	t.Parallel()
	chain := one(t, `inbound:<rate-limit calls="2" renewal-period="10" remaining-calls-header-name="x-left" total-calls-header-name="x-total"/>`)
	call := func(second float64, subscription string) (int, Header, string) {
		ex, _ := newExchange(t, "GET /")
		ex.Subscription = subscription
		ex.Now = func() time.Time { return time.Unix(0, int64(second*1e9)) }
		chain.Run(ex)
		return ex.Response.Status, ex.Response.Header, body(t, ex)
	}
	steps := []struct {
		at           float64
		subscription string
		status       int
		left         string
		retry        string
	}{
		{0, "a", 200, "1", ""},
		{3, "a", 200, "0", ""},
		{3.5, "a", 429, "", "7"},
		{4, "a", 429, "", "6"},
		{3.5, "b", 200, "1", ""},
		{9.9, "a", 429, "", "1"},
		{10, "a", 200, "0", ""},
		{10.1, "a", 429, "", "3"},
		{13, "a", 200, "0", ""},
		{100, "a", 200, "1", ""},
	}
	for i, s := range steps {
		status, header, body := call(s.at, s.subscription)
		if status != s.status || header.Get("X-Left") != s.left || header.Get("Retry-After") != s.retry {
			t.Errorf("step %d at %gs: got %d %v", i, s.at, status, header)
		}
		if status == 429 && body != `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in `+s.retry+` seconds." }` {
			t.Errorf("step %d: body %s", i, body)
		}
		if status == 200 && header.Get("X-Total") != "2" {
			t.Errorf("step %d: total %q", i, header.Get("X-Total"))
		}
	}
}

func TestCallsWithoutASubscriptionAreNotCounted(t *testing.T) {
	t.Parallel()
	chain := one(t, `inbound:<rate-limit calls="1" renewal-period="10" remaining-calls-header-name="x-left"/>`)
	for _, subscription := range []string{"", "", "a", ""} {
		ex, _ := newExchange(t, "GET /")
		ex.Subscription = subscription
		chain.Run(ex)
		if left := ex.Response.Header.Get("X-Left"); ex.Response.Status != 200 || (left == "") != (subscription == "") {
			t.Errorf("a call of subscription %q: %d, %q left", subscription, ex.Response.Status, left)
		}
	}
}

func TestCountersSurviveARecompiledChain(t *testing.T) {
	t.Parallel()
	env := world{counters: NewMemoryCounters()}
	for i, want := range []int{200, 429} {
		ex, _ := newExchange(t, "GET /")
		ex.Subscription = "a"
		policies := document(t, `inbound:<rate-limit calls="1" renewal-period="10"/>`).Compile(Environment(env))
		Merge(Scope{ID: "/apis/a", Policies: policies}).Run(ex)
		if ex.Response.Status != want {
			t.Errorf("call %d answered %d, want %d", i, ex.Response.Status, want)
		}
	}
}

func TestNoMoreThanTheLimitPassAtOnce(t *testing.T) {
	t.Parallel()
	limits := NewMemoryCounters()
	var passed atomic.Int64
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for range 20 {
				if _, wait, _ := limits.Take(t.Context(), CounterKey{}, 100, time.Hour, time.Unix(0, 0)); wait == 0 {
					passed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if passed.Load() != 100 {
		t.Errorf("%d calls passed, want 100", passed.Load())
	}
}

func TestIdleCountersAreDropped(t *testing.T) {
	t.Parallel()
	limits := NewMemoryCounters()
	for i := range 10 * firstSweep {
		limits.Take(t.Context(), CounterKey{Who: strconv.Itoa(i)}, 1, time.Second, time.Unix(int64(i), 0))
	}
	if n := len(limits.counters); n > firstSweep {
		t.Errorf("%d counters are kept, want at most %d", n, firstSweep)
	}
}

func TestCountersAreSweptWhenThereAreMany(t *testing.T) {
	t.Parallel()
	limits := NewMemoryCounters()
	take := func(who string, at int64) (wait time.Duration) {
		_, wait, _ = limits.Take(t.Context(), CounterKey{Who: who}, 1, 10*time.Second, time.Unix(at, 0))
		return wait
	}
	take("idle", 0)
	take("in use", 100)
	if n := len(limits.counters); n != 2 {
		t.Errorf("of two counters %d are kept", n)
	}
	limits = NewMemoryCounters()
	take("in use", 9)
	for i := 1; i < firstSweep; i++ {
		take(strconv.Itoa(i), 0)
	}
	if n := len(limits.counters); n != firstSweep {
		t.Errorf("of %d counters %d are kept", firstSweep, n)
	}
	take("next", 10)
	if n := len(limits.counters); n != 2 {
		t.Errorf("%d counters are kept, want the one in use and the next", n)
	}
	if take("in use", 18) == 0 {
		t.Error("a counter in use was forgotten")
	}
}

// Calls of one sixteenth of the period are forgotten together, those of the next
// with the next.
func TestCallsOfASixteenthAreForgottenTogether(t *testing.T) {
	t.Parallel()
	limits := NewMemoryCounters()
	for _, step := range []struct {
		at     float64 // seconds
		passes bool
	}{
		{0, true}, {0.9, true}, {1, true}, {1.5, true}, {15.9, false},
		{16, true}, {16, true}, {16, false}, {16.9, false}, {17, true}, {17, true}, {17, false},
	} {
		_, wait, _ := limits.Take(t.Context(), CounterKey{}, 4, 16*time.Second, time.Unix(0, int64(step.at*1e9)))
		if (wait == 0) != step.passes {
			t.Errorf("at %gs: wait %s, want it to pass: %v", step.at, wait, step.passes)
		}
	}
}

// The counter agrees with a log of all calls, within a sixteenth of the period.
func TestTheSlidingPeriodHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const period = 1600 * time.Millisecond
		calls := rapid.IntRange(1, 30).Draw(t, "calls")
		gaps := rapid.SliceOfN(rapid.IntRange(0, 400), 1, 200).Draw(t, "gaps in ms")
		limits, now := NewMemoryCounters(), time.Unix(0, 0)
		var passed []time.Time
		for _, gap := range gaps {
			now = now.Add(time.Duration(gap) * time.Millisecond)
			within := func(d time.Duration) (n int) {
				for _, at := range passed {
					if at.After(now.Add(-d)) {
						n++
					}
				}
				return n
			}
			remaining, wait, _ := limits.Take(context.Background(), CounterKey{}, calls, period, now)
			switch {
			case wait > 0 && within(period) < calls:
				t.Fatalf("refused with %d of %d calls in the period", within(period), calls)
			case wait == 0 && within(period-period/slots) >= calls:
				t.Fatalf("passed with %d of %d calls in 15/16 of the period", within(period-period/slots), calls)
			case wait > period || remaining < 0:
				t.Fatalf("wait %s, remaining %d", wait, remaining)
			}
			if wait == 0 {
				passed = append(passed, now)
			}
		}
	})
}

// A clock that went back by more than the period starts the count anew, once;
// one that went back by less does not.
func TestACountBeginsAnewWhenTheClockWentBack(t *testing.T) {
	t.Parallel()
	for back, passes := range map[time.Duration]bool{5 * time.Second: false, 10 * time.Second: false, 10*time.Second + 1: true, 24 * time.Hour: true} {
		limits, now := NewMemoryCounters(), time.Unix(1e6, 0)
		take := func(at time.Time) bool {
			_, wait, _ := limits.Take(t.Context(), CounterKey{}, 3, 10*time.Second, at)
			return wait == 0
		}
		for i := range 3 {
			if !take(now.Add(time.Duration(i-2) * time.Second)) {
				t.Fatal("the first calls do not pass")
			}
		}
		if got := take(now.Add(-back)); got != passes {
			t.Errorf("back by %s a call passes: %v, want %v", back, got, passes)
		}
		for n, want := range []bool{true, true, false} { // the second to the fourth call
			if got := take(now.Add(-back)); passes && got != want {
				t.Errorf("back by %s call %d passes: %v, want %v", back, n+2, got, want)
			}
		}
	}
}
