package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
)

// getFirstContents answers whether the service still has what it started with:
// 404 as soon as anybody has changed anything. It is of our own, beyond APIM.
func getFirstContents(c *call) (*answer, error) {
	untouched, err := c.FirstContents.Untouched(c.r.Context())
	if err != nil {
		return nil, err
	}
	if !untouched {
		return nil, apim.ErrNotFound
	}
	return &answer{status: http.StatusOK, body: map[string]any{"name": "firstContents", "properties": struct{}{}}}, nil
}

// deleteFirstContents removes what the service started with, before a site that
// is brought from elsewhere is written.
func deleteFirstContents(c *call) (*answer, error) {
	gone, err := c.FirstContents.GiveWay(c.r.Context(), c.actor())
	if err != nil {
		return nil, err
	}
	return deleted(gone), nil
}
