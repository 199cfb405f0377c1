package management

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// tenantBehaviour keeps tenant/access to its own fields.
func tenantBehaviour() behaviour {
	return behaviour{
		check: keepTenant,
		actions: map[string]func(*call) (*answer, error){
			"listSecrets":            listTenantSecrets,
			"regeneratePrimaryKey":   func(c *call) (*answer, error) { return regenerateTenantKey(c, "primaryKey") },
			"regenerateSecondaryKey": func(c *call) (*answer, error) { return regenerateTenantKey(c, "secondaryKey") },

			"git/regeneratePrimaryKey":   func(c *call) (*answer, error) { return regenerateTenantKey(c, "primaryKey") },
			"git/regenerateSecondaryKey": func(c *call) (*answer, error) { return regenerateTenantKey(c, "secondaryKey") },
		},
	}
}

// keepTenant keeps members that clients did not send or cannot change.
func keepTenant(w *write) error {
	var old apim.TenantAccess
	if err := w.old.Decode(&old); err != nil {
		return err
	}
	t := w.resource.(*apim.TenantAccess)
	t.ID = old.ID
	if !w.has("principalId") {
		t.PrincipalID = old.PrincipalID
	}
	for _, field := range w.route.kind.Secrets {
		var key *string
		if sent := w.sent[field]; sent != nil && json.Unmarshal(sent, &key) != nil {
			return apim.Invalid(field, field+" must be a string.")
		}
		if key == nil {
			delete(w.sent, field) // there is no access without a key
			continue
		}
		if len(*key) < minAccessKey {
			return apim.Invalid(field, fmt.Sprintf("%s must have at least %d characters.", field, minAccessKey))
		}
	}
	return nil
}

// minAccessKey is the shortest key that clients may choose, in characters.
const minAccessKey = 32

// listTenantSecrets answers with the access information and both keys, flat.
func listTenantSecrets(c *call) (*answer, error) {
	out := map[string]any{}
	doc, err := view(c, func(tx *store.Tx) (*store.Document, error) {
		doc, err := tx.Decode(c.ref, &out)
		if err != nil {
			return nil, err
		}
		for _, field := range c.route.kind.Secrets {
			if out[field], err = apim.OrNone(tx.Secret(doc.Ref, field)); err != nil {
				return nil, fmt.Errorf("read %s of %s: %w", field, c.ref, err)
			}
		}
		return doc, nil
	})
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: out}, nil
}

// regenerateTenantKey replaces one of the keys, which invalidates tokens made with it.
func regenerateTenantKey(c *call, field string) (*answer, error) {
	return done(c.Accounts.RegenerateAccessKey(c.r.Context(), c.actor(), c.ref, field))
}
