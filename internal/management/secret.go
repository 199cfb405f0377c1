package management

import (
	"encoding/json"
	"fmt"
	"maps"
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
		secret, err := apim.OrNone(w.tx.Secret(w.ref, field))
		if err != nil {
			return nil, err
		}
		if secret != "" {
			members[field], _ = json.Marshal(secret) // strings marshal always
		}
	}
	return json.Marshal(members)
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
	old, err := apim.OrNone(w.tx.Secret(w.ref, field))
	if err != nil || w.old != nil && old == *text {
		return err
	}
	return w.tx.SetSecret(w.ref, field, *text)
}

// listEntitySecrets answers listSecrets with the secrets a resource has, flat.
func listEntitySecrets(c *call) (*answer, error) {
	out := map[string]string{}
	doc, err := view(c, func(tx *store.Tx) (*store.Document, error) {
		doc, err := c.get(tx)
		if err != nil {
			return nil, err
		}
		err = addSecrets(tx, doc.Ref, c.route.kind.Secrets, out)
		maps.DeleteFunc(out, func(_, secret string) bool { return secret == "" })
		return doc, err
	})
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: out}, nil
}

// addSecrets adds secret fields of a resource to what is shown of it; "" for one that it does not have.
func addSecrets(tx *store.Tx, ref apim.Ref, fields []string, to map[string]string) error {
	for _, field := range fields {
		secret, err := apim.OrNone(tx.Secret(ref, field))
		if err != nil {
			return err
		}
		to[field] = secret
	}
	return nil
}
