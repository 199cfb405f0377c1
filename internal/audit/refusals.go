package audit

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Refusal is something that somebody was not let do.
type Refusal struct {
	Actor     string // who asked, as far as that is certain; "": nobody knows
	Action    string // what was asked for: signIn, changePassword, authenticate, authorize
	Outcome   store.Outcome
	Address   string // where from, with or without port
	Resource  apim.Ref
	RequestID string
	Reason    string // a few words
}

// unknown is the actor of what nobody has signed.
const unknown = "unknown"

// Bounds of what refusals cost: the first of its kind is a row at once, the
// others of the minute are one row with their number. Beyond so many kinds a
// minute, what is new is counted together, whoever it comes from.
const (
	period    = time.Minute
	maxKinds  = 40
	maxReason = 200
)

// Refusals writes refusals into the audit log. It is safe for concurrent use; a
// nil one drops them.
type Refusals struct {
	store *store.Store

	mu    sync.Mutex
	since time.Time         // when the period began
	more  map[Refusal]int64 // refusals of the period after the first, by kind
}

// NewRefusals writes to a store. [Refusals.Run] must run, or numbers are missing.
func NewRefusals(s *store.Store) *Refusals {
	return &Refusals{store: s, more: map[Refusal]int64{}}
}

// Note records a refusal. It does not fail: what cannot be written is logged.
func (r *Refusals) Note(ctx context.Context, what Refusal) {
	if r == nil {
		return
	}
	id := what.RequestID
	kind := kindOf(what)
	first := r.count(&kind)
	if !first {
		return
	}
	kind.RequestID = id
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // also when the client has gone
	defer cancel()
	r.write(ctx, map[Refusal]int64{kind: 1})
}

// count adds one to a kind, and reports whether it is the first. When there are
// too many kinds, it becomes that of all others.
func (r *Refusals) count(kind *Refusal) (first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, known := r.more[*kind]
	if !known && len(r.more) >= maxKinds {
		*kind = Refusal{Action: kind.Action, Outcome: kind.Outcome, Actor: unknown, Reason: "from many addresses or for many reasons"}
		_, known = r.more[*kind]
	}
	if !known {
		if len(r.more) == 0 {
			r.since = r.store.Now()
		}
		r.more[*kind] = 0
		return true
	}
	r.more[*kind]++
	return false
}

// kindOf is what refusals are counted by.
func kindOf(what Refusal) Refusal {
	what.RequestID = ""
	what.Address = hostOf(what.Address)
	if len(what.Reason) > maxReason {
		what.Reason = strings.ToValidUTF8(what.Reason[:maxReason], "")
	}
	if what.Actor == "" {
		what.Actor = unknown
	}
	return what
}

// hostOf is an address without its port; the addresses of one IPv6 network are one.
func hostOf(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		return netip.PrefixFrom(ip, 64).Masked().String()
	}
	return ip.String()
}

// Run writes the numbers of each period until ctx ends, and then the last ones.
func (r *Refusals) Run(ctx context.Context) {
	tick := time.NewTicker(period / 6)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.flush(ctx, false)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			r.flush(last, true)
			return
		}
	}
}

// flush writes the numbers of a period that is over.
func (r *Refusals) flush(ctx context.Context, now bool) {
	r.mu.Lock()
	over := r.more
	if len(over) == 0 || !now && r.store.Now().Sub(r.since).Abs() < period {
		r.mu.Unlock()
		return
	}
	r.more = map[Refusal]int64{}
	r.mu.Unlock()
	r.write(ctx, over)
}

// write adds a row for each kind with a number.
func (r *Refusals) write(ctx context.Context, kinds map[Refusal]int64) {
	err := r.store.Update(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error {
		for kind, n := range kinds {
			if n == 0 {
				continue
			}
			after, err := json.Marshal(map[string]any{"reason": kind.Reason, "count": n})
			if err != nil {
				return err
			}
			tx.As(store.Actor{Name: kind.Actor, Address: kind.Address, RequestID: kind.RequestID})
			if err := tx.AuditRefusal(kind.Action, kind.Outcome, kind.Resource, after); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		for kind, n := range kinds {
			r.store.Logger().Error("a refusal could not be written to the audit log", "action", kind.Action, "outcome", kind.Outcome,
				"address", kind.Address, "reason", kind.Reason, "count", n, "error", err)
		}
	}
}
