package settings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// TestEveryShapeSaysTheSame writes each setting in each of its shapes and reads it.
func TestEveryShapeSaysTheSame(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	terms := &apim.PortalSignup{TermsOfService: &apim.PortalTerms{Text: "Be kind.", RequireConsent: true}}
	for _, c := range []struct {
		name    string
		written apim.Resource // a portalconfig or one of the portalsettings
		at      apim.Ref
		want    func(p *settings.Portal)
	}{
		{"nothing", &apim.PortalConfig{}, settings.Config, func(*settings.Portal) {}},
		{"no passwords", &apim.PortalConfig{EnableBasicAuth: &no}, settings.Config, func(p *settings.Portal) { p.BasicAuth, p.SignUp = false, false }},
		{"sign-in required", &apim.PortalConfig{EnableBasicAuth: &yes, Signin: &apim.PortalSignin{Require: true}}, settings.Config,
			func(p *settings.Portal) { p.RequireSignIn = true }},
		{"sign-in required, the older way", &apim.SigninSettings{Enabled: true}, settings.Signin, func(p *settings.Portal) { p.RequireSignIn = true }},
		{"terms", &apim.PortalConfig{Signup: terms}, settings.Config, func(p *settings.Portal) { p.Terms, p.Consent = "Be kind.", true }},
		{"terms, the older way", &apim.SignupSettings{Enabled: true, TermsOfService: apim.TermsOfService{Enabled: true, Text: "Be kind.", ConsentRequired: true}},
			settings.Signup, func(p *settings.Portal) { p.Terms, p.Consent = "Be kind.", true }},
		{"no sign-up, the older way", &apim.SignupSettings{}, settings.Signup, func(p *settings.Portal) { p.BasicAuth, p.SignUp = false, false }},
		{"origins", &apim.PortalConfig{CORS: &apim.PortalCORS{AllowedOrigins: []string{"https://a.example"}}}, settings.Config,
			func(p *settings.Portal) { p.Origins = []string{"https://a.example"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := &settings.Portal{BasicAuth: true, SignUp: true, Origins: []string{}}
			c.want(want)
			var got *settings.Portal
			err := storetest.Open(t).Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) (err error) {
				if err := settings.ConfigWritten(tx, defaults()); err != nil { // as at the first start
					return err
				}
				apim.Default(c.written)
				if err := tx.PutChanged(c.at, c.written); err != nil {
					return err
				}
				if config, ok := c.written.(*apim.PortalConfig); ok {
					err = settings.ConfigWritten(tx, config)
				} else {
					err = settings.SettingWritten(tx, c.written)
				}
				if err != nil {
					return err
				}
				got, err = settings.Read(tx)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func defaults() *apim.PortalConfig {
	config := new(apim.PortalConfig)
	config.Default()
	return config
}
