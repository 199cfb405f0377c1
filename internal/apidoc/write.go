package apidoc

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// originalMedia are the media types of descriptions as given.
var originalMedia = map[Format]string{
	WADL: "application/vnd.sun.wadl+xml", WSDL: "application/wsdl+xml", OData: "application/xml", GRPC: "text/plain; charset=utf-8", GraphQL: "text/plain; charset=utf-8",
	OpenAPI: "application/yaml",
}

// Keep does the slow part of storing a description before the transaction: it
// keeps the text as given, under the name of its content, and encodes the
// operations.
func (d *Description) Keep(ctx context.Context, blobs blob.Store) (err error) {
	format := d.Format
	if foreignTypes[format] == "" {
		format = Detect(d.Original)
	}
	media := cmp.Or(originalMedia[format], "application/json")
	if d.Extra.Original, err = blobs.PutHashed(ctx, media, d.Original); err != nil {
		return fmt.Errorf("keep the original of the description: %w", err)
	}
	d.Original, d.prepared = nil, prepare(d)
	return nil
}

// Describe applies what the description says about the API to its properties.
func (d *Description) Describe(a *apim.API) {
	for _, f := range []struct{ to, from *string }{
		{&a.DisplayName, &d.Title}, {&a.Description, &d.Text}, {&a.ServiceURL, &d.ServiceURL},
		{&a.TermsOfServiceURL, &d.TermsOfServiceURL},
	} {
		if *f.from != "" {
			*f.to = *f.from
		}
	}
	if d.Type != "" {
		a.Type = d.Type
	}
	if runes := []rune(a.DisplayName); len(runes) > maxDisplayName {
		a.DisplayName = string(runes[:maxDisplayName-1]) + "…"
	}
	if d.Protocols != nil {
		a.Protocols = d.Protocols
	}
	if d.Contact != nil {
		a.Contact = d.Contact
	}
	if d.License != nil {
		a.License = d.License
	}
}

// writer writes everything below an API revision.
type writer struct {
	tx       *store.Tx
	d        *Description
	revision apim.Ref
}

// Write brings everything below a revision in line with the description:
// operations with their tags, schemas, and policies where there are none yet.
// What exists is updated in place (apim-rest.md §3.2): operations are matched
// by resource name, a new one takes the policy of an old one with the same
// method and template, the others are deleted. Keep must have been called
// before.
func (d *Description) Write(tx *store.Tx, revision apim.Ref) error {
	w := &writer{tx, d, revision}
	for _, step := range []func() error{w.putSchema, w.putOperations, w.putPolicies} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// find is the document at ref, nil when there is none.
func find(tx *store.Tx, ref apim.Ref) (*store.Document, error) {
	doc, err := tx.Get(ref)
	if errors.Is(err, apim.ErrNotFound) {
		return nil, nil
	}
	return doc, err
}

// putSchema writes the definitions, whole and in parts.
func (w *writer) putSchema() error {
	id := cmp.Or(w.d.SchemaID, SchemaID)
	ref := w.revision.Child("schemas", id)
	if w.d.Schema == nil {
		return w.tx.DeleteTree(ref)
	}
	old, err := find(w.tx, ref)
	body := encode(w.d.Schema)
	if err != nil || old != nil && bytes.Equal(old.Body, body) {
		return err
	}
	if err := w.tx.Put(&store.Document{Ref: ref, Body: body}); err != nil {
		return err
	}
	return PutParts(w.tx, ref, w.d.Schema)
}

// PutParts writes the definitions of a stored schema, which pages read one by one.
func PutParts(tx *store.Tx, ref apim.Ref, s *apim.Schema) error {
	parts, err := s.Parts()
	if err != nil {
		return err
	}
	return tx.PutSchemaParts(ref.Parent(), ref.Name(), parts)
}

// putPolicies writes the policies made from the description, where there are none yet.
func (w *writer) putPolicies() error {
	for id, document := range w.d.Policies {
		ref := apim.OperationRef(w.revision, apim.Name(id)).Child("policies", "policy")
		old, err := find(w.tx, ref)
		if err != nil {
			return err
		}
		if old != nil {
			continue
		}
		if err := w.tx.Put(&store.Document{Ref: ref, Body: encode(apim.Policy{Value: document, Format: "xml"})}); err != nil {
			return err
		}
	}
	return nil
}
