package account

import (
	"errors"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// normalEmail is the form in which addresses are compared.
func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// emailMeta names the stored value that holds the user of an e-mail address.
func emailMeta(email string) string { return "account.email/" + normalEmail(email) }

// PutUser creates or replaces a user, with defaults (an empty state keeps the
// old one), and reports whether it created one. password comes from
// [Service.HashPassword]; "" keeps the present one. New users join Developers.
// A user who is no longer active, or whose password is replaced, loses sessions
// and tokens at once. Errors: *apim.InvalidError, *apim.ConflictError for an
// address in use.
func PutUser(tx *store.Tx, ref apim.Ref, u *apim.User, password string) (created bool, err error) {
	old, err := apim.OrNone(getUser(tx, ref))
	if err != nil {
		return false, err
	}
	created = old == nil
	completeUser(tx, old, u)
	if err := validateUser(ref, u); err != nil {
		return false, err
	}
	if err := claimEmail(tx, ref, old, u.Email); err != nil {
		return false, err
	}
	if _, err := tx.Encode(ref, u); err != nil {
		return false, err
	}
	if created {
		if _, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Developers), ref); err != nil {
			return false, err
		}
	}
	if !created && u.State != apim.UserActive {
		if err := endAccess(tx, ref); err != nil {
			return false, err
		}
	}
	if password != "" {
		return created, replacePassword(tx, ref, password)
	}
	return created, nil
}

// completeUser fills in what a PUT left out and what only the service decides.
func completeUser(tx *store.Tx, old *User, u *apim.User) {
	if u.State == "" && old != nil {
		u.State = old.State // a replacement does not unblock a user
	}
	u.Default()
	u.Email = strings.TrimSpace(u.Email)
	if old == nil {
		now := tx.Now()
		u.RegistrationDate = &now
		if len(u.Identities) == 0 {
			u.Identities = []apim.Identity{{Provider: "Basic", ID: u.Email}}
		}
		return
	}
	u.RegistrationDate = old.RegistrationDate
	if len(u.Identities) == 0 {
		u.Identities = old.Identities
	}
	for i, id := range u.Identities {
		if id.Provider == "Basic" && normalEmail(id.ID) == normalEmail(old.Email) {
			u.Identities[i].ID = u.Email
		}
	}
}

func validateUser(ref apim.Ref, u *apim.User) error {
	var v apim.Violations
	u.Validate(&v)
	if ref.Name() == AdministratorID && u.State != apim.UserActive {
		v.Addf("state", "state of user %s must be %s: it is the service's administrator.", AdministratorID, apim.UserActive)
	}
	if ref.Name().Same(IntegrationID) {
		v.Addf("name", "name must not be %q, which stands for the service itself.", IntegrationID)
	}
	return v.Err()
}

// claimEmail reserves an e-mail address for a user.
func claimEmail(tx *store.Tx, ref apim.Ref, old *User, email string) error {
	owner, err := tx.Meta(emailMeta(email))
	if err != nil {
		return err
	}
	if owner != "" && !ref.Same(apim.Ref(owner)) {
		return &apim.ConflictError{Target: "email", Message: "A user with this e-mail address exists already."}
	}
	if old != nil && normalEmail(old.Email) != normalEmail(email) {
		if err := tx.SetMeta(emailMeta(old.Email), ""); err != nil {
			return err
		}
	}
	return tx.SetMeta(emailMeta(email), string(ref.Key()))
}

// replacePassword stores an encoded password. It ends every session and the
// one-time link; also every token, unless there was no password before.
func replacePassword(tx *store.Tx, ref apim.Ref, encoded string) error {
	end := endAccess
	if _, err := tx.Password(ref); errors.Is(err, apim.ErrNotFound) {
		end = endSessions
	} else if err != nil {
		return err
	}
	if err := tx.SetPassword(ref, encoded); err != nil {
		return err
	}
	return end(tx, ref)
}

// endSessions ends a user's one-time link and sessions.
func endSessions(tx *store.Tx, ref apim.Ref) error {
	if err := tx.DeleteUserSessions(ref.Name(), ""); err != nil {
		return err
	}
	return tx.SetMeta(linkMeta(ref), "")
}

// endAccess ends a user's tokens, known devices, one-time link and sessions.
func endAccess(tx *store.Tx, ref apim.Ref) error {
	if err := endSessions(tx, ref); err != nil {
		return err
	}
	epoch, err := tx.Meta(epochMeta(ref))
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(epoch) // "" is 0
	return tx.SetMeta(epochMeta(ref), strconv.Itoa(n+1))
}

// DeleteUser deletes a user with links to groups, password, sessions and
// tokens. It refuses if there are subscriptions, unless deleteSubscriptions is
// set.
func DeleteUser(tx *store.Tx, ref apim.Ref, deleteSubscriptions bool) error {
	u, err := getUser(tx, ref)
	if err != nil {
		return err
	}
	if u.ID == AdministratorID {
		return apim.Invalid("name", "The service's administrator, user 1, cannot be deleted.")
	}
	owned, err := tx.Backlinks(apim.SubscriptionOwner, ref)
	if err != nil {
		return err
	}
	if len(owned) > 0 && !deleteSubscriptions {
		return &apim.ConflictError{Message: "The user has subscriptions. Delete them first, or set deleteSubscriptions=true."}
	}
	for _, sub := range owned {
		if err := tx.Delete(sub); err != nil {
			return err
		}
	}
	if err := endAccess(tx, ref); err != nil {
		return err
	}
	if err := tx.SetMeta(emailMeta(u.Email), ""); err != nil {
		return err
	}
	return tx.Delete(ref)
}
