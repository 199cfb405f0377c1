package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// LimitedError is apim.ErrTooManyRequests: too many attempts to sign in.
type LimitedError struct{ RetryAfter time.Duration }

func (e *LimitedError) Error() string {
	return fmt.Sprintf("too many attempts to sign in; try again in %d seconds", int(e.RetryAfter.Seconds())+1)
}

// RetryIn is how long to wait, for the header Retry-After.
func (e *LimitedError) RetryIn() time.Duration { return e.RetryAfter }

// Is makes errors.Is(err, apim.ErrTooManyRequests) true.
func (e *LimitedError) Is(target error) bool { return target == apim.ErrTooManyRequests }

// limit is a token bucket: burst attempts at once, then one every interval.
type limit struct {
	name     string // what is counted
	burst    int
	interval time.Duration
}

// Only wrong guesses count. Somebody who mistypes is not held up. A guesser has
// a few hundred tries a day for an account, and a few thousand from an address;
// from many addresses every try for an account is slow ([delayOf]), but none is
// refused: nobody can keep others out of their account.
var (
	pairLimit    = limit{"pair", 10, 2 * time.Minute}     // of an account and an address
	addressLimit = limit{"address", 50, 20 * time.Second} // of an address, for all accounts
	deviceLimit  = limit{"device", 20, time.Minute}       // of a known device, which passes the others
	ownLimit     = limit{"own", 10, 2 * time.Minute}      // of a session that changes its password
	accountPace  = limit{"account", 20, 30 * time.Second} // of an account: beyond it, attempts are slow
)

// bucket is a limit for one account, address, device or session. How full it is
// lies in the database, so that replicas count together and a restart forgets
// nothing; what lies there is bounded by the number of guesses in the time that
// a bucket takes to empty, and those by the cost of a hash.
type bucket struct {
	limit
	of string
}

// mark is the name of the time at which the bucket has its whole burst again. An
// attempt moves that time by an interval; one that would move it beyond burst
// intervals from now is refused.
func (b bucket) mark() string {
	sum := sha256.Sum256([]byte(b.of))
	return "account." + b.name + "/" + hex.EncodeToString(sum[:16])
}

// next is the mark after one more attempt, and how long that has to wait.
func (b bucket) next(tx *store.Tx) (mark time.Time, wait time.Duration, err error) {
	mark, err = tx.Mark(b.mark())
	latest := tx.Now().Add(time.Duration(b.burst+slowest) * b.interval)
	if mark.Before(tx.Now()) || mark.After(latest) { // after: the clock went back
		mark = tx.Now()
	}
	mark = mark.Add(b.interval)
	return mark, mark.Sub(tx.Now().Add(time.Duration(b.burst) * b.interval)), err
}

// full is a *LimitedError for an attempt that has to wait.
func (b bucket) full(tx *store.Tx) error {
	_, wait, err := b.next(tx)
	if err == nil && wait > 0 {
		err = &LimitedError{RetryAfter: wait}
	}
	return err
}

// take counts an attempt in all buckets, unless one refuses it: then it is a
// *LimitedError, and nothing is written. Attempts at once are counted before
// their outcome is known.
func (s *Service) take(ctx context.Context, buckets ...bucket) error {
	check := func(tx *store.Tx) error {
		for _, b := range buckets {
			if err := b.full(tx); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.store.View(ctx, check); err != nil {
		return err
	}
	return s.store.Update(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error {
		if err := check(tx); err != nil {
			return err
		}
		for _, b := range buckets {
			mark, _, err := b.next(tx)
			if err == nil {
				err = tx.SetMark(b.mark(), mark)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// giveBack undoes an attempt that was no guess: the first bucket, which knows
// the person, has its whole burst again, the others what was taken.
func (s *Service) giveBack(ctx context.Context, buckets ...bucket) error {
	return s.store.Update(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error {
		for i, b := range buckets {
			mark, err := tx.Mark(b.mark())
			if err != nil {
				return err
			}
			if i == 0 {
				mark = time.Time{}
			}
			if err := tx.SetMark(b.mark(), mark.Add(-b.interval)); err != nil {
				return err
			}
		}
		return nil
	})
}

// The delays of attempts for an account that many guess at.
const (
	firstDelay = 500 * time.Millisecond
	lastDelay  = 8 * time.Second
	slowest    = 6    // attempts beyond the pace; more do not make it slower
	maxWaiting = 1024 // attempts that wait at once, in this process
)

// slow holds an attempt up for as long as the account is guessed at from
// elsewhere. It does not depend on whether the account exists.
func (s *Service) slow(ctx context.Context, account string) error {
	delay, err := store.Write(ctx, s.store, store.Actor{Name: store.System}, func(tx *store.Tx) (time.Duration, error) {
		pace := bucket{accountPace, account}
		mark, over, err := pace.next(tx)
		if err != nil {
			return 0, err
		}
		latest := tx.Now().Add(time.Duration(pace.burst+slowest) * pace.interval)
		if mark.After(latest) {
			mark = latest
		}
		return delayOf(over), tx.SetMark(pace.mark(), mark)
	})
	if err != nil || delay == 0 {
		return err
	}
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return &LimitedError{RetryAfter: delay}
	}
	return s.wait(ctx, delay)
}

// delayOf doubles with every attempt beyond the pace.
func delayOf(over time.Duration) time.Duration {
	if over <= 0 {
		return 0
	}
	steps := min(int((over-1)/accountPace.interval), slowest)
	return min(firstDelay<<steps, lastDelay)
}

// wait returns after d, or when the client has gone.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// addressName is what an address is counted by: the IPv6 addresses of one
// customer count as one.
func addressName(address string) string {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		address = ap.Addr().String()
	}
	ip, err := netip.ParseAddr(strings.Trim(address, "[]"))
	if err != nil {
		return address
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
