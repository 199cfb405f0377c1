package management

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// listSecrets is the POST action that answers with a kind's secrets.
const listSecrets = "listSecrets"

// withSecrets adds the stored secrets that the client did not send, so that the
// whole resource is validated.
func (w *write) withSecrets(properties json.RawMessage) (json.RawMessage, error) {
	kind := w.route.kind
	if w.old == nil || len(kind.Secrets) == 0 || w.behaviours[kind].put != nil {
		return properties, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(properties, &members); err != nil {
		return nil, fmt.Errorf("decode properties: %w", err)
	}
	for _, field := range kind.Secrets {
		if _, sent := members[field]; sent || w.has(field) {
			continue
		}
		secret, err := storedSecret(w.tx, w.ref, field)
		if err != nil {
			return nil, err
		}
		if secret != "" {
			members[field], _ = json.Marshal(secret) // strings marshal always
		}
	}
	return json.Marshal(members)
}

// storedSecret is a secret field, or "" when there is none.
func storedSecret(tx *store.Tx, ref apim.Ref, field string) (string, error) {
	secret, err := tx.Secret(ref, field)
	if errors.Is(err, apim.ErrNotFound) {
		return "", nil
	}
	return secret, err
}

// sealSecrets moves a resource's secrets from its body into the secret store.
func (w *write) sealSecrets(body json.RawMessage) (json.RawMessage, error) {
	kind := w.route.kind
	if len(kind.Secrets) == 0 {
		return body, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, fmt.Errorf("decode %s: %w", w.ref, err)
	}
	secret := kind.SecretIf == nil || kind.SecretIf(w.resource)
	for _, field := range kind.Secrets {
		if !secret {
			if err := w.tx.DeleteSecret(w.ref, field); err != nil {
				return nil, err
			}
			continue
		}
		value, ok := members[field]
		if !ok {
			value = w.sent[field] // a write-only field the body does not show
		}
		delete(members, field)
		if string(value) == "null" {
			if err := w.tx.DeleteSecret(w.ref, field); err != nil {
				return nil, err
			}
			continue
		}
		if err := w.setSecret(field, value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}

// setSecret stores one secret when it is new.
func (w *write) setSecret(field string, value json.RawMessage) error {
	var text *string
	if value != nil && json.Unmarshal(value, &text) != nil {
		return apim.Invalid(field, field+" must be a string.")
	}
	if text == nil {
		return nil
	}
	old, err := storedSecret(w.tx, w.ref, field)
	if err != nil || w.old != nil && old == *text {
		return err
	}
	return w.tx.SetSecret(w.ref, field, *text)
}

// listEntitySecrets answers listSecrets with the secrets a resource has, flat.
func listEntitySecrets(c *call) (*answer, error) {
	out := map[string]string{}
	var doc *store.Document
	err := c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		var err error
		if doc, err = c.get(tx); err != nil {
			return err
		}
		for _, field := range c.route.kind.Secrets {
			secret, err := storedSecret(tx, doc.Ref, field)
			if err != nil {
				return fmt.Errorf("read %s of %s: %w", field, c.ref, err)
			}
			if secret != "" {
				out[field] = secret
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: out}, nil
}
