package provision

import (
	"context"
	"fmt"
	"strconv"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
)

// The names under which a service remembers its first contents.
const (
	firstMeta  = "provision.first"  // feed number after which they were made; "": there are none, or no more
	policyMeta = "provision.policy" // ETag of the global policy as written here, due, or "": it is somebody else's
	linkMeta   = "provision.link"   // due until the first administrator was given a link
)

const due = "due"

var system = store.Actor{Name: store.System}

// Service provisions a service.
type Service struct {
	Store     *store.Store
	Publisher *publish.Service
}

// Run creates what every service has, and publishes the first contents of a new
// one. An existing service gets no first contents.
func (s *Service) Run(ctx context.Context) error {
	done, err := s.Done(ctx)
	if err != nil || done {
		return err
	}
	return s.begin(ctx, system, func(*store.Tx) error { return nil })
}

// Done reports whether the service was provisioned before.
func (s *Service) Done(ctx context.Context) (bool, error) {
	return store.Read(ctx, s.Store, account.Provisioned)
}

// begin is the first start, after what an actor does before and before what else
// follows, all in one transaction.
func (s *Service) begin(ctx context.Context, actor store.Actor, before func(*store.Tx) error, also ...func(*store.Tx) error) error {
	return s.Store.UpdateAlone(ctx, actor, func(tx *store.Tx) error {
		if err := before(tx); err != nil {
			return err
		}
		tx.As(system)
		if done, err := account.Provisioned(tx); err != nil || done {
			return err // by another process
		}
		steps := []func(*store.Tx) error{account.FirstStart{}.Provision, remember, putProducts, publish.PutDefaultSite, s.Publisher.PublishFirst}
		for _, step := range append(steps, also...) {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// remember notes that what follows are the first contents.
func remember(tx *store.Tx) error {
	since, err := lastAudit(tx)
	if err != nil {
		return err
	}
	for name, value := range map[string]string{firstMeta: strconv.FormatInt(since, 10), policyMeta: due, linkMeta: due} {
		if err := tx.SetMeta(name, value); err != nil {
			return err
		}
	}
	return nil
}

// lastAudit is the feed number of the newest audit entry, or 0.
func lastAudit(tx *store.Tx) (int64, error) {
	newest, err := tx.AuditLog(store.AuditQuery{Limit: 1})
	if err != nil || len(newest) == 0 {
		return 0, err
	}
	return newest[0].Seq, nil
}

// LinkDue reports whether the first administrator should get a sign-in link; it
// does so only once.
func (s *Service) LinkDue(ctx context.Context) (bool, error) {
	value, err := store.Read(ctx, s.Store, func(tx *store.Tx) (string, error) { return tx.Meta(linkMeta) })
	if err != nil || value != due {
		return false, err
	}
	return store.Write(ctx, s.Store, system, func(tx *store.Tx) (bool, error) {
		value, err := tx.Meta(linkMeta)
		if err != nil || value != due {
			return false, err
		}
		return true, tx.SetMeta(linkMeta, "")
	})
}

// Untouched reports whether nobody has changed anything in the service except
// people signing in, setting passwords and being invited.
func (s *Service) Untouched(ctx context.Context) (bool, error) {
	return store.Read(ctx, s.Store, untouched)
}

func untouched(tx *store.Tx) (bool, error) {
	since, err := tx.Meta(firstMeta)
	if err != nil || since == "" {
		return false, err
	}
	seq, err := strconv.ParseInt(since, 10, 64)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", firstMeta, err)
	}
	changed, err := tx.ChangedByOthers(seq)
	return !changed, err
}

// GiveWay deletes the first contents of an untouched service in one
// transaction, and reports whether it did. The published revision stays until
// the next one.
func (s *Service) GiveWay(ctx context.Context, actor store.Actor) (gave bool, err error) {
	err = s.Store.UpdateAlone(ctx, actor, func(tx *store.Tx) error {
		if gave, err = untouched(tx); err != nil || !gave {
			return err
		}
		for _, ref := range append(firstProducts(), globalPolicy, apim.Ref("/contentTypes")) {
			if err := tx.DeleteTree(ref); err != nil {
				return err
			}
		}
		if err := tx.SetMeta(policyMeta, ""); err != nil {
			return err
		}
		if err := publish.PutContentTypes(tx); err != nil {
			return err
		}
		return tx.SetMeta(firstMeta, "")
	})
	if err != nil {
		return false, fmt.Errorf("remove the first contents: %w", err)
	}
	return gave, nil
}

// Erase deletes all resources and provisions the service as at its first start,
// for a portal at an address, with what else every service has: all or nothing.
func (s *Service) Erase(ctx context.Context, actor store.Actor, portal string, also func(*store.Tx) error) error {
	erase := func(tx *store.Tx) error {
		if err := tx.DeletePublished(); err != nil {
			return err
		}
		if err := tx.DeleteTree(""); err != nil {
			return err
		}
		return account.Forget(tx, s.Store.Service())
	}
	err := s.begin(ctx, actor, erase, also, func(tx *store.Tx) error { return keepOrigin(tx, portal) })
	if err != nil {
		return fmt.Errorf("erase the service: %w", err)
	}
	return nil
}

// put writes a resource in the name of the system.
func put(tx *store.Tx, ref apim.Ref, r apim.Resource) (*store.Document, error) {
	apim.Default(r)
	return tx.Encode(ref, r)
}
