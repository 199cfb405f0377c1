package management

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

var revisionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.\-]{0,99}$`)

// locateAPI finds the revision that a PUT or PATCH writes: the one named, the
// current one, or, for a new API, the one the body names, else 1.
func locateAPI(w *write) error {
	name := w.call.ref.Name()
	_, revision := apim.SplitRevision(name)
	if revision == "" {
		current, err := w.tx.ResolveAPI(w.call.ref)
		if err == nil {
			w.ref = current
			return nil
		}
		if !errors.Is(err, apim.ErrNotFound) {
			return err
		}
		revision = "1"
		if sent := w.sent["apiRevision"]; sent != nil && json.Unmarshal(sent, &revision) != nil {
			return apim.Invalid("apiRevision", "apiRevision must be a string.")
		}
	}
	if !revisionName.MatchString(revision) {
		return apim.Invalid("apiRevision", fmt.Sprintf("apiRevision must be letters, digits, dots and hyphens, at most 100; it is %q.", revision))
	}
	w.ref = w.call.ref.Revision(revision)
	return nil
}

// prepareAPI takes over what clients do not decide: the revision, whether it is
// current, and, for a copy, the source's properties.
func prepareAPI(w *write) error {
	if err := w.copyProperties(); err != nil {
		return err
	}
	a := w.resource.(*apim.API)
	if err := w.apiType(a); err != nil {
		return err
	}
	if err := w.versionSet(a); err != nil {
		return err
	}
	id, revision := apim.SplitRevision(w.ref.Name())
	a.APIRevision = revision
	if a.DisplayName == "" {
		a.DisplayName = id
	}
	wanted := a.IsCurrent
	current, err := w.tx.ResolveAPI(aliasOf(w.ref))
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		return err
	}
	a.IsCurrent = wanted || err != nil || current.Key() == w.ref.Key()
	return nil
}

// apiType reads the create-only spelling apiType beside type.
func (w *write) apiType(a *apim.API) error {
	sent := w.sent["apiType"]
	if sent == nil || w.has("type") {
		return nil
	}
	if json.Unmarshal(sent, &a.Type) != nil {
		return apim.Invalid("apiType", "apiType must be a string.")
	}
	return nil
}

// versionSet reads the create-only spelling apiVersionSet: a version set that
// exists, by its id, or a new one.
func (w *write) versionSet(a *apim.API) error {
	sent := w.sent["apiVersionSet"]
	if sent == nil || a.APIVersionSetID != "" {
		return nil
	}
	var set struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		apim.VersionSet
	}
	if err := arm.Unmarshal(sent, &set); err != nil {
		return err
	}
	if set.ID != "" {
		a.APIVersionSetID = string(w.home()) + string(apim.ParseRef(set.ID)[len(apim.ParseRef(set.ID).Home()):])
		return nil
	}
	set.DisplayName = set.Name
	var v apim.Violations
	v.In("apiVersionSet", set.VersionSet.Validate)
	if err := v.Err(); err != nil {
		return err
	}
	body, err := json.Marshal(&set.VersionSet)
	if err != nil {
		return err
	}
	ref := w.home().Child(apim.VersionSets.Path, w.Store.NewID())
	a.APIVersionSetID = string(ref)
	return w.tx.Put(&store.Document{Ref: ref, Body: body})
}

// copyProperties starts a new API or revision from its source, with what the client sent on top.
func (w *write) copyProperties() error {
	a := w.resource.(*apim.API)
	if w.old != nil {
		return nil
	}
	if a.SourceAPIID == "" {
		if !w.has("path") {
			return apim.Invalid("path", "path is required; it may be empty.")
		}
		return nil
	}
	source, err := w.source(a)
	if err != nil {
		return err
	}
	sent, err := shortRefs(apim.APIs, w.home(), w.properties)
	if err != nil {
		return err
	}
	merged, err := arm.MergePatch(source.Body, sent)
	if err != nil {
		return err
	}
	copied := &apim.API{}
	if err := arm.Unmarshal(merged, copied); err != nil {
		return err
	}
	copied.IsCurrent = a.IsCurrent
	w.resource, w.extra = copied, source.Extra
	return nil
}

// mayCopy wants the caller to be allowed to read the API that sourceApiId names:
// a copy shows all of it.
func mayCopy(c *call, properties json.RawMessage) (json.RawMessage, error) {
	short, err := shortRefs(apim.APIs, c.home(), properties)
	if err != nil {
		return nil, err
	}
	var sent struct {
		Source apim.Ref `json:"sourceApiId"`
	}
	if err := arm.Unmarshal(short, &sent); err != nil || sent.Source == "" {
		return properties, err
	}
	action := access.ActionOf(apim.APIs.Path, access.Read)
	if sent.Source.Workspace() != "" {
		action = access.InWorkspace(action)
	}
	return properties, c.authorize(action, apim.ScopeOf(sent.Source))
}

// source is the API that sourceApiId names.
func (w *write) source(a *apim.API) (*store.Document, error) {
	ref, err := w.tx.ResolveAPI(apim.Ref(a.SourceAPIID))
	var doc *store.Document
	if err == nil {
		doc, err = w.tx.Get(ref)
	}
	if errors.Is(err, apim.ErrNotFound) || err == nil && doc.Kind != apim.APIs.Path {
		return nil, apim.Invalid("sourceApiId", fmt.Sprintf("There is no API %q.", a.SourceAPIID))
	}
	return doc, err
}

// checkAPI checks the version set and that no other API has the same address.
func checkAPI(w *write) error {
	a := w.resource.(*apim.API)
	if a.APIVersionSetID != "" {
		set := apim.Ref(a.APIVersionSetID)
		if _, err := w.tx.Get(set); err != nil || set.KindPath() != apim.VersionSets.Path {
			return apim.Invalid("apiVersionSetId", fmt.Sprintf("There is no version set %q.", a.APIVersionSetID))
		}
	}
	if err := w.checkSignIn(a.AuthenticationSettings); err != nil {
		return err
	}
	return checkAddress(w.tx, w.ref, a)
}

// checkAddress refuses an address that another API has, in whatever workspace.
func checkAddress(tx *store.Tx, ref apim.Ref, a *apim.API) error {
	docs, err := tx.APIsAt(a.Path)
	if err != nil {
		return err
	}
	for _, d := range docs {
		if aliasOf(d.Ref).Key() == aliasOf(ref).Key() {
			continue
		}
		var other apim.API
		if err := json.Unmarshal(d.Body, &other); err != nil {
			return fmt.Errorf("decode %s: %w", d.Ref, err)
		}
		if err := a.CheckAddress(aliasOf(d.Ref).Name(), &other); err != nil {
			return err
		}
	}
	return nil
}

// checkSignIn wants the authorization servers and OpenID providers of an API to exist.
func (w *write) checkSignIn(s *apim.AuthenticationSettings) error {
	servers, providers := s.Names()
	for _, id := range servers {
		if err := w.exists("authenticationSettings.authorizationServerId", apim.Ref("/authorizationServers/"+id), apim.AuthorizationServers); err != nil && id != "" {
			return err
		}
	}
	for _, id := range providers {
		if err := w.exists("authenticationSettings.openidProviderId", apim.Ref("/openidConnectProviders/"+id), apim.OpenIDConnectProviders); err != nil && id != "" {
			return err
		}
	}
	return nil
}

// storedAPI moves the alias when the revision is to be current, and copies what lies below a source.
func storedAPI(w *write) error {
	a := w.resource.(*apim.API)
	if w.old == nil && a.SourceAPIID != "" {
		source, err := w.source(a)
		if err != nil {
			return err
		}
		if err := copyBelow(w.tx, source.Ref, w.ref); err != nil {
			return err
		}
	}
	if !a.IsCurrent {
		return nil
	}
	return makeCurrent(w.tx, w.ref)
}

// makeCurrent points an API's alias at a revision.
func makeCurrent(tx *store.Tx, revision apim.Ref) error {
	alias := aliasOf(revision)
	present, err := tx.Links(apim.CurrentRevision, alias)
	if err != nil {
		return fmt.Errorf("read current revision of %s: %w", alias, err)
	}
	for _, old := range present {
		if old.Key() == revision.Key() {
			return nil
		}
		if _, err := tx.Unlink(apim.CurrentRevision, alias, old); err != nil {
			return fmt.Errorf("unlink %s: %w", old, err)
		}
		if err := setCurrent(tx, old, false); err != nil {
			return err
		}
	}
	_, err = tx.Link(apim.CurrentRevision, alias, revision)
	return err
}

func setCurrent(tx *store.Tx, revision apim.Ref, current bool) error {
	doc, err := tx.Get(revision)
	if err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]bool{"isCurrent": current})
	if err != nil {
		return err
	}
	body, err := arm.MergePatch(doc.Body, patch)
	if err != nil {
		return err
	}
	return tx.Put(&store.Document{Ref: doc.Ref, Body: body, Extra: doc.Extra})
}

// removeAPI clears the way for deleting a revision: with the current one goes
// the API, its associations and the subscriptions to it alone.
func removeAPI(c *call, tx *store.Tx, doc *store.Document) error {
	alias := aliasOf(doc.Ref)
	current, err := tx.ResolveAPI(alias)
	if err != nil {
		return err
	}
	if current.Key() != doc.Key() {
		return nil
	}
	all, err := c.query.Bool("deleteRevisions")
	if err != nil {
		return err
	}
	rows, err := c.collections.rows(tx, apim.APIs, alias.Parent())
	if err != nil {
		return err
	}
	for _, r := range rows {
		if aliasOf(r.doc.Ref).Key() != alias.Key() || r.key == doc.Key() {
			continue
		}
		if !all {
			return &apim.ConflictError{Code: "OperationNotAllowed", Target: "deleteRevisions",
				Message: "The API has other revisions; they are deleted with it when deleteRevisions=true."}
		}
		if err := tx.DeleteTree(r.doc.Ref); err != nil {
			return err
		}
	}
	subscriptions, err := tx.Backlinks(apim.SubscriptionScope, alias)
	if err != nil {
		return err
	}
	if err := removeAll(tx, subscriptions); err != nil {
		return err
	}
	return tx.DeleteTree(alias) // the alias has no document, but links
}

// checkOperation refuses a second operation with the same method and template.
func checkOperation(w *write) error {
	op := w.resource.(*apim.Operation)
	rows, err := w.collections.rows(w.tx, apim.Operations, w.ref.Parent())
	if err != nil {
		return err
	}
	for _, r := range rows {
		f := r.fields(apim.Operations)
		if r.key == w.ref.Key() || f.Text("method") != strings.ToLower(op.Method) || f.Text("urlTemplate") != strings.ToLower(op.URLTemplate) {
			continue
		}
		var other apim.Operation
		if err := json.Unmarshal(r.doc.Body, &other); err != nil {
			return fmt.Errorf("decode %s: %w", r.ref, err)
		}
		if other.URLTemplate == op.URLTemplate {
			return &apim.ConflictError{Code: "ValidationError", Target: "urlTemplate", Message: fmt.Sprintf(
				"The operation %q has the same method and urlTemplate.", r.ref.Name())}
		}
	}
	return nil
}

// storedSchema writes a schema's definitions as parts, which pages read one by one.
func storedSchema(w *write) error {
	if s := w.resource.(*apim.Schema); s.ContentType == apim.GraphQLSchema && s.Document != nil {
		if err := apidoc.CheckGraphQL("document.value", s.Document.Value); err != nil {
			return err
		}
	}
	parts, err := w.resource.(*apim.Schema).Parts()
	if err != nil {
		return err
	}
	return w.tx.PutSchemaParts(w.ref.Parent(), w.ref.Name(), parts)
}

// removeVersionSet refuses while an API is a version of the set.
func removeVersionSet(c *call, tx *store.Tx, doc *store.Document) error {
	rows, err := c.collections.rows(tx, apim.APIs, doc.Ref.Parent())
	if err != nil {
		return err
	}
	for _, r := range rows {
		var a struct {
			APIVersionSetID apim.Ref `json:"apiVersionSetId"`
		}
		if json.Unmarshal(r.doc.Body, &a) == nil && a.APIVersionSetID.Key() == doc.Key() {
			return &apim.ConflictError{Code: "OperationNotAllowed", Message: fmt.Sprintf("The API %q is a version of this set.", r.ref.Name())}
		}
	}
	return nil
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
	if err := json.Unmarshal(doc.Body, &api); err != nil {
		return nil, fmt.Errorf("decode %s: %w", doc.Ref, err)
	}
	if api.APIVersionSetID == "" {
		return doc.Body, nil
	}
	set := map[string]any{}
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		_, err := tx.Decode(api.APIVersionSetID, &set)
		return err
	})
	if errors.Is(err, apim.ErrNotFound) {
		return doc.Body, nil
	}
	if err != nil {
		return nil, err
	}
	set["id"], set["name"] = c.address.ID(api.APIVersionSetID), set["displayName"]
	delete(set, "displayName")
	return withMembers(doc.Body, map[string]any{"apiVersionSet": set})
}

// prepareTagDescription takes the tag from the address: the description's name is the tag's.
func prepareTagDescription(w *write) error {
	d := w.resource.(*apim.TagDescription)
	var t apim.Tag
	tag, err := w.tx.Decode(apim.TagRef(w.ref.Name()), &t)
	if errors.Is(err, apim.ErrNotFound) {
		return apim.Invalid("tagDescriptionId", fmt.Sprintf("There is no tag %q.", w.ref.Name()))
	}
	if err != nil {
		return err
	}
	d.TagID, d.DisplayName = string(tag.Ref), t.DisplayName
	return nil
}
