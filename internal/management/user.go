package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// userBehaviour leaves writing users to package account, whose rules the portal
// and provisioning follow too.
func userBehaviour() behaviour {
	return behaviour{
		read: hashPassword, put: putUser, stored: welcome, remove: removeUser, show: showUser,
		actions: map[string]func(*call) (*answer, error){
			"token": mintUserToken, "generateSsoUrl": generateSSOURL, "confirmations/password/send": sendPasswordConfirmation,
		},
	}
}

// hashPassword takes the write-only password out of the body. Hashing is slow,
// so it happens before the transaction.
func hashPassword(c *call, properties json.RawMessage) (json.RawMessage, error) {
	var sent struct {
		Password *string `json:"password"`
		Email    string  `json:"email"`
	}
	if err := arm.Unmarshal(properties, &sent); err != nil {
		return nil, err
	}
	if sent.Password == nil || *sent.Password == "" {
		return properties, nil
	}
	var err error
	c.password, err = c.Accounts.HashPassword(c.r.Context(), *sent.Password, sent.Email, account.ByAdministrator)
	return properties, err
}

func putUser(w *write) error {
	if w.old != nil {
		if err := w.guardRights(w.tx, w.ref); err != nil {
			return err
		}
	}
	_, err := account.PutUser(w.tx, w.ref, w.resource.(*apim.User), w.password)
	return err
}

func removeUser(c *call, tx *store.Tx, doc *store.Document) error {
	if err := c.guardRights(tx, doc.Ref); err != nil {
		return err
	}
	also, err := c.query.Bool("deleteSubscriptions")
	if err != nil {
		return err
	}
	return account.DeleteUser(tx, doc.Ref, also)
}

// mintUserToken answers POST users/{id}/token; the body is flat or in an envelope (apim-rest.md §2.1).
func mintUserToken(c *call) (*answer, error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	if body == nil {
		return nil, apim.Invalid("expiry", "expiry is required.")
	}
	var envelope struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := arm.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	if envelope.Properties != nil {
		body = envelope.Properties
	}
	var in struct {
		KeyType string    `json:"keyType"`
		Expiry  time.Time `json:"expiry"`
	}
	if err := arm.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	token, err := c.mint(c.ref.Name(), in.KeyType, in.Expiry)
	return ok(map[string]string{"value": token}, err)
}

// mint makes a token of a user in the name of the caller.
func (c *call) mint(user apim.Name, keyType string, expires time.Time) (string, error) {
	return c.Accounts.MintFor(c.r.Context(), account.Minting{
		UserID: user, KeyType: keyType, Expires: expires, Maker: c.principal, Right: c.route.action, Actor: c.actor(),
	})
}

// showUser adds the groups when expandGroups asks for them.
func showUser(c *call, doc *store.Document) (json.RawMessage, error) {
	return c.withGroups(doc, (*store.Tx).Backlinks, apim.GroupUser)
}

// identityRoutes are what a user signs in with.
func identityRoutes() []*route {
	return []*route{read("users/{}/identities", "users/identities", listIdentities).of(apim.Users)}
}

// sessionRoutes are where a user is signed in. APIM has neither.
func sessionRoutes() []*route {
	const pattern = "users/{}/sessions"
	return []*route{
		read(pattern, "users/sessions", listSessions).of(apim.Users),
		routeOf(http.MethodDelete, pattern, "users/sessions", endSessions).of(apim.Users),
	}
}

// session is where a user is signed in, on the wire.
type session struct {
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdDate"`
	UsedAt    time.Time `json:"lastUsedDate"` // to a few minutes
	ExpiresAt time.Time `json:"expirationDate"`
	UserAgent string    `json:"userAgent"`
	Address   string    `json:"ipAddress"`
}

// listSessions answers GET of a user's sessions, the last used first.
func listSessions(c *call) (*answer, error) {
	if _, err := c.document(); err != nil {
		return nil, err
	}
	p, err := arm.ParsePage(c.query)
	if err != nil {
		return nil, err
	}
	all, err := c.Accounts.SessionsOf(c.r.Context(), c.ref.Name())
	if err != nil {
		return nil, err
	}
	return page(c, listing{page: p}, all, func(s store.Session) (any, error) {
		return session{s.Handle, s.CreatedAt, s.UsedAt, s.ExpiresAt, s.UserAgent, s.Address}, nil
	})
}

// endSessions answers DELETE of a user's sessions: the user is signed out everywhere.
func endSessions(c *call) (*answer, error) {
	if _, err := c.document(); err != nil {
		return nil, err
	}
	return done(c.Accounts.EndSessions(c.r.Context(), c.actor(), c.ref.Name(), ""))
}

// listIdentities answers GET of what a user signs in with.
func listIdentities(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	var user apim.User
	if err := doc.Decode(&user); err != nil {
		return nil, err
	}
	p, err := arm.ParsePage(c.query)
	if err != nil {
		return nil, err
	}
	return page(c, listing{page: p}, user.Identities, func(i apim.Identity) (any, error) { return i, nil })
}

// mailLink sends a template with a one-time link that signs the user in.
func (c *call) mailLink(tx *store.Tx, template apim.Name, user apim.Ref, lifetime time.Duration) error {
	link, err := c.Mailer.SignInLink(tx, user, lifetime)
	if err != nil {
		return err
	}
	_, query, _ := strings.Cut(link, "?")
	return c.mail(tx, template, user, map[string]string{
		"ConfirmUrl": link, "ConfirmQuery": "?" + query, "DevPortalHost": hostOf(c.Service.PortalURL),
	})
}

// mail sends a user a template in the name of the publisher.
func (c *call) mail(tx *store.Tx, template apim.Name, user apim.Ref, values map[string]string) error {
	now, err := c.serviceSettings(tx)
	if err != nil {
		return err
	}
	values["OrganizationName"] = now.PublisherName
	return c.Mailer.Template(tx, template, user, values)
}

// welcome sends a new user the mail requested by confirmation= and notify= of a PUT.
func welcome(w *write) error {
	var confirmation string
	if sent := w.sent["confirmation"]; sent != nil && json.Unmarshal(sent, &confirmation) != nil {
		return apim.Invalid("confirmation", "confirmation must be a string.")
	}
	notify, err := w.query.Bool("notify")
	if err != nil {
		return err
	}
	var v apim.Violations
	v.OneOf("confirmation", &confirmation, "signup", "invite")
	switch {
	case v.Err() != nil:
		return v.Err()
	case w.old != nil || w.Mailer == nil:
		return nil
	case confirmation == "invite" && w.password == "": // else there is none to choose
		return w.mailLink(w.tx, "inviteUserNotificationMessage", w.ref, account.InvitationLifetime)
	case confirmation != "":
		return w.mailLink(w.tx, "confirmSignUpIdentityDefault", w.ref, account.ConfirmationLifetime)
	case notify:
		u := w.resource.(*apim.User)
		return w.mail(w.tx, "newDeveloperNotificationMessage", w.ref, map[string]string{"DevUsername": u.Email, "IdentityProvider": "Basic"})
	}
	return nil
}

// ssoLifetime is how long a link that signs a user in is valid.
const ssoLifetime = 5 * time.Minute

// generateSSOURL answers with a link that signs the user in to the portal.
func generateSSOURL(c *call) (*answer, error) {
	link, err := c.ssoURL(c.ref.Name())
	return ok(map[string]string{"value": link}, err)
}

// getSSOToken answers with a link that signs the administrator in (apim-rest.md §1.11).
func getSSOToken(c *call) (*answer, error) {
	link, err := c.ssoURL(account.AdministratorID)
	return ok(map[string]string{"redirectUri": link}, err)
}

func (c *call) ssoURL(user apim.Name) (string, error) {
	token, err := c.mint(user, "primary", c.Store.Now().Add(ssoLifetime))
	if err != nil {
		return "", fmt.Errorf("mint a token for %s: %w", user, err)
	}
	return address.SignInLink(c.Service.PortalURL, token), nil
}

// sendPasswordConfirmation mails a user without a password a link to choose
// one. The link cannot replace a password, so it is not mailed for that.
func sendPasswordConfirmation(c *call) (*answer, error) {
	// Who writes the templates of mails could read the link.
	if err := c.Store.View(c.r.Context(), func(tx *store.Tx) error { return c.guardRights(tx, c.ref) }); err != nil {
		return nil, err
	}
	if c.Mailer == nil {
		return nil, &apim.ConflictError{Code: "OperationNotAllowed", Message: "This instance sends no mail: start it with --smtp."}
	}
	return done(c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		password, err := apim.OrNone(tx.Password(c.ref))
		if err != nil {
			return err
		}
		if password != "" {
			return notSupported("The user has a password, and no mail lets a person replace one yet: " +
				"set a new one with PATCH of the user (properties.password), and give it to the person.")
		}
		return c.mailLink(tx, "passwordResetIdentityDefault", c.ref, account.LinkLifetime)
	}))
}
