package management

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
)

func settingsRoutes() []*route {
	return []*route{
		read("settings", "settings", listTenantSettings),
		read("settings/{}", "settings", getTenantSettings),
		post("portalsettings/mediaContent/listSecrets", "portalsettings/listSecrets", listMediaSecrets),
	}
}

func portalConfigBehaviour() behaviour {
	return behaviour{
		prepare: takeDelegationKey, stored: storedPortalConfig,
		actions: map[string]func(*call) (*answer, error){
			"listDelegationSecrets": listDelegationSecrets, "listMediaContentSecrets": listMediaSecrets,
		},
	}
}

func portalSettingsBehaviour() behaviour {
	return behaviour{stored: storedPortalSettings}
}

// takeDelegationKey moves the validation key from the body to the secret store.
func takeDelegationKey(w *write) error {
	d := w.resource.(*apim.PortalConfig).Delegation
	if d == nil || d.ValidationKey == "" {
		return nil
	}
	key := d.ValidationKey
	d.ValidationKey = ""
	return w.tx.SetSecret(settings.Delegation, "validationKey", key)
}

func storedPortalConfig(w *write) error {
	return settings.ConfigWritten(w.tx, w.resource.(*apim.PortalConfig))
}

func storedPortalSettings(w *write) error { return settings.SettingWritten(w.tx, w.resource) }

// listDelegationSecrets answers with the keys of delegation (portal-wire.md §1.3).
func listDelegationSecrets(c *call) (*answer, error) {
	return ok(view(c, func(tx *store.Tx) (any, error) {
		out := map[string]string{}
		return out, addSecrets(tx, settings.Delegation, apim.PortalSettings.Secrets, out)
	}))
}

// listTenantSettings answers GET of all settings: there is one set, named public.
func listTenantSettings(c *call) (*answer, error) {
	e, _, err := c.tenantSettings()
	if err != nil {
		return nil, err
	}
	return listOf(e), nil
}

func getTenantSettings(c *call) (*answer, error) {
	if !c.ref.Name().Same("public") {
		return nil, apim.ErrNotFound
	}
	e, etag, err := c.tenantSettings()
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: etag, body: e}, nil
}

// tenantSettings is portalconfigs as a map of texts (apim-rest.md §2.6), without keys.
func (c *call) tenantSettings() (e arm.Envelope, etag string, err error) {
	var p *apim.PortalConfig
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		p, etag, err = settings.ReadConfig(tx)
		return err
	})
	if err != nil {
		return e, "", err
	}
	signin, signup, delegation := p.Settings()
	public := map[string]string{
		"CustomPortalSettings.RegistrationEnabled":                  strconv.FormatBool(signup.Enabled),
		"CustomPortalSettings.RequireUserSigninEnabled":             strconv.FormatBool(signin.Enabled),
		"CustomPortalSettings.UserRegistrationTerms":                signup.TermsOfService.Text,
		"CustomPortalSettings.UserRegistrationTermsEnabled":         strconv.FormatBool(signup.TermsOfService.Enabled),
		"CustomPortalSettings.UserRegistrationTermsConsentRequired": strconv.FormatBool(signup.TermsOfService.ConsentRequired),
		"CustomPortalSettings.DelegationEnabled":                    strconv.FormatBool(delegation.UserRegistration.Enabled),
		"CustomPortalSettings.DelegatedSubscriptionEnabled":         strconv.FormatBool(delegation.Subscriptions.Enabled),
		"CustomPortalSettings.DelegationUrl":                        delegation.URL,
	}
	e = arm.Envelope{ID: c.address.ID("/settings/public"), Type: "Microsoft.ApiManagement/service/settings", Name: "public"}
	e.Properties, err = json.Marshal(map[string]any{"settings": public})
	return e, etag, err
}

// listMediaSecrets answers with the address of the media container.
func listMediaSecrets(c *call) (*answer, error) {
	if c.Blobs == nil {
		return nil, notSupported("This instance has no media storage.")
	}
	return ok(map[string]string{"containerSasUrl": c.media.Address(c.r)}, nil)
}
