package apim

import (
	"cmp"
	"net/mail"
	"time"
)

// FirstAdministrator is the id of the user that is made at the first start, who is
// always an administrator.
const FirstAdministrator = "1"

// The states of a user.
const (
	UserActive  = "active"
	UserBlocked = "blocked"
	UserPending = "pending"
	UserDeleted = "deleted"
)

// User is the properties of a user. The password is never among them.
type User struct {
	FirstName        string     `json:"firstName"`
	LastName         string     `json:"lastName"`
	Email            string     `json:"email"`
	State            string     `json:"state,omitempty"` // active, blocked, pending, deleted
	Note             string     `json:"note,omitempty"`  // an administrator's remark; the user does not see it
	RegistrationDate *time.Time `json:"registrationDate,omitempty"`
	Identities       []Identity `json:"identities,omitempty"` // read only
}

// Identity is one way a user signs in: provider Basic, Aad, AadB2C, Azure and the id there.
type Identity struct {
	Provider string `json:"provider"` // Basic, Aad, AadB2C, Azure, ...
	ID       string `json:"id"`       // the user's id there; the e-mail address for Basic
}

// Default makes an active user.
func (u *User) Default() {
	u.State = cmp.Or(u.State, UserActive)
}

// Validate checks names, address and state.
func (u *User) Validate(v *Violations) {
	if v.Required("email", u.Email) {
		v.Length("email", u.Email, 254)
		if a, err := mail.ParseAddress(u.Email); err != nil || a.Address != u.Email {
			v.Addf("email", "email must be an e-mail address; it is %q.", u.Email)
		}
	}
	v.Text("firstName", u.FirstName, 100)
	v.Text("lastName", u.LastName, 100)
	v.OneOf("state", &u.State, UserActive, UserBlocked, UserPending, UserDeleted)
}

// Users is the kind of /users.
var Users = &Kind{
	Path: "users", Verbs: CRUD, Delete204Since: "2024-05-01", New: func() Resource { return new(User) },
	Filter: Fields{"name", "firstName", "lastName", "email", "note", "state", "registrationDate"},
	Also:   []string{"password", "confirmation", "appType", "groups"},
	Always: []Member{{"identities", `[]`}},
	Links: []Link{
		{Collection: "groups", To: "groups", Name: GroupUser, Reverse: true, ReadOnly: true, Filter: nameFilter},
		{Collection: "subscriptions", To: "subscriptions", Name: SubscriptionOwner, Reverse: true, ReadOnly: true, ETag: true, Filter: subscriptionFilter},
	},
	Actions: []string{"token", "generateSsoUrl", "confirmations/password/send"},
}
