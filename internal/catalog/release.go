package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Release is an entry of an API's change log.
type Release struct {
	ID               string
	Revision         string // number of the API revision it made current
	Notes            string // Markdown
	Created, Updated time.Time
}

// Releases are an API's, newest first.
func (c *Catalog) Releases(ctx context.Context, a *API) ([]Release, error) {
	var list []Release
	err := c.store.View(ctx, func(tx *store.Tx) error {
		docs, err := tx.List(apim.Releases.Path, a.Ref)
		if err != nil {
			return err
		}
		list = make([]Release, 0, len(docs))
		for _, d := range docs {
			var props apim.Release
			if err := d.Decode(&props); err != nil {
				return err
			}
			r := Release{ID: string(d.Ref.Name()), Notes: props.Notes, Created: d.CreatedAt, Updated: d.UpdatedAt}
			if props.CreatedDateTime != nil {
				r.Created = *props.CreatedDateTime
			}
			if props.UpdatedDateTime != nil {
				r.Updated = *props.UpdatedDateTime
			}
			_, r.Revision = apim.SplitRevision(apim.Ref(props.APIID).Name())
			list = append(list, r)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("releases of %s: %w", a.Ref, err)
	}
	slices.SortStableFunc(list, func(x, y Release) int { return y.Created.Compare(x.Created) })
	return list, nil
}

// GraphQL is the schema definition of a GraphQL API; "" when it has none.
func (c *Catalog) GraphQL(ctx context.Context, a *API) (string, error) {
	var s apim.Schema
	_, err := store.Read(ctx, c.store, func(tx *store.Tx) (*store.Document, error) {
		return tx.Decode(a.Revision.Child("schemas", "graphql"), &s)
	})
	switch {
	case errors.Is(err, apim.ErrNotFound), err == nil && s.Document == nil:
		return "", nil
	case err != nil:
		return "", fmt.Errorf("schema of %s: %w", a.Ref, err)
	}
	return s.Document.Value, nil
}
