package apis

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// Result is what a write of an API did.
type Result struct {
	API        apim.Ref        // /apis/x
	Document   *store.Document // the stored revision
	Created    bool            // whether the revision is new
	Operations int             // number of operations in the description
	Findings   []apim.Finding  // about the description
}

const pathRequired = "path is required; it may be empty."

// writer writes one revision.
type writer struct {
	tx *store.Tx
	at *Place
	in *Input

	sent   map[string]json.RawMessage // the input's properties, with ids in the form they are stored in
	source *store.Document            // the revision that a new one is a copy of, or nil
	api    *apim.API
	extra  json.RawMessage
	doc    *store.Document
}

// Put creates or replaces a revision of an API. Its properties are built up in
// layers: those of the revision that a new one copies; if there is a
// description, the present ones and the description's; then those of the input.
// What lies below the copied revision is copied and brought in line with the
// description. The revision becomes the current one if it is the first or the
// input says so, and the API is added to products. Errors: *apim.InvalidError,
// and *apim.ConflictError if another API has the gateway address.
func Put(tx *store.Tx, at *Place, in *Input) (*Result, error) {
	w := &writer{tx: tx, at: at, in: in}
	for _, step := range []func() error{w.decode, w.begin, w.merge, w.complete, w.check, w.store, w.below, w.follow} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	result := &Result{API: at.Alias, Document: w.doc, Created: at.Old == nil}
	if d := in.Description; d != nil {
		result.Operations, result.Findings = len(d.Operations), slices.Clone(d.Warnings)
	}
	for i := range result.Findings {
		result.Findings[i].Target = string(at.Alias)
	}
	return result, nil
}

func (w *writer) decode() error {
	properties, err := arm.StoredRefs(apim.APIs, w.at.Ref.Home(), w.in.Properties)
	if err == nil {
		err = arm.Unmarshal(properties, &w.sent)
	}
	return err
}

// has reports whether the input has a property; null counts as absent.
func (w *writer) has(name string) bool {
	value := w.sent[name]
	return value != nil && string(value) != "null"
}

// begin makes the properties below those of the input.
func (w *writer) begin() error {
	w.api = new(apim.API)
	var base *store.Document
	if base = w.at.Old; base == nil {
		if err := w.findSource(); err != nil {
			return err
		}
		base = w.source
	}
	if !w.has("path") && w.source == nil {
		return apim.Invalid("path", pathRequired)
	}
	d := w.in.Description
	if base != nil {
		w.extra = base.Extra
		if base == w.source || d != nil {
			if err := base.Decode(w.api); err != nil {
				return err
			}
		}
	}
	w.api.IsCurrent = false // unless the input says otherwise
	if d == nil {
		return nil
	}
	d.Describe(w.api)
	var err error
	w.extra, err = json.Marshal(d.Extra)
	return err
}

// findSource finds the revision that sourceApiId names.
func (w *writer) findSource() error {
	if !w.has("sourceApiId") {
		return nil
	}
	var id apim.Ref
	if err := json.Unmarshal(w.sent["sourceApiId"], &id); err != nil {
		return apim.Invalid("sourceApiId", "sourceApiId must be a string.")
	}
	if id == "" {
		return nil
	}
	ref, err := w.tx.ResolveAPI(id)
	if err == nil {
		w.source, err = w.tx.Get(ref)
	}
	if errors.Is(err, apim.ErrNotFound) || err == nil && w.source.Kind != apim.APIs.Path {
		return apim.Invalid("sourceApiId", fmt.Sprintf("There is no API %q.", id))
	}
	return err
}

// merge applies the input's properties.
func (w *writer) merge() error {
	base, err := json.Marshal(w.api)
	if err != nil {
		return err
	}
	sent, err := json.Marshal(w.sent)
	if err != nil {
		return err
	}
	merged, err := arm.MergePatch(base, sent)
	if err != nil {
		return err
	}
	w.api = new(apim.API)
	return arm.Unmarshal(merged, w.api)
}

// complete sets the defaults and what clients do not decide, before validation.
func (w *writer) complete() error {
	a := w.api
	if w.has("apiType") && !w.has("type") { // the create-only spelling
		if json.Unmarshal(w.sent["apiType"], &a.Type) != nil {
			return apim.Invalid("apiType", "apiType must be a string.")
		}
	}
	if err := w.versionSet(); err != nil {
		return err
	}
	id, revision := apim.SplitRevision(w.at.Ref.Name())
	a.APIRevision = revision
	a.DisplayName = cmp.Or(a.DisplayName, string(id))
	a.IsCurrent = a.IsCurrent || w.at.isCurrent()
	a.Default()
	return apim.Check(a.Validate)
}

// versionSet reads apiVersionSet, a spelling for writes only: an existing
// version set by its id, or a new one.
func (w *writer) versionSet() error {
	if !w.has("apiVersionSet") || w.api.APIVersionSetID != "" {
		return nil
	}
	var set struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		apim.VersionSet
	}
	if err := arm.Unmarshal(w.sent["apiVersionSet"], &set); err != nil {
		return err
	}
	home := w.at.Ref.Home()
	if set.ID != "" {
		id, err := json.Marshal(map[string]string{"apiVersionSetId": set.ID})
		if err == nil {
			id, err = arm.StoredRefs(apim.APIs, home, id)
		}
		if err != nil {
			return err
		}
		return arm.Unmarshal(id, w.api)
	}
	set.DisplayName = set.Name
	var v apim.Violations
	v.In("apiVersionSet", set.VersionSet.Validate)
	if err := v.Err(); err != nil {
		return err
	}
	ref := home.Child(apim.VersionSets.Path, apim.Name(w.tx.NewID()))
	w.api.APIVersionSetID = string(ref)
	_, err := put(w.tx, ref, &set.VersionSet, nil)
	return err
}

func (w *writer) store() error {
	body, err := json.Marshal(w.api)
	if err != nil {
		return fmt.Errorf("encode %s: %w", w.at.Ref, err)
	}
	w.doc = &store.Document{Ref: w.at.Ref, Body: body, Extra: w.extra}
	return w.tx.PutOver(w.at.Old, w.doc)
}

// put stores a document.
func put(tx *store.Tx, ref apim.Ref, properties any, extra json.RawMessage) (*store.Document, error) {
	body, err := json.Marshal(properties)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", ref, err)
	}
	doc := &store.Document{Ref: ref, Body: body, Extra: extra}
	return doc, tx.Put(doc)
}

// below writes what lies below the revision.
func (w *writer) below() error {
	if w.source != nil {
		if err := copyBelow(w.tx, w.source.Ref, w.at.Ref); err != nil {
			return err
		}
	}
	if w.in.Description == nil {
		return nil
	}
	return w.in.Description.Write(w.tx, w.at.Ref)
}

// follow makes the revision current if it should be, and adds the API to products.
func (w *writer) follow() error {
	if w.api.IsCurrent {
		if err := moveCurrent(w.tx, w.at.Alias, w.at.current, w.at.Ref); err != nil {
			return err
		}
	}
	for _, product := range w.in.Products {
		if _, err := AddToProduct(w.tx, product, w.at.Alias); err != nil {
			return err
		}
	}
	return nil
}
