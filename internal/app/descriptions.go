package app

import (
	"context"
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
	return store.Read(ctx, d.a.Store, func(tx *store.Tx) ([]byte, error) {
		server, err := apidoc.Address(tx, revision, d.gatewayURL)
		if err != nil {
			return nil, err
		}
		return apidoc.Export(ctx, tx, revision, as, server)
	})
}

// Original is the text that an API revision was imported from.
func (d *descriptions) Original(ctx context.Context, revision apim.Ref) (io.ReadCloser, string, error) {
	extra, err := store.Read(ctx, d.a.Store, func(tx *store.Tx) (extra apidoc.APIExtra, err error) {
		doc, err := tx.Get(revision)
		if err != nil {
			return extra, err
		}
		return apidoc.ReadExtra(doc.Extra)
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
