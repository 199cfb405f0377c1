package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// userBehaviour leaves writing users to package account, whose rules portal and
// provisioning follow too.
func userBehaviour() behaviour {
	return behaviour{
		before: hashPassword, save: saveUser, remove: removeUser,
		actions: map[string]func(*call) (*answer, error){"token": mintUserToken},
	}
}

// hashPassword takes the write-only password out of the body. Hashing is slow,
// so it happens before the transaction.
func hashPassword(c *call, properties json.RawMessage) error {
	var sent struct {
		Password *string `json:"password"`
		Email    string  `json:"email"`
	}
	if err := arm.Unmarshal(properties, &sent); err != nil {
		return err
	}
	if sent.Password == nil || *sent.Password == "" {
		return nil
	}
	var err error
	c.password, err = c.Accounts.HashPassword(c.r.Context(), *sent.Password, sent.Email, account.ByAdministrator)
	return err
}

func saveUser(w *write) error {
	_, err := account.PutUser(w.tx, w.ref, w.resource.(*apim.User), w.password)
	return err
}

func removeUser(c *call, tx *store.Tx, doc *store.Document) error {
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
	token, err := c.Accounts.MintToken(c.r.Context(), c.ref.Name(), in.KeyType, in.Expiry)
	if err != nil {
		return nil, fmt.Errorf("mint a token for %s: %w", c.ref, err)
	}
	return &answer{status: http.StatusOK, body: map[string]string{"value": token}}, nil
}
