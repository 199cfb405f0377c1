package management

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// write is one PUT or PATCH inside its transaction.
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
	status     int
}

// has tells whether the client sent a property.
func (w *write) has(name string) bool { _, ok := w.sent[name]; return ok }

// putEntity answers PUT of an entity: create or replace.
func putEntity(c *call) (*answer, error) {
	kind := c.route.kind
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	if replace := c.behaviours[kind].replace; replace != nil {
		if a, err := replace(c, properties); a != nil || err != nil {
			return a, err
		}
	}
	return c.save(properties, func(w *write) error {
		if w.old != nil {
			return c.match.Check(w.old.ETag)
		}
		if kind.Fixed {
			return apim.ErrNotFound
		}
		if !kind.ValidName(plainName(kind, c.ref)) {
			return apim.Invalid("name", fmt.Sprintf("%q is not a valid name for %s.", c.ref.Name(), kind.Path))
		}
		return c.match.CheckAbsent()
	})
}

// plainName is an entity's name; an API's without its revision.
func plainName(kind *apim.Kind, ref apim.Ref) string {
	if kind != apim.APIs {
		return ref.Name()
	}
	id, _ := apim.SplitRevision(ref.Name())
	return id
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
		var err error
		w.properties, err = arm.MergePatch(w.old.Body, patch)
		return err
	})
	if err == nil && c.route.kind.PatchNoContent {
		a = &answer{status: http.StatusNoContent, etag: a.etag}
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
	if err != nil || c.route.kind == nil || c.behaviours[c.route.kind].read == nil {
		return properties, err
	}
	return c.behaviours[c.route.kind].read(c, properties)
}

// save runs the transaction of a PUT or PATCH. admit checks the ETag and whether
// the entity must exist.
func (c *call) save(properties json.RawMessage, admit func(w *write) error) (*answer, error) {
	var sent map[string]json.RawMessage
	if err := json.Unmarshal(properties, &sent); err != nil {
		return nil, fmt.Errorf("decode properties: %w", err)
	}
	if before := c.behaviours[c.route.kind].before; before != nil {
		if err := before(c, properties); err != nil {
			return nil, err
		}
	}
	var doc *store.Document
	var status int
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		w := &write{call: c, tx: tx, properties: properties, sent: sent, status: http.StatusOK}
		if err := w.run(admit); err != nil {
			return err
		}
		var err error
		status = w.status
		doc, err = tx.Get(w.ref)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.entity(status, doc)
}

// run finds the old document, decodes, validates and stores the new one.
func (w *write) run(admit func(w *write) error) error {
	b := w.behaviours[w.route.kind]
	if err := w.locate(b); err != nil {
		return err
	}
	if w.old == nil {
		w.status = http.StatusCreated
	}
	if err := admit(w); err != nil {
		return err
	}
	body, err := w.decode(b)
	if err != nil {
		return err
	}
	if b.check != nil {
		if err := b.check(w); err != nil {
			return err
		}
	}
	if b.save != nil {
		err = b.save(w)
	} else {
		err = w.save(body)
	}
	if err != nil {
		return err
	}
	if b.stored != nil {
		return b.stored(w)
	}
	return nil
}

// save writes the document: the resource, or the body of a kind that is kept as it comes.
func (w *write) save(body json.RawMessage) error {
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
	if err := w.tx.Put(&store.Document{Ref: w.ref, Body: body, Extra: w.extra}); err != nil {
		return fmt.Errorf("store %s: %w", w.ref, err)
	}
	return nil
}

// locate finds where the entity is or will be stored, and its parent.
func (w *write) locate(b behaviour) error {
	if b.locate != nil {
		if err := b.locate(w); err != nil {
			return err
		}
	} else {
		parent, err := w.call.parent(w.tx, w.call.ref.Parent())
		if err != nil {
			return err
		}
		collection := w.call.ref[len(w.call.ref.Parent()):]
		w.ref = parent + collection
	}
	old, err := w.tx.Get(w.ref)
	if errors.Is(err, apim.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	w.old, w.ref, w.extra = old, old.Ref, old.Extra
	return nil
}

// decode makes the resource of its properties: prepared, with defaults, valid.
func (w *write) decode(b behaviour) (json.RawMessage, error) {
	kind := w.route.kind
	w.resource = kind.Properties(w.ref.Name())
	if w.resource == nil {
		return w.properties, nil
	}
	properties, err := shortRefs(kind, w.home(), w.properties)
	if err != nil {
		return nil, err
	}
	if properties, err = w.withSecrets(properties); err != nil {
		return nil, err
	}
	if err := arm.Unmarshal(properties, w.resource); err != nil {
		return nil, err
	}
	if b.save != nil { // its function does the rest
		return nil, nil
	}
	if b.prepare != nil {
		if err := b.prepare(w); err != nil {
			return nil, err
		}
	}
	w.resource.Default()
	var v apim.Violations
	w.resource.Validate(&v)
	return nil, v.Err()
}

// shortRefs brings the ids in properties to the stored form. In a workspace an
// id that names none means the workspace's own, but for users.
func shortRefs(kind *apim.Kind, home apim.Ref, properties json.RawMessage) (json.RawMessage, error) {
	if len(kind.Refs) == 0 {
		return properties, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(properties, &members); err != nil {
		return nil, fmt.Errorf("decode properties: %w", err)
	}
	for _, name := range kind.Refs {
		var id string
		if json.Unmarshal(members[name], &id) == nil && id != "" {
			ref := arm.ShortRef(id)
			if home != "" && ref.Workspace() != "" && ref.Home().Key() != home.Key() {
				return nil, apim.Invalid(name, fmt.Sprintf("%s names %s, which is in another workspace.", name, ref))
			}
			if k := apim.KindByPath(ref.KindPath()); home != "" && ref.Workspace() == "" && (k == nil || k.Workspace) {
				ref = home + ref
			}
			members[name], _ = json.Marshal(ref) // strings marshal always
		}
	}
	return json.Marshal(members)
}
