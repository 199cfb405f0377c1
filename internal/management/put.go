package management

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// write is one PUT or PATCH of an entity. What happens to it, in order, with the
// functions of its kind's behaviour in quotes:
//
//  1. The body is read. "read" looks at its properties and gets what is slow: a
//     linked document, a parsed description, a hashed password, a checked site.
//     Nothing is changed yet; only blobs that are named by their content are kept.
//  2. One transaction begins. All that follows happens in it or not at all, and
//     may be run again; nothing in it commits, sends or waits.
//  3. "locate" finds where the entity is stored, or will be; without it that is
//     its address, with an API's alias resolved.
//  4. It is admitted: If-Match holds, and there is an entity to patch, or a valid
//     name for a new one. A PATCH is merged into the stored properties.
//  5. The properties are decoded, with ids in the stored form and the stored
//     secrets that were not sent.
//  6. "put" of a kind with an owner among the domain services does the rest up to 9,
//     as it does for every other caller of that service.
//  7. "prepare" fills in what clients do not decide; then come defaults and validation.
//  8. "check" compares with other resources.
//  9. Secrets go where they are kept, and the document is stored.
//  10. "stored" writes what follows from it: links, other documents, mail to be sent.
//  11. "tell" finds what the caller should know of it: members that nobody knows,
//     settings without effect. It is kept in the entity's history.
//  12. The transaction is committed, and the entity is answered as it is now.
type write struct {
	*call
	tx  *store.Tx
	ref apim.Ref // where the entity is stored
	old *store.Document
	// properties are the entity's new properties as sent (PUT) or merged (PATCH);
	// sent are the members the client named.
	properties json.RawMessage
	sent       map[string]json.RawMessage
	resource   apim.Resource // nil for kinds that are kept as they come
	extra      json.RawMessage
	at         *apis.Place     // of an API
	doc        *store.Document // as stored; nil: to be read at the end
	findings   []apim.Finding  // what the caller should know
}

// has reports whether the client sent a property.
func (w *write) has(name string) bool { _, ok := w.sent[name]; return ok }

// putEntity answers PUT of an entity: create or replace.
func putEntity(c *call) (*answer, error) {
	kind := c.route.kind
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	return c.save(properties, func(w *write) error {
		if w.old != nil {
			if kind.Member {
				return c.existed()
			}
			return c.match.Check(w.old.ETag)
		}
		if kind.Fixed {
			return apim.ErrNotFound
		}
		if kind != apim.APIs && !kind.ValidName(c.ref.Name()) { // an API's may name a revision
			return apim.Invalid("name", fmt.Sprintf("%q is not a valid name for %s.", c.ref.Name(), kind.Path))
		}
		return c.match.CheckAbsent()
	})
}

// patchEntity answers PATCH of an entity: a merge of its properties.
func patchEntity(c *call) (*answer, error) {
	patch, err := c.properties()
	if err != nil {
		return nil, err
	}
	a, err := c.save(patch, func(w *write) error {
		if w.old == nil {
			return apim.ErrNotFound
		}
		if err := c.match.Check(w.old.ETag); err != nil {
			return err
		}
		merged, err := arm.MergePatch(w.old.Body, patch)
		if err != nil {
			return err
		}
		w.properties, err = c.withoutNulls(merged)
		return err
	})
	if err == nil && c.route.kind.PatchNoContent {
		a = &answer{status: http.StatusNoContent, etag: a.etag, findings: a.findings}
	}
	return a, err
}

// properties reads the body's properties.
func (c *call) properties() (json.RawMessage, error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	if kind := c.route.kind; body == nil && kind != nil && kind.NoBody {
		return json.RawMessage("{}"), nil
	}
	properties, err := arm.Properties(body)
	if err == nil && c.r.Method == http.MethodPut {
		properties, err = c.withoutNulls(properties)
	}
	if err != nil || c.route.kind == nil || c.behaviours[c.route.kind].read == nil {
		return properties, err
	}
	return c.behaviours[c.route.kind].read(c, properties)
}

// withoutNulls removes nulls from properties, except for kinds that are kept as they come.
func (c *call) withoutNulls(properties json.RawMessage) (json.RawMessage, error) {
	kind := c.route.kind
	if kind == nil || kind.New == nil && kind.ByName == nil {
		return properties, nil
	}
	return arm.WithoutNulls(properties, kind.Raw)
}

// save runs the transaction of a PUT or PATCH. admit checks the ETag and whether
// the entity must exist.
func (c *call) save(properties json.RawMessage, admit func(w *write) error) (*answer, error) {
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(properties, &sent); err != nil {
		return nil, fmt.Errorf("decode properties: %w", err)
	}
	var w *write
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		w = &write{call: c, tx: tx, properties: properties, sent: maps.Clone(sent)}
		return w.run(admit)
	})
	if err != nil {
		return nil, err
	}
	a, err := c.entity(putStatus(w.old == nil), w.doc)
	if err == nil {
		a.findings = w.findings
	}
	return a, err
}

// run is the part inside the transaction.
func (w *write) run(admit func(w *write) error) error {
	b := w.behaviours[w.route.kind]
	locate, put := b.locate, b.put
	if locate == nil {
		locate = (*write).locate
	}
	if put == nil {
		put = (*write).put
	}
	for _, step := range []func(w *write) error{locate, admit, (*write).decode, put, orNothing(b.stored), (*write).tell} {
		if err := step(w); err != nil {
			return err
		}
	}
	if w.doc != nil {
		return nil
	}
	var err error
	w.doc, err = w.tx.Get(w.ref)
	return err
}

// orNothing is a step of a kind, or none.
func orNothing(step func(w *write) error) func(w *write) error {
	if step == nil {
		return func(*write) error { return nil }
	}
	return step
}

// put prepares, validates, checks and stores an entity of a kind that no domain
// service owns.
func (w *write) put() error {
	b := w.behaviours[w.route.kind]
	for _, step := range []func(w *write) error{orNothing(b.prepare), (*write).validate, orNothing(b.check), (*write).store} {
		if err := step(w); err != nil {
			return err
		}
	}
	return nil
}

// validate applies the defaults and the rules of the kind.
func (w *write) validate() error {
	if w.resource == nil {
		return nil
	}
	apim.Default(w.resource)
	return apim.Check(w.resource.Validate)
}

// store writes the document: the resource, or the properties of a kind that is
// kept as it comes.
func (w *write) store() error {
	body := w.properties
	if w.resource != nil {
		var err error
		if body, err = json.Marshal(w.resource); err != nil {
			return fmt.Errorf("encode %s: %w", w.ref, err)
		}
	}
	body, err := w.sealSecrets(body)
	if err != nil {
		return err
	}
	doc := &store.Document{Ref: w.ref, Body: body, Extra: w.extra}
	if err := w.tx.PutOver(w.old, doc); err != nil {
		return fmt.Errorf("store %s: %w", w.ref, err)
	}
	w.doc = doc
	return nil
}

// locate finds the entity at its address; the parent must exist.
func (w *write) locate() error {
	parent, err := w.call.parent(w.tx, w.call.ref.Parent())
	if err != nil {
		return err
	}
	name, _ := w.route.kind.Spell(w.call.ref.Name())
	w.ref = parent.Child(collectionOf(w.route.kind), name)
	old, err := apim.OrNone(w.tx.Get(w.ref))
	if err != nil || old == nil {
		return err
	}
	w.old, w.ref, w.extra = old, old.Ref, old.Extra
	return nil
}

// decode makes the resource of the properties.
func (w *write) decode() error {
	kind := w.route.kind
	w.resource = kind.Properties(w.ref.Name())
	if w.resource == nil {
		return nil
	}
	properties, err := arm.StoredRefs(kind, w.home(), w.properties)
	if err != nil {
		return err
	}
	if properties, err = w.withSecrets(properties); err != nil {
		return err
	}
	return arm.Unmarshal(properties, w.resource)
}
