package management

import (
	"github.com/portico-portal/portico/internal/apim"
)

// getFirstContents answers 200 while the service still has its first contents,
// and 404 once anybody has changed anything. APIM has no such resource.
func getFirstContents(c *call) (*answer, error) {
	untouched, err := c.FirstContents.Untouched(c.r.Context())
	if err != nil {
		return nil, err
	}
	if !untouched {
		return nil, apim.ErrNotFound
	}
	return ok(map[string]any{"name": "firstContents", "properties": struct{}{}}, nil)
}

// deleteFirstContents deletes the first contents before a site from elsewhere is written.
func deleteFirstContents(c *call) (*answer, error) {
	gone, err := c.FirstContents.GiveWay(c.r.Context(), c.actor())
	return deleted(gone), err
}
