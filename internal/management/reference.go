package management

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// What resources refer to must exist, and cannot be deleted while it is referred to.

// refuseUsed makes a remove that fails while a document of the kinds refers to
// the resource.
func refuseUsed(kinds ...*apim.Kind) func(*call, *store.Tx, *store.Document) error {
	return func(_ *call, tx *store.Tx, doc *store.Document) error {
		used, err := users(tx, doc, kinds...)
		for _, d := range used {
			if !d.Ref.Same(doc.Ref) {
				if !d.Ref.Home().Same(doc.Ref.Home()) {
					return &apim.ConflictError{Code: "OperationNotAllowed", Message: "Something in another workspace refers to it; change or delete that first."}
				}
				return &apim.ConflictError{Code: "OperationNotAllowed", Message: fmt.Sprintf("%s refers to it; change or delete that first.", d.Ref.Alias())}
			}
		}
		return err
	}
}

// users are the documents of the kinds that refer to a resource.
func users(tx *store.Tx, doc *store.Document, kinds ...*apim.Kind) ([]*store.Document, error) {
	docs, err := listAll(tx, kinds...)
	for i := 0; err == nil && i < len(docs); i++ {
		docs[i], err = tx.WithCredentials(docs[i]) // they may name values
	}
	if err != nil {
		return nil, err
	}
	values, err := plainValues(tx)
	if err != nil {
		return nil, err
	}
	docs = slices.DeleteFunc(docs, func(d *store.Document) bool {
		var list []policy.Reference
		if err == nil {
			list, err = references(d, func(name apim.Name) (string, bool) { value, ok := values[valueKey(d, name)]; return value, ok })
		}
		leads := false
		if err == nil && policy.Names(list, apim.KindByPath(doc.Kind), namesOf(doc)...) {
			leads, err = leadsTo(tx, d, doc)
		}
		return !leads
	})
	return docs, err
}

// leadsTo reports whether a name in d means the resource: that of d's
// workspace, or that of the service for kinds that workspaces do not have.
func leadsTo(tx *store.Tx, d, to *store.Document) (bool, error) {
	kind := apim.KindByPath(to.Kind)
	if d.Ref.Workspace().Same(to.Ref.Workspace()) || !kind.Workspace {
		return true, nil
	}
	if kind != apim.Loggers || to.Ref.Workspace() != "" { // see checkDiagnostic
		return false, nil
	}
	own, err := apim.OrNone(tx.Get(d.Ref.Home().Child(kind.Path, to.Name)))
	return own == nil && err == nil, err
}

// namesOf are the names by which others refer to a resource.
func namesOf(doc *store.Document) []apim.Name {
	var d struct{ DisplayName, Thumbprint apim.Name }
	json.Unmarshal(doc.Body, &d)
	switch doc.Kind {
	case apim.NamedValues.Path:
		return []apim.Name{d.DisplayName}
	case apim.Certificates.Path:
		return []apim.Name{doc.Name, d.Thumbprint}
	}
	return []apim.Name{doc.Name}
}

// plainValues are the texts of named values that are not secret, by valueKey.
func plainValues(tx *store.Tx) (map[apim.Key]string, error) {
	docs, err := tx.ListAll(apim.NamedValues.Path)
	values := map[apim.Key]string{}
	for _, d := range docs {
		var v apim.NamedValue
		if err := d.Decode(&v); err != nil {
			return nil, err
		}
		values[valueKey(d, apim.Name(v.DisplayName))] = v.Value
	}
	return values, err
}

// valueKey distinguishes named values of the same name in different workspaces.
func valueKey(d *store.Document, name apim.Name) apim.Key {
	return d.Ref.Home().Child(apim.NamedValues.Path, name).Key()
}

// references lists what a document refers to. A policy that does not parse
// refers to nothing.
func references(d *store.Document, value func(apim.Name) (string, bool)) (list []policy.Reference, err error) {
	resource := apim.KindByPath(d.Kind).New()
	if err := d.Decode(resource); err != nil {
		return nil, err
	}
	add := func(kind *apim.Kind, names ...apim.Name) {
		for _, name := range names {
			list = append(list, policy.NewReference(kind, name))
		}
	}
	switch r := resource.(type) {
	case *apim.Policy:
		list, _ = policy.References(r.Value, r.Format, value)
	case *apim.PolicyFragment:
		list, _ = policy.References(r.Value, r.Format, value)
	case *apim.Backend:
		if r.Pool != nil {
			for _, member := range r.Pool.Services {
				add(apim.Backends, apim.ParseRef(member.ID).Name())
			}
		}
		if c := r.Credentials; c != nil {
			for _, id := range append(c.CertificateIDs, c.Certificate...) {
				add(apim.Certificates, apim.ParseRef(id).Name())
			}
		}
		texts, _ := json.Marshal([]any{r.URL, r.Credentials, r.Proxy})
		list = append(list, policy.NamedValues(string(texts))...)
	case *apim.Logger:
		list = policy.NamedValues(slices.Collect(maps.Values(r.Credentials))...)
	case *apim.Cache:
		list = policy.NamedValues(r.ConnectionString)
	case *apim.Diagnostic:
		add(apim.Loggers, apim.ParseRef(r.LoggerID).Name())
	case *apim.API:
		servers, providers := r.AuthenticationSettings.Names()
		add(apim.AuthorizationServers, servers...)
		add(apim.OpenIDConnectProviders, providers...)
	case *apim.Wiki:
		for _, page := range r.Documents {
			add(apim.Documentations, apim.ParseRef(page.DocumentationID).Name())
		}
	}
	return list, nil
}

// checkWiki requires that the documentations exist.
func checkWiki(w *write) error {
	for i, d := range w.resource.(*apim.Wiki).Documents {
		ref := apim.Ref("/documentations/" + apim.ParseRef(d.DocumentationID).Name())
		if err := w.exists(fmt.Sprintf("documents[%d].documentationId", i), ref, apim.Documentations); err != nil {
			return err
		}
	}
	return nil
}

// checkDiagnostic requires that the logger exists, in the workspace or the service.
func checkDiagnostic(w *write) error {
	id := apim.Ref(w.resource.(*apim.Diagnostic).LoggerID)
	err := w.exists("loggerId", id, apim.Loggers)
	if err != nil && w.home() != "" {
		return w.exists("loggerId", apim.Ref("/loggers/"+id.Name()), apim.Loggers)
	}
	return err
}

// checkBackend requires that the members of a pool are backends and not pools.
func checkBackend(w *write) error {
	b := w.resource.(*apim.Backend)
	if b.Pool == nil {
		return nil
	}
	for i, s := range b.Pool.Services {
		field := fmt.Sprintf("pool.services[%d].id", i)
		ref := w.home() + "/backends/" + apim.Ref(apim.ParseRef(s.ID).Name())
		if ref.Same(w.ref) {
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

// reconnectBackend answers POST reconnect. Idle connections to a backend are
// renewed anyway, so there is nothing to do.
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

// prepareCertificate reads what a certificate says about itself.
func prepareCertificate(w *write) error {
	cert := w.resource.(*apim.Certificate)
	if cert.Data == "" {
		return nil
	}
	return readCertificate(cert)
}

// refreshed answers refreshSecret: a certificate or value stored here is always
// up to date; one in a key vault cannot be fetched.
func refreshed(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	var in struct {
		KeyVault json.RawMessage `json:"keyVault"`
	}
	if err := doc.Decode(&in); err != nil {
		return nil, err
	}
	if in.KeyVault != nil {
		return nil, notSupported("This instance does not fetch from key vaults; put the value itself.")
	}
	return c.entity(http.StatusOK, doc)
}

// checkNamedValue keeps display names unique, since policies refer to values by them.
func checkNamedValue(w *write) error {
	n := w.resource.(*apim.NamedValue)
	docs, err := w.tx.List(apim.NamedValues.Path, w.home())
	if err != nil {
		return err
	}
	for _, d := range docs {
		var other apim.NamedValue
		if err := d.Decode(&other); err != nil {
			return err
		}
		if !d.Ref.Same(w.ref) && apim.Name(other.DisplayName).Same(apim.Name(n.DisplayName)) {
			return &apim.ConflictError{Code: "ValidationError", Target: "displayName",
				Message: fmt.Sprintf("The named value %q has the same displayName.", d.Name)}
		}
	}
	return nil
}

// listNamedValue answers listValue with the value, secret or not.
func listNamedValue(c *call) (*answer, error) {
	var n apim.NamedValue
	doc, err := view(c, func(tx *store.Tx) (*store.Document, error) {
		doc, err := tx.Decode(c.ref, &n)
		if err == nil && n.Secret {
			n.Value, err = apim.OrNone(tx.Secret(doc.Ref, "value"))
		}
		return doc, err
	})
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag, body: map[string]string{"value": n.Value}}, nil
}

// hideCredentials stores the credentials of a logger, or the connection of a
// cache, as secret named values, as the reference does; the resource refers to
// them. A text that is a named value already stays.
func (w *write) hideCredentials(label, text string) (string, error) {
	if oneName.MatchString(text) {
		return text, nil
	}
	id := w.Store.NewID()
	name := label + "--" + id
	ref := w.home().Child(apim.NamedValues.Path, apim.Name(id))
	if _, err := w.tx.Encode(ref, &apim.NamedValue{DisplayName: name, Secret: true}); err != nil {
		return "", err
	}
	return "{{" + name + "}}", w.tx.SetSecret(ref, "value", text)
}

// oneName is the name of a named value and nothing else.
var oneName = regexp.MustCompile(`^\{\{[^{}]+\}\}$`)

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

// tagged keeps the rows with one of the tags in ?tags=.
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
	wanted := map[apim.Key]bool{}
	for _, name := range names {
		refs, err := tx.Backlinks(apim.TagLink, c.home().Child(apim.Tags.Path, apim.Name(name)))
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			wanted[ref.Key()] = true
		}
	}
	return func(r *row) bool { return wanted[r.key] || wanted[r.doc.Ref.Alias().Key()] }, nil
}

// tagScope keeps the tags of APIs, products or operations, according to ?scope=
// of the list of tags.
func tagScope(c *call, tx *store.Tx) (func(*row) bool, error) {
	scope := apim.Name(c.query.Get("scope")).Key()
	kinds := map[apim.Name]*apim.Kind{"apis": apim.APIs, "api": apim.APIs, "products": apim.Products, "product": apim.Products,
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
	used := map[apim.Key]bool{}
	for _, l := range links {
		used[l.To] = used[l.To] || l.From.Ref().Is(kind)
	}
	return func(r *row) bool { return used[r.key] }, nil
}

// vaultFailed keeps what could not be fetched from a key vault if
// isKeyVaultRefreshFailed asks for it: everything that is in one.
func vaultFailed(c *call, _ *store.Tx) (func(*row) bool, error) {
	failed, err := c.query.Bool("isKeyVaultRefreshFailed")
	if !failed || err != nil {
		return nil, err
	}
	return func(r *row) bool { return strings.Contains(string(r.doc.Body), `"keyVault"`) }, nil
}

// identityProviderType fills in the type, which follows from the name.
func identityProviderType(w *write) error {
	if p := w.resource.(*apim.IdentityProvider); p.Type == "" {
		name, _ := w.route.kind.Spell(w.ref.Name())
		p.Type = string(name)
	}
	return nil
}
