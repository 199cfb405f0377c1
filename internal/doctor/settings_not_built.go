package doctor

import (
	"context"
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// settingsNotBuilt finds settings that ask for what is not built, so that people
// are refused: switch them off, or do without.
func (s *Service) settingsNotBuilt(ctx context.Context) ([]apim.Finding, error) {
	return s.each(ctx, func(_ *store.Tx, d *store.Document) (*apim.Finding, error) {
		resource := d.Ref.Kind().Properties(d.Name)
		refuser, ok := resource.(apim.Refuser)
		if !ok {
			return nil, nil
		}
		if err := json.Unmarshal(d.Body, resource); err != nil {
			return nil, err
		}
		apim.Default(resource)
		text := ""
		for _, f := range refuser.Refused() {
			text += f.Path + ": " + f.Message + " "
		}
		if text == "" {
			return nil, nil
		}
		return warning(apim.NotBuilt, "%sSwitch it off to let people do this here.", text), nil
	}, apim.PortalSettings)
}
