package apidoc

import (
	"bytes"
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// prepared is an operation in the form that is stored.
type prepared struct {
	id          string
	route       string
	tags        []string
	body, extra json.RawMessage
}

// prepare encodes the operations, before the transaction.
func prepare(d *Description) []prepared {
	all := make([]prepared, len(d.Operations))
	for i := range d.Operations {
		op := &d.Operations[i]
		op.Default()
		all[i] = prepared{op.ID, op.Route(), op.Extra.Tags, encode(&op.Operation), encode(&op.Extra)}
	}
	return all
}

// putOperations writes new and changed operations, and deletes those that the
// description does not have.
func (w *writer) putOperations() error {
	docs, err := w.tx.List(apim.Operations.Path, w.revision)
	if err != nil {
		return err
	}
	old := make(map[apim.Key]*store.Document, len(docs))
	for _, doc := range docs {
		old[doc.Key()] = doc
	}
	tags, err := w.newTagger()
	if err != nil {
		return err
	}
	var changed []*store.Document
	var added []prepared
	for _, op := range w.d.prepared {
		ref := apim.OperationRef(w.revision, apim.Name(op.id))
		before := old[ref.Key()]
		delete(old, ref.Key())
		if before == nil {
			added = append(added, op)
		}
		if before == nil || !bytes.Equal(before.Body, op.body) || !bytes.Equal(before.Extra, op.extra) {
			changed = append(changed, &store.Document{Ref: ref, Body: op.body, Extra: op.extra})
		}
		if err := tags.tag(ref, op.tags, before); err != nil {
			return err
		}
	}
	if err := w.tx.PutAll(changed); err != nil {
		return err
	}
	if err := w.copyPolicies(added, docs); err != nil {
		return err
	}
	for _, doc := range docs {
		if old[doc.Key()] != nil {
			if err := w.tx.DeleteTree(doc.Ref); err != nil {
				return err
			}
		}
	}
	return tags.link()
}

// copyPolicies gives new operations the policy of an old one with the same
// method and template.
func (w *writer) copyPolicies(added []prepared, docs []*store.Document) error {
	if len(added) == 0 || len(docs) == 0 {
		return nil
	}
	routes := make(map[string]apim.Ref, len(docs))
	for _, doc := range docs {
		var op apim.Operation
		if err := doc.Decode(&op); err != nil {
			return err
		}
		routes[op.Route()] = doc.Ref
	}
	for _, op := range added {
		from, ok := routes[op.route]
		if !ok {
			continue
		}
		policy, err := find(w.tx, from.Child("policies", "policy"))
		if err != nil {
			return err
		}
		if policy == nil {
			continue
		}
		to := apim.OperationRef(w.revision, apim.Name(op.id)).Child("policies", "policy")
		if err := w.tx.Put(&store.Document{Ref: to, Body: policy.Body, Extra: policy.Extra}); err != nil {
			return err
		}
	}
	return nil
}
