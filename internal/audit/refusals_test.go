package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/audit"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// entries are the rows of the audit log, the oldest first.
func entries(t *testing.T, s *store.Store) []store.AuditEntry {
	t.Helper()
	all, err := store.Read(t.Context(), s, func(tx *store.Tx) ([]store.AuditEntry, error) {
		return tx.AuditLog(store.AuditQuery{Oldest: true, Outcome: store.Failed})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// An attacker causes few rows, whatever is tried, and every attempt is counted.
func TestRefusalsAreBoundedAndCounted(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	r := audit.NewRefusals(s)
	run, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() { r.Run(run) })
	const attempts = 3000
	for i := range attempts {
		r.Note(t.Context(), audit.Refusal{
			Action: "signIn", Outcome: store.Failed, Address: fmt.Sprintf("192.0.2.%d:%d", i%250, i), Reason: "wrong", RequestID: fmt.Sprint(i),
		})
	}
	stop()
	done.Wait()
	rows, total := entries(t, s), 0
	for _, e := range rows {
		var after struct{ Count int }
		if err := json.Unmarshal(e.After, &after); err != nil {
			t.Fatal(err)
		}
		total += after.Count
	}
	if len(rows) > 100 || total != attempts {
		t.Errorf("%d attempts are %d rows that count %d", attempts, len(rows), total)
	}
	if first := rows[0]; first.Actor.Address != "192.0.2.0" || first.Actor.RequestID != "0" || first.Actor.Name != "unknown" {
		t.Errorf("the first is %+v", first)
	}
}

func TestTheAddressesOfOneNetworkAreCountedAsOne(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	r := audit.NewRefusals(s)
	for i := range 50 {
		r.Note(t.Context(), audit.Refusal{Action: "signIn", Outcome: store.Failed, Address: fmt.Sprintf("[2001:db8::%x]:443", i)})
	}
	if rows := entries(t, s); len(rows) != 1 || rows[0].Actor.Address != "2001:db8::/64" {
		t.Errorf("the rows are %+v", rows)
	}
}
