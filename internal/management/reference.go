package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// What resources refer to must exist, and stays while it is referred to.

// refuseUsed makes a remove that refuses while a document of the kinds names the
// entity: by its id, or, in policies, by a text that name makes of its name.
func refuseUsed(name func(string) string, kinds ...*apim.Kind) func(*call, *store.Tx, *store.Document) error {
	return func(_ *call, tx *store.Tx, doc *store.Document) error {
		for _, kind := range kinds {
			docs, err := tx.ListAll(kind.Path)
			if err != nil {
				return err
			}
			for _, d := range docs {
				if d.Ref.Workspace() == doc.Ref.Workspace() && refersTo(d, doc, name) {
					return &apim.ConflictError{Code: "OperationNotAllowed", Message: fmt.Sprintf("%s refers to it.", aliasOf(d.Ref))}
				}
			}
		}
		return nil
	}
}

func refersTo(d, to *store.Document, name func(string) string) bool {
	text := strings.ToLower(string(d.Body))
	if strings.Contains(text, to.Key()+`"`) {
		return true
	}
	return name != nil && strings.Contains(text, strings.ToLower(name(to.Name)))
}

// quoted is an attribute in a policy document inside JSON: backend-id="x".
func quoted(attribute string) func(string) string {
	return func(name string) string { return attribute + `=\"` + name + `\"` }
}

// braced is a named value in a policy document.
func braced(name string) string { return "{{" + name + "}}" }

// authorizationServerID and openIDProviderID are how an API names them in its authenticationSettings.
func authorizationServerID(name string) string { return `"authorizationServerId":"` + name + `"` }
func openIDProviderID(name string) string      { return `"openidProviderId":"` + name + `"` }

// documentationID is how a wiki names a documentation without its collection.
func documentationID(name string) string { return `"documentationId":"` + name + `"` }

// checkWiki wants documentations that exist.
func checkWiki(w *write) error {
	for i, d := range w.resource.(*apim.Wiki).Documents {
		ref := apim.Ref("/documentations/" + arm.ShortRef(d.DocumentationID).Name())
		if err := w.exists(fmt.Sprintf("documents[%d].documentationId", i), ref, apim.Documentations); err != nil {
			return err
		}
	}
	return nil
}

// checkDiagnostic wants a logger that exists, in the workspace or the service.
func checkDiagnostic(w *write) error {
	id := apim.Ref(w.resource.(*apim.Diagnostic).LoggerID)
	err := w.exists("loggerId", id, apim.Loggers)
	if err != nil && w.home() != "" {
		return w.exists("loggerId", apim.Ref("/loggers/"+id.Name()), apim.Loggers)
	}
	return err
}

// checkBackend wants the members of a pool to be backends that are no pools themselves.
func checkBackend(w *write) error {
	b := w.resource.(*apim.Backend)
	if b.Pool == nil {
		return nil
	}
	for i, s := range b.Pool.Services {
		field := fmt.Sprintf("pool.services[%d].id", i)
		ref := w.home() + "/backends/" + apim.Ref(arm.ShortRef(s.ID).Name())
		if ref.Key() == w.ref.Key() {
			return apim.Invalid(field, "A pool cannot be a member of itself.")
		}
		if err := w.exists(field, ref, apim.Backends); err != nil {
			return err
		}
		var member apim.Backend
		if _, err := w.tx.Decode(ref, &member); err != nil {
			return err
		}
		if member.Pool != nil {
			return apim.Invalid(field, fmt.Sprintf("%s is a pool; members of a pool must be single backends.", ref))
		}
	}
	return nil
}

// reconnectBackend answers POST reconnect: connections to a backend are made
// anew when they are idle, so there is nothing left to wait for.
func reconnectBackend(c *call) (*answer, error) {
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	var in struct {
		Properties struct {
			After string `json:"after"`
		} `json:"properties"`
	}
	if raw != nil {
		if err := arm.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
	}
	if a := in.Properties.After; a != "" && !strings.HasPrefix(strings.ToUpper(a), "PT") {
		return nil, apim.Invalid("after", fmt.Sprintf("after must be an ISO 8601 duration such as PT3S; it is %q.", a))
	}
	return &answer{status: http.StatusAccepted}, nil
}

// prepareCertificate reads what a certificate says of itself.
func prepareCertificate(w *write) error {
	cert := w.resource.(*apim.Certificate)
	if cert.Data == "" {
		return nil
	}
	return readCertificate(cert)
}

// refreshed answers refreshSecret: a certificate or value that is stored here is
// always the last; one from a key vault cannot be fetched.
func refreshed(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	var in struct {
		KeyVault json.RawMessage `json:"keyVault"`
	}
	if err := json.Unmarshal(doc.Body, &in); err != nil {
		return nil, fmt.Errorf("decode %s: %w", doc.Ref, err)
	}
	if in.KeyVault != nil {
		return nil, notSupported("This instance does not fetch from key vaults; put the value itself.")
	}
	return c.entity(http.StatusOK, doc)
}

// checkNamedValue keeps display names apart: policies refer to values by them.
func checkNamedValue(w *write) error {
	n := w.resource.(*apim.NamedValue)
	docs, err := w.tx.List(apim.NamedValues.Path, w.home())
	if err != nil {
		return err
	}
	for _, d := range docs {
		var other apim.NamedValue
		if err := json.Unmarshal(d.Body, &other); err != nil {
			return fmt.Errorf("decode %s: %w", d.Ref, err)
		}
		if d.Key() != w.ref.Key() && strings.EqualFold(other.DisplayName, n.DisplayName) {
			return &apim.ConflictError{Code: "ValidationError", Target: "displayName",
				Message: fmt.Sprintf("The named value %q has the same displayName.", d.Name)}
		}
	}
	return nil
}

// listNamedValue answers listValue with the value, secret or not.
func listNamedValue(c *call) (*answer, error) {
	var value string
	var doc *store.Document
	err := c.Store.View(c.r.Context(), func(tx *store.Tx) (err error) {
		if doc, err = c.get(tx); err != nil {
			return err
		}
		var n apim.NamedValue
		if err := json.Unmarshal(doc.Body, &n); err != nil {
			return fmt.Errorf("decode %s: %w", doc.Ref, err)
		}
		value = n.Value
		if n.Secret {
			value, err = storedSecret(tx, doc.Ref, "value")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: map[string]string{"value": value}}, nil
}

// removeNamedValue refuses while a policy names the value by its display name.
func removeNamedValue(c *call, tx *store.Tx, doc *store.Document) error {
	var n apim.NamedValue
	if err := json.Unmarshal(doc.Body, &n); err != nil {
		return fmt.Errorf("decode %s: %w", doc.Ref, err)
	}
	users := append([]*apim.Kind{apim.PolicyFragments, apim.Loggers, apim.Caches, apim.Backends}, policyKinds...)
	return refuseUsed(func(string) string { return braced(n.DisplayName) }, users...)(c, tx, doc)
}

// hideCredentials keeps the credentials of a logger, or the connection of a
// cache, as secret named values, as the reference does: what is stored and shown
// names them. A text that is a named value already stays.
func (w *write) hideCredentials(label, text string) (string, error) {
	if strings.HasPrefix(text, "{{") && strings.HasSuffix(text, "}}") {
		return text, nil
	}
	id := w.Store.NewID()
	name := label + "--" + id
	ref := w.home().Child(apim.NamedValues.Path, id)
	body, err := json.Marshal(&apim.NamedValue{DisplayName: name, Secret: true})
	if err != nil {
		return "", err
	}
	if err := w.tx.Put(&store.Document{Ref: ref, Body: body}); err != nil {
		return "", err
	}
	return braced(name), w.tx.SetSecret(ref, "value", text)
}

func hideLoggerCredentials(w *write) error {
	l := w.resource.(*apim.Logger)
	for key, text := range l.Credentials {
		if key == "name" || key == "endpointAddress" || key == "identityClientId" || text == "" {
			continue // no secrets
		}
		hidden, err := w.hideCredentials("Logger-Credentials", text)
		if err != nil {
			return err
		}
		l.Credentials[key] = hidden
	}
	return nil
}

func hideCacheConnection(w *write) (err error) {
	c := w.resource.(*apim.Cache)
	c.ConnectionString, err = w.hideCredentials("Cache-Connection", c.ConnectionString)
	return err
}

// tagged keeps the rows that have one of the tags that ?tags= names.
func tagged(c *call, tx *store.Tx) (func(*row) bool, error) {
	var names []string
	for _, text := range c.query.Values("tags") {
		for name := range strings.SplitSeq(text, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	if names == nil {
		return nil, nil
	}
	wanted := map[string]bool{}
	for _, name := range names {
		refs, err := tx.Backlinks(apim.TagLink, c.home().Child(apim.Tags.Path, name))
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			wanted[ref.Key()] = true
		}
	}
	return func(r *row) bool { return wanted[r.key] || wanted[aliasOf(r.doc.Ref).Key()] }, nil
}

// tagScope keeps the tags of APIs, products or operations, as ?scope= of the list of tags says.
func tagScope(c *call, tx *store.Tx) (func(*row) bool, error) {
	scope := strings.ToLower(c.query.Get("scope"))
	kinds := map[string]*apim.Kind{"apis": apim.APIs, "api": apim.APIs, "products": apim.Products, "product": apim.Products,
		"operations": apim.Operations, "operation": apim.Operations}
	if scope == "" {
		return nil, nil
	}
	kind := kinds[scope]
	if kind == nil {
		return nil, arm.InvalidQuery("scope", fmt.Sprintf("scope must be apis, operations or products; it is %q.", scope))
	}
	links, err := tx.AllLinks(apim.TagLink)
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, l := range links {
		used[l.To.Key()] = used[l.To.Key()] || l.From.KindPath() == kind.Path
	}
	return func(r *row) bool { return used[r.key] }, nil
}

// vaultFailed keeps what could not be fetched from a key vault: all that is kept
// in one, when isKeyVaultRefreshFailed asks for it.
func vaultFailed(c *call, _ *store.Tx) (func(*row) bool, error) {
	failed, err := c.query.Bool("isKeyVaultRefreshFailed")
	if !failed || err != nil {
		return nil, err
	}
	return func(r *row) bool { return strings.Contains(string(r.doc.Body), `"keyVault"`) }, nil
}
