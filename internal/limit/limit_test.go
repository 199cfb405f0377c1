package limit

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

func TestABudgetIsABurstAndThenARate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	l := New(map[Class]Budget{Made: {3, time.Second}}, func() time.Time { return now })
	for i := range 3 {
		if err := l.Take(Made, "a"); err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
	}
	var exceeded *ExceededError
	err := l.Take(Made, "a")
	if !errors.As(err, &exceeded) || !errors.Is(err, apim.ErrTooManyRequests) || exceeded.RetryIn() != time.Second {
		t.Fatalf("the fourth at once: %v", err)
	}
	if err := l.Take(Made, "b"); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	if err := l.Take(Form, "a"); err != nil {
		t.Errorf("a class without a budget: %v", err)
	}
	now = now.Add(exceeded.RetryIn())
	if err := l.Take(Made, "a"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	if l.Take(Made, "a") == nil {
		t.Error("the wait gave more than one")
	}
	now = now.Add(-24 * time.Hour)
	if err := l.Take(Made, "a"); err != nil {
		t.Errorf("after the clock went back: %v", err)
	}
}

func TestTheMemoryOfALimiterIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	l := New(Budgets(), func() time.Time { return now })
	for i := range 3 * shards * perShard {
		if err := l.Take(Made, strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for i := range l.shards {
		n += len(l.shards[i].full)
	}
	if n > shards*perShard {
		t.Errorf("%d clients are remembered", n)
	}
}

func TestTheTableCanBeChanged(t *testing.T) {
	t.Parallel()
	table, err := Parse([]string{"made=5/2s", "form=off"})
	if _, form := table[Form]; err != nil || form || table[Made] != (Budget{5, 2 * time.Second}) || table[Refused] != Budgets()[Refused] {
		t.Errorf("%v %v", table, err)
	}
	if table, err := Parse([]string{"off"}); err != nil || len(table) > 0 {
		t.Errorf("off: %v %v", table, err)
	}
	for _, wrong := range []string{"x=1/1s", "made", "made=0/1s", "made=1", "made=1/0s", "made=1/x"} {
		if _, err := Parse([]string{wrong}); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}
