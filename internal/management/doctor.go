package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/arm"
)

// examine answers with what is wrong with the service and what mends it: a list
// of our own, beyond APIM.
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
	return &answer{status: http.StatusOK, body: list}, nil
}
