package apidoc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// writer writes one description within a transaction.
type writer struct {
	tx       *store.Tx
	in       Import
	d        *Description
	prepared []prepared
	result   *Result

	alias    apim.Ref // /apis/x
	revision apim.Ref // /apis/x;rev=n
	current  bool     // the revision is, or becomes, the current one
	old      *store.Document
}

func (w *writer) write() error {
	for _, step := range []func() error{w.locate, w.putAPI, w.putSchema, w.putOperations, w.putPolicies, w.linkProducts} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// locate finds the revision to write: the one named, the current one, or the first.
func (w *writer) locate() error {
	id, revision := apim.SplitRevision(w.in.APIID)
	if !apim.APIs.ValidName(id) || !apim.APIs.ValidName("x"+revision) {
		return apim.Invalid("id", fmt.Sprintf("%q is not a name for an API.", w.in.APIID))
	}
	w.alias = w.in.Home.Child(apim.APIs.Path, id)
	current, err := w.tx.ResolveAPI(w.alias)
	missing := errors.Is(err, apim.ErrNotFound)
	switch {
	case err != nil && !missing:
		return err
	case revision != "":
		w.revision = w.alias.Revision(revision)
	case missing:
		w.revision = w.alias.Revision("1")
	default:
		w.revision = current
	}
	w.current = missing || current.Key() == w.revision.Key()
	w.old, err = find(w.tx, w.revision)
	if err != nil {
		return err
	}
	if w.in.Admit != nil {
		if err := w.in.Admit(w.old); err != nil {
			return err
		}
	}
	if w.old != nil {
		w.revision = w.old.Ref
	}
	w.result.Created = w.old == nil
	w.result.API, w.result.Revision = w.alias, w.revision
	if revision != "" {
		w.result.API = w.revision
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

// putAPI writes the revision's own document, and the alias of a new API.
func (w *writer) putAPI() error {
	a, err := w.properties()
	if err != nil {
		return err
	}
	a.Default()
	var v apim.Violations
	a.Validate(&v)
	if err := v.Err(); err != nil {
		return err
	}
	if err := w.checkReferences(a); err != nil {
		return err
	}
	if err := w.tx.Put(&store.Document{Ref: w.revision, Body: encode(a), Extra: encode(w.d.Extra)}); err != nil {
		return err
	}
	if !w.current {
		return nil
	}
	_, err = w.tx.Link(apim.CurrentRevision, w.alias, w.revision)
	return err
}

// properties are those the revision has, with the description's and then the
// caller's on top.
func (w *writer) properties() (*apim.API, error) {
	a := new(apim.API)
	if w.old != nil {
		if err := json.Unmarshal(w.old.Body, a); err != nil {
			return nil, fmt.Errorf("decode %s: %w", w.old.Ref, err)
		}
	}
	id, _ := apim.SplitRevision(w.in.APIID)
	describe(a, w.d, id)
	path := w.in.Path
	if w.in.API != nil {
		if path == "" {
			path = w.in.API.Path
		}
		// What is empty is left out of the JSON, and so of what is set.
		if err := json.Unmarshal(encode(w.in.API), a); err != nil {
			return nil, fmt.Errorf("merge the properties of %s: %w", w.revision, err)
		}
	}
	a.Path, a.IsCurrent = path, w.current
	_, a.APIRevision = apim.SplitRevision(w.revision.Name())
	if w.in.DisplayName != "" {
		a.DisplayName = w.in.DisplayName
	}
	if w.in.ServiceURL != "" {
		a.ServiceURL = w.in.ServiceURL
	}
	return a, nil
}

// describe sets what the description says about the API.
func describe(a *apim.API, d *Description, id string) {
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
	if a.DisplayName == "" {
		a.DisplayName = id
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

// checkReferences refuses an address that another API has, and a version set that does not exist.
func (w *writer) checkReferences(a *apim.API) error {
	if a.APIVersionSetID != "" {
		set, err := find(w.tx, apim.Ref(a.APIVersionSetID))
		if err != nil {
			return err
		}
		if set == nil || set.Kind != apim.VersionSets.Path {
			return apim.Invalid("apiVersionSetId", fmt.Sprintf("There is no version set %q.", a.APIVersionSetID))
		}
	}
	docs, err := w.tx.APIsAt(a.Path)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		id, _ := apim.SplitRevision(doc.Name)
		if doc.Ref.Parent().Child(apim.APIs.Path, id).Key() == w.alias.Key() {
			continue
		}
		var other apim.API
		if err := json.Unmarshal(doc.Body, &other); err != nil {
			return fmt.Errorf("decode %s: %w", doc.Ref, err)
		}
		if err := a.CheckAddress(id, &other); err != nil {
			return err
		}
	}
	return nil
}

// putSchema writes the definitions, whole and in parts.
func (w *writer) putSchema() error {
	id := SchemaID
	if w.d.SchemaID != "" {
		id = w.d.SchemaID
	}
	ref := w.revision.Child("schemas", id)
	if w.d.Schema == nil {
		return w.tx.DeleteTree(ref)
	}
	old, err := find(w.tx, ref)
	body := encode(w.d.Schema)
	if err != nil || old != nil && bytes.Equal(old.Body, body) {
		return err
	}
	parts, err := w.d.Schema.Parts()
	if err != nil {
		return err
	}
	if err := w.tx.Put(&store.Document{Ref: ref, Body: body}); err != nil {
		return err
	}
	return w.tx.PutSchemaParts(w.revision, id, parts)
}

// putPolicies writes the policies that the description makes, where there are none yet.
func (w *writer) putPolicies() error {
	for id, document := range w.d.Policies {
		ref := apim.OperationRef(w.revision, id).Child("policies", "policy")
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

// linkProducts adds the API to products.
func (w *writer) linkProducts() error {
	for _, id := range w.in.Products {
		product, err := find(w.tx, apim.ProductRef(id))
		if err != nil {
			return err
		}
		if product == nil {
			return apim.Invalid("products", fmt.Sprintf("There is no product %q.", id))
		}
		if _, err := w.tx.Link(apim.ProductAPI, product.Ref, w.alias); err != nil {
			return err
		}
	}
	return nil
}
