package doctor

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// settingsWithoutEffect finds settings that are stored but have no effect yet:
// do not rely on them.
func (s *Service) settingsWithoutEffect(ctx context.Context) ([]apim.Finding, error) {
	return s.each(ctx, func(_ *store.Tx, d *store.Document) (*apim.Finding, error) {
		kind := d.Ref.Kind()
		if kind.Idle != "" {
			return warning(apim.WithoutEffect, "%s Do not rely on it.", kind.Idle), nil
		}
		resource := kind.Properties(d.Name)
		idler, ok := resource.(apim.Idler)
		if !ok {
			return nil, nil
		}
		if err := json.Unmarshal(d.Body, resource); err != nil {
			return nil, err
		}
		apim.Default(resource)
		if idle := idler.Idle(); len(idle) > 0 {
			return warning(apim.WithoutEffect, "Nothing acts on %s yet. Do not rely on it.", strings.Join(idle, ", ")), nil
		}
		return nil, nil
	}, apim.Kinds...)
}
