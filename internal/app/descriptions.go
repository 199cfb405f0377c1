package app

import (
	"context"
	"encoding/json"
	"io"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// descriptions gives the portal the API descriptions that people download.
type descriptions struct {
	a          *App
	gatewayURL string // the server named in an exported description
}

// Export writes an API revision as OpenAPI 3 in "yaml" or "json".
func (d *descriptions) Export(ctx context.Context, revision apim.Ref, format string) (data []byte, err error) {
	as := apidoc.OpenAPIJSON
	if format == "yaml" {
		as = apidoc.OpenAPI
	}
	err = d.a.Store.View(ctx, func(tx *store.Tx) error {
		server, err := apidoc.Address(tx, revision, d.gatewayURL)
		if err != nil {
			return err
		}
		data, err = apidoc.Export(ctx, tx, revision, as, server)
		return err
	})
	return data, err
}

// Original is the text that an API revision was imported from.
func (d *descriptions) Original(ctx context.Context, revision apim.Ref) (io.ReadCloser, string, error) {
	var extra apidoc.APIExtra
	err := d.a.Store.View(ctx, func(tx *store.Tx) error {
		doc, err := tx.Get(revision)
		if err != nil || len(doc.Extra) == 0 {
			return err
		}
		return json.Unmarshal(doc.Extra, &extra)
	})
	if err != nil {
		return nil, "", err
	}
	if extra.Original == "" {
		return nil, "", apim.ErrNotFound
	}
	body, info, err := d.a.Blobs.Get(ctx, extra.Original)
	if err != nil {
		return nil, "", err
	}
	return body, info.ContentType, nil
}
