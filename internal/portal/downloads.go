package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Downloads are the descriptions of a service's APIs: exports of what is
// stored, and the texts that were imported.
type Downloads struct {
	Store *store.Store
	Blobs Media // nil: originals are not kept
}

var _ Descriptions = (*Downloads)(nil)

// Export writes an API revision as OpenAPI 3.
func (d *Downloads) Export(ctx context.Context, revision apim.Ref, format string) (body []byte, err error) {
	as := apidoc.OpenAPI
	if format == "json" {
		as = apidoc.OpenAPIJSON
	}
	err = d.Store.View(ctx, func(tx *store.Tx) error {
		body, err = apidoc.Export(ctx, tx, revision, as)
		return err
	})
	return body, err
}

// Original is the description an API revision was imported from.
func (d *Downloads) Original(ctx context.Context, revision apim.Ref) (io.ReadCloser, string, error) {
	var extra apidoc.APIExtra
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		doc, err := tx.Get(revision)
		if err != nil || len(doc.Extra) == 0 {
			return err
		}
		return json.Unmarshal(doc.Extra, &extra)
	})
	if err != nil {
		return nil, "", fmt.Errorf("original of %s: %w", revision, err)
	}
	if extra.Original == "" || d.Blobs == nil {
		return nil, "", apim.ErrNotFound
	}
	f, info, err := d.Blobs.Get(ctx, extra.Original)
	if err != nil {
		return nil, "", fmt.Errorf("original of %s: %w", revision, err)
	}
	return f, info.ContentType, nil
}
