package management

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
)

// Provision stores the resources that every service has and clients can only
// change: notifications, e-mail templates, the settings of the portal, Git
// access. What is there already stays.
func Provision(tx *store.Tx) error { return putMissing(tx, "") }

// putMissing stores the built-in resources below a workspace or the service that are not there.
func putMissing(tx *store.Tx, home apim.Ref) error {
	built := builtIn(home)
	for _, ref := range slices.Sorted(maps.Keys(built)) {
		_, err := tx.Get(ref)
		if errors.Is(err, apim.ErrNotFound) {
			err = tx.PutChanged(ref, built[ref])
		}
		if err != nil {
			return fmt.Errorf("provision %s: %w", ref, err)
		}
	}
	return nil
}

// builtIn are the resources that are there from the start; a workspace has the notifications.
func builtIn(home apim.Ref) map[apim.Ref]apim.Resource {
	all := map[apim.Ref]apim.Resource{}
	for _, n := range apim.Notifications {
		all[home.Child(apim.NotificationKinds.Path, n.Name)] = &apim.Notification{Title: n.Title, Description: n.Description}
	}
	if home != "" {
		return all
	}
	for i := range apim.EmailTemplates {
		t := apim.EmailTemplates[i].EmailTemplate
		t.IsDefault = true
		all[apim.Ref("").Child(apim.Templates.Path, apim.EmailTemplates[i].Name)] = &t
	}
	config := new(apim.PortalConfig)
	config.Default()
	signin, signup, delegation := config.Settings()
	all[settings.Config], all[settings.Signin], all[settings.Signup], all[settings.Delegation] = config, signin, signup, delegation
	all["/tenant/gitAccess"] = &apim.TenantAccess{ID: "gitAccess"}
	return all
}

// atFirst is the initial state of a built-in resource.
func (c *call) atFirst(doc *store.Document) (*store.Document, error) {
	for ref, r := range builtIn(c.home()) {
		if !ref.Same(doc.Ref) {
			continue
		}
		body, err := json.Marshal(r)
		return &store.Document{Ref: doc.Ref, Body: body}, err
	}
	return nil, apim.ErrForbidden
}
