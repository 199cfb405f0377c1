package account

import (
	"cmp"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// FirstStart is what accounts a new service starts with.
type FirstStart struct {
	Email string // of user 1; "": admin@localhost
}

// MasterSubscription is the built-in all-access subscription.
const MasterSubscription = "master"

const provisionedMeta = "account.provisioned"

// Provisioned reports whether a service has had its first start.
func Provisioned(tx *store.Tx) (bool, error) {
	done, err := tx.Meta(provisionedMeta)
	return done != "", err
}

// Forget removes, in a transaction that deletes all resources, what accounts
// store beside them, so that the service can be provisioned again.
func Forget(tx *store.Tx, service string) error {
	for _, table := range []string{"session", "minted_token"} {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE service = $1`, service); err != nil {
			return err
		}
	}
	return tx.Exec(`DELETE FROM meta WHERE service = $1 AND name LIKE 'account.%'`, service)
}

// Provision makes the built-in groups, user 1, tenant/access with keys, and the
// subscription "master", unless that was done. It keeps what is there already. No
// other process may provision beside it ([store.Store.UpdateAlone]).
func (f FirstStart) Provision(tx *store.Tx) error {
	if done, err := Provisioned(tx); err != nil || done {
		return err
	}
	for _, step := range []func(*store.Tx) error{putGroups, f.putAdministrator, f.putAccess, f.putMaster} {
		if err := step(tx); err != nil {
			return fmt.Errorf("provision the accounts: %w", err)
		}
	}
	return tx.SetMeta(provisionedMeta, "1")
}

var builtInGroups = []struct {
	id                apim.Name
	name, description string
}{
	{apim.Administrators, "Administrators", "People who manage the service. They see everything."},
	{apim.Developers, "Developers", "Everybody who is signed in."},
	{apim.Guests, "Guests", "Everybody who is not signed in."},
}

func putGroups(tx *store.Tx) error {
	for _, g := range builtInGroups {
		err := putAbsent(tx, apim.GroupRef(g.id), &apim.Group{DisplayName: g.name, Description: g.description, BuiltIn: true, Type: "system"})
		if err != nil {
			return err
		}
	}
	return nil
}

func (f FirstStart) putAdministrator(tx *store.Tx) error {
	ref := apim.UserRef(AdministratorID)
	if absent, err := isAbsent(tx, ref); err != nil || !absent {
		return err
	}
	user := &apim.User{
		Email: cmp.Or(f.Email, "admin@localhost"), FirstName: "Portico", LastName: "Administrator", Note: "Built-in administrator",
	}
	if _, err := PutUser(tx, ref, user, ""); err != nil {
		return err
	}
	_, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Administrators), ref)
	return err
}

func (f FirstStart) putAccess(tx *store.Tx) error {
	if err := putAbsent(tx, TenantAccess, &apim.TenantAccess{ID: "access", Enabled: true}); err != nil {
		return err
	}
	return setAbsentKeys(tx, TenantAccess, func() string { return newAccessKey(tx.Random) })
}

func (f FirstStart) putMaster(tx *store.Tx) error {
	now := tx.Now()
	ref := apim.SubscriptionRef(MasterSubscription)
	err := putAbsent(tx, ref, &apim.Subscription{
		DisplayName: "Built-in all-access subscription", Scope: "/apis", State: apim.SubscriptionActive,
		CreatedDate: &now, StartDate: &now, AllowTracing: true,
	})
	if err != nil {
		return err
	}
	return setAbsentKeys(tx, ref, tx.NewKey)
}

func isAbsent(tx *store.Tx, ref apim.Ref) (bool, error) {
	found, err := apim.OrNone(tx.Get(ref))
	return found == nil && err == nil, err
}

func putAbsent(tx *store.Tx, ref apim.Ref, props any) error {
	if absent, err := isAbsent(tx, ref); err != nil || !absent {
		return err
	}
	_, err := tx.Encode(ref, props)
	return err
}

func setAbsentKeys(tx *store.Tx, ref apim.Ref, draw func() string) error {
	for _, field := range []string{primaryKey, secondaryKey} {
		present, err := apim.OrNone(tx.Secret(ref, field))
		if err != nil {
			return err
		}
		if present != "" {
			continue
		}
		if err := tx.SetSecret(ref, field, draw()); err != nil {
			return err
		}
	}
	return nil
}
