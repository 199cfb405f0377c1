package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// ProvisionOptions say what a new service starts with.
type ProvisionOptions struct {
	Email     string    // of user 1; "": admin@localhost
	FirstName string    // "": Portico
	LastName  string    // "": Administrator
	Rand      io.Reader // keys; nil: crypto/rand
	// First writes, in the same transaction, what else a new service starts with; nil: nothing.
	First func(*store.Tx) error
}

// MasterSubscription is the built-in all-access subscription.
const MasterSubscription = "master"

const provisionedMeta = "account.provisioned"

// Provision makes what every service has: the built-in groups, user 1,
// tenant/access with keys, and the subscription "master". It does so once, in
// one transaction beside which no other process provisions, and keeps what is
// there already. created reports whether this call did it: then the first-start
// link is due.
func Provision(ctx context.Context, s *store.Store, opt ProvisionOptions) (created bool, err error) {
	p, err := newProvision(opt)
	if err != nil {
		return false, err
	}
	var done string
	err = s.View(ctx, func(tx *store.Tx) error {
		done, err = tx.Meta(provisionedMeta)
		return err
	})
	if err != nil || done != "" {
		return false, err
	}
	err = s.UpdateAlone(ctx, store.Actor{Name: store.System}, func(tx *store.Tx) error {
		if done, err = tx.Meta(provisionedMeta); err != nil || done != "" {
			created = false
			return err
		}
		created = true
		if err := p.run(tx); err != nil || opt.First == nil {
			return err
		}
		return opt.First(tx)
	})
	if err != nil {
		return false, fmt.Errorf("provision the service: %w", err)
	}
	return created, nil
}

// Forget removes, in a transaction that deletes all resources, what accounts keep
// beside them, so that the service can be provisioned again.
func Forget(tx *store.Tx, service string) error {
	if err := tx.Exec(`DELETE FROM session WHERE service = $1`, service); err != nil {
		return err
	}
	return tx.Exec(`DELETE FROM meta WHERE service = $1 AND name LIKE 'account.%'`, service)
}

// provision is a first start, its randomness drawn beforehand: transactions may run twice.
type provision struct {
	user             apim.User
	accessKeys       [2]string
	subscriptionKeys [2]string
}

func newProvision(opt ProvisionOptions) (*provision, error) {
	random := cmp.Or(opt.Rand, rand.Reader)
	p := &provision{user: apim.User{
		Email: orDefault(opt.Email, "admin@localhost"), FirstName: orDefault(opt.FirstName, "Portico"),
		LastName: orDefault(opt.LastName, "Administrator"), Note: "Built-in administrator",
	}}
	for i := range 2 {
		var err1, err2 error
		p.accessKeys[i], err1 = newAccessKey(random)
		p.subscriptionKeys[i], err2 = newSubscriptionKey(random)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *provision) run(tx *store.Tx) error {
	steps := []func(*store.Tx) error{p.groups, p.administrator, p.access, p.master}
	for _, step := range steps {
		if err := step(tx); err != nil {
			return err
		}
	}
	return tx.SetMeta(provisionedMeta, "1")
}

var builtInGroups = []struct{ id, name, description string }{
	{apim.Administrators, "Administrators", "People who manage the service. They see everything."},
	{apim.Developers, "Developers", "Everybody who is signed in."},
	{apim.Guests, "Guests", "Everybody who is not signed in."},
}

func (p *provision) groups(tx *store.Tx) error {
	for _, g := range builtInGroups {
		err := putAbsent(tx, apim.GroupRef(g.id), &apim.Group{DisplayName: g.name, Description: g.description, BuiltIn: true, Type: "system"})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *provision) administrator(tx *store.Tx) error {
	ref := apim.UserRef(AdministratorID)
	if absent, err := isAbsent(tx, ref); err != nil || !absent {
		return err
	}
	user := p.user
	if _, err := PutUser(tx, ref, &user, ""); err != nil {
		return err
	}
	_, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Administrators), ref)
	return err
}

func (p *provision) access(tx *store.Tx) error {
	if err := putAbsent(tx, TenantAccess, &apim.TenantAccess{ID: "access", Enabled: true}); err != nil {
		return err
	}
	return setAbsentKeys(tx, TenantAccess, p.accessKeys)
}

func (p *provision) master(tx *store.Tx) error {
	now := tx.Now()
	ref := apim.SubscriptionRef(MasterSubscription)
	err := putAbsent(tx, ref, &apim.Subscription{
		DisplayName: "Built-in all-access subscription", Scope: "/apis", State: apim.SubscriptionActive,
		CreatedDate: &now, StartDate: &now, AllowTracing: true,
	})
	if err != nil {
		return err
	}
	return setAbsentKeys(tx, ref, p.subscriptionKeys)
}

func isAbsent(tx *store.Tx, ref apim.Ref) (bool, error) {
	_, err := tx.Get(ref)
	if errors.Is(err, apim.ErrNotFound) {
		return true, nil
	}
	return false, err
}

func putAbsent(tx *store.Tx, ref apim.Ref, props any) error {
	if absent, err := isAbsent(tx, ref); err != nil || !absent {
		return err
	}
	body, err := json.Marshal(props)
	if err != nil {
		return fmt.Errorf("encode %s: %w", ref, err)
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

func setAbsentKeys(tx *store.Tx, ref apim.Ref, keys [2]string) error {
	for i, field := range []string{primaryKey, secondaryKey} {
		_, err := tx.Secret(ref, field)
		if errors.Is(err, apim.ErrNotFound) {
			err = tx.SetSecret(ref, field, keys[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func orDefault(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
