package management

import (
	"github.com/portico-portal/portico/internal/arm"
)

// examine answers with what is wrong with the service and how to fix it. APIM
// has no such list.
func examine(c *call) (*answer, error) {
	list := arm.List{Value: []any{}}
	if c.Doctor != nil {
		found, err := c.Doctor(c.r.Context())
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			list.Value = append(list.Value, f)
		}
	}
	list.Count = len(list.Value)
	return ok(list, nil)
}
