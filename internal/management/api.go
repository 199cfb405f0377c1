package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// readAPI reads the description that a PUT may carry.
func readAPI(c *call, properties json.RawMessage) (json.RawMessage, error) {
	if err := mayCopy(c, properties); err != nil {
		return nil, err
	}
	if c.r.Method == http.MethodPatch {
		c.api = &apis.Input{}
		return properties, nil
	}
	var err error
	if c.api, err = c.APIs.Read(c.r.Context(), apis.Request{Ref: c.ref, Properties: properties, Outbound: c.Outbound}); err != nil {
		return nil, err
	}
	return c.api.Properties, nil
}

// locateAPI finds the revision that a PUT or PATCH writes.
func locateAPI(w *write) (err error) {
	if w.at, err = apis.Locate(w.tx, w.call.ref, w.properties); err == nil {
		w.ref, w.old = w.at.Ref, w.at.Old
	}
	return err
}

func putAPI(w *write) error {
	in := *w.api
	in.Properties = w.properties
	result, err := apis.Put(w.tx, w.at, &in)
	if err != nil {
		return err
	}
	w.doc, w.findings = result.Document, result.Findings
	if names := apis.Describing(); w.r.Method == http.MethodPatch && slices.ContainsFunc(names, w.has) {
		w.warn(apim.WithoutEffect, "", strings.Join(names, ", ")+" are read in a PUT; a PATCH leaves the description as it is.")
	}
	if w.old != nil && w.has("sourceApiId") {
		w.warn(apim.WithoutEffect, "/sourceApiId", "sourceApiId is read when a revision is created; this one was there.")
	}
	return nil
}

// mayCopy requires that the caller may read the API that sourceApiId names,
// since a copy shows all of it.
func mayCopy(c *call, properties json.RawMessage) error {
	var sent struct {
		Source apim.Ref `json:"sourceApiId"`
	}
	if err := arm.Unmarshal(properties, &sent); err != nil || sent.Source == "" {
		return err
	}
	named, err := json.Marshal(sent) // without the description, which may be large
	if err != nil {
		return err
	}
	if named, err = arm.StoredRefs(apim.APIs, c.home(), named); err != nil {
		return err
	}
	if err := arm.Unmarshal(named, &sent); err != nil {
		return err
	}
	action := access.ActionOf(apim.APIs.Path, access.Read)
	if sent.Source.Workspace() != "" {
		action = access.InWorkspace(action)
	}
	return c.authorize(action, apim.ScopeOf(sent.Source))
}

func removeAPI(c *call, tx *store.Tx, doc *store.Document) error {
	all, err := c.query.Bool("deleteRevisions")
	if err != nil {
		return err
	}
	return apis.Delete(tx, doc.Ref, all)
}

// checkOperation refuses a second operation with the same method and template.
func checkOperation(w *write) error {
	op := w.resource.(*apim.Operation)
	rows, err := w.collections.rows(w.tx, apim.Operations, w.ref.Parent())
	if err != nil {
		return err
	}
	route := strings.ToLower(op.Route())
	for _, r := range rows {
		f := r.fields(apim.Operations)
		if r.key == w.ref.Key() || f.Text("method")+" "+f.Text("urlTemplate") != route {
			continue // as read without decoding
		}
		var other apim.Operation
		if err := r.doc.Decode(&other); err != nil {
			return err
		}
		if other.Route() == op.Route() {
			return &apim.ConflictError{Code: "ValidationError", Target: "urlTemplate", Message: fmt.Sprintf(
				"The operation %q has the same method and urlTemplate.", r.ref.Name())}
		}
	}
	return nil
}

// storedSchema checks a GraphQL schema, and writes the parts of any.
func storedSchema(w *write) error {
	if s := w.resource.(*apim.Schema); s.ContentType == apim.GraphQLSchema && s.Document != nil {
		if err := apidoc.CheckGraphQL("document.value", s.Document.Value); err != nil {
			return err
		}
	}
	return apidoc.PutParts(w.tx, w.ref, w.resource.(*apim.Schema))
}

func putVersionSet(w *write) (err error) {
	w.doc, err = apis.PutVersionSet(w.tx, w.ref, w.old, w.resource.(*apim.VersionSet))
	return err
}

func removeVersionSet(_ *call, tx *store.Tx, doc *store.Document) error {
	return apis.DeleteVersionSet(tx, doc.Ref)
}

// showAPI adds the version set when expandApiVersionSet asks for it.
func showAPI(c *call, doc *store.Document) (json.RawMessage, error) {
	expand, err := c.query.Bool("expandApiVersionSet")
	if !expand || err != nil {
		return doc.Body, err
	}
	var api struct {
		APIVersionSetID apim.Ref `json:"apiVersionSetId"`
	}
	if err := doc.Decode(&api); err != nil {
		return nil, err
	}
	if api.APIVersionSetID == "" {
		return doc.Body, nil
	}
	set := map[string]any{}
	_, err = view(c, func(tx *store.Tx) (*store.Document, error) { return tx.Decode(api.APIVersionSetID, &set) })
	if err != nil {
		return doc.Body, apim.IfAbsent(err, nil)
	}
	set["id"], set["name"] = c.address.ID(api.APIVersionSetID), set["displayName"]
	delete(set, "displayName")
	return withMembers(doc.Body, map[string]any{"apiVersionSet": set})
}

// prepareTagDescription takes the name from the address: it is the tag's.
func prepareTagDescription(w *write) error {
	d := w.resource.(*apim.TagDescription)
	var t apim.Tag
	tag, err := w.tx.Decode(apim.TagRef(w.ref.Name()), &t)
	if err != nil {
		return apim.IfAbsent(err, apim.Invalid("tagDescriptionId", fmt.Sprintf("There is no tag %q.", w.ref.Name())))
	}
	d.TagID, d.DisplayName = string(tag.Ref), t.DisplayName
	return nil
}
