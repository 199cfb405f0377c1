package publish

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// metaNext is when the next scheduled revision becomes current; "" when none is.
const metaNext = "publish.next"

// scheduler is who makes scheduled revisions current.
var scheduler = store.Actor{Name: "schedule"}

func (s *Service) checkTime(at time.Time) error {
	if now := s.Store.Now(); !at.After(now) {
		return apim.Invalid("scheduledDateTime", fmt.Sprintf("scheduledDateTime must be in the future; it is %s, and now it is %s.",
			at.Format(time.RFC3339), now.In(at.Location()).Format(time.RFC3339)))
	}
	return nil
}

// Schedule lets a revision become the published site at a time to come; the
// zero time takes that back.
func (s *Service) Schedule(tx *store.Tx, name apim.Name, at time.Time) (*apim.PortalRevision, error) {
	if !at.IsZero() {
		if err := s.checkTime(at); err != nil {
			return nil, err
		}
	}
	rev, err := get(tx, apim.PortalRevisionRef(name))
	if err != nil {
		return nil, err
	}
	now := s.Store.Now()
	rev.UpdatedDateTime, rev.ScheduledDateTime = &now, nil
	if !at.IsZero() {
		switch {
		case rev.Status != Completed:
			return nil, &apim.ConflictError{Target: "scheduledDateTime", Message: fmt.Sprintf("Portal revision %q has errors and cannot be published: %s", name, rev.StatusDetails)}
		case rev.IsCurrent:
			return nil, &apim.ConflictError{Target: "scheduledDateTime", Message: fmt.Sprintf("Portal revision %q is the published site already.", name)}
		}
		utc := at.UTC()
		rev.ScheduledDateTime = &utc
	}
	if err := put(tx, apim.PortalRevisionRef(name), rev); err != nil {
		return nil, err
	}
	return rev, noteNext(tx)
}

// waiting lists the scheduled revisions, the first to come first.
func waiting(tx *store.Tx) ([]revision, error) {
	list, err := revisions(tx, func(r revision) bool { return r.ScheduledDateTime != nil })
	slices.SortFunc(list, func(a, b revision) int {
		return cmp.Or(a.ScheduledDateTime.Compare(*b.ScheduledDateTime), cmp.Compare(a.name, b.name))
	})
	return list, err
}

// noteNext remembers when the next revision is due, so that asking is cheap.
func noteNext(tx *store.Tx) error {
	list, err := waiting(tx)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > 0 {
		next = list[0].ScheduledDateTime.Format(time.RFC3339Nano)
	}
	return tx.SetMeta(metaNext, next)
}

// PublishDue makes the revisions current whose time has come, also those that
// were due while nothing ran, and returns their names. Several replicas may ask.
func (s *Service) PublishDue(ctx context.Context) ([]apim.Name, error) {
	due := false
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		next, err := tx.Meta(metaNext)
		if err != nil || next == "" {
			return err
		}
		at, err := time.Parse(time.RFC3339Nano, next)
		due = !at.After(s.Store.Now())
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	done, err := store.Write(ctx, s.Store, scheduler, s.publishDue)
	if err != nil {
		return nil, fmt.Errorf("publish what is scheduled: %w", err)
	}
	return done, nil
}

func (s *Service) publishDue(tx *store.Tx) (done []apim.Name, err error) {
	list, err := waiting(tx)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.ScheduledDateTime.After(s.Store.Now()) {
			break
		}
		if _, err := s.MakeCurrent(tx, r.name); err != nil {
			return nil, err
		}
		done = append(done, r.name)
	}
	return done, nil
}
