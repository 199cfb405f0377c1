package management

import (
	"context"
	"encoding/json"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
)

// behaviour is what a kind does beyond being stored. Except for read and
// actions, it all runs inside the request's transaction, which may be run
// again, so it must have no effect elsewhere.
type behaviour struct {
	// Of a PUT or PATCH, in the order that write describes (put.go).
	read    func(c *call, properties json.RawMessage) (json.RawMessage, error)
	locate  func(w *write) error
	prepare func(w *write) error
	check   func(w *write) error
	put     func(w *write) error
	stored  func(w *write) error
	// remove runs before the document and all below it are deleted.
	remove func(c *call, tx *store.Tx, doc *store.Document) error
	// show changes the properties that clients see
	show func(c *call, doc *store.Document) (json.RawMessage, error)
	// keep makes a condition for a list's rows from query flags (tags=, scope=); nil: none
	keep func(c *call, tx *store.Tx) (func(*row) bool, error)
	// get may answer a GET differently; a nil answer means the usual one
	get func(c *call, doc *store.Document) (*answer, error)
	// link runs before an association of an entity is made.
	link func(c *call, tx *store.Tx) error
	// unlink runs before one is removed.
	unlink func(c *call, tx *store.Tx) error
	// actions are the POST actions that the kind declares.
	actions map[string]func(c *call) (*answer, error)
}

// behaviours lists what kinds do beyond being stored.
func behaviours() map[*apim.Kind]behaviour {
	secretRefresh := map[string]func(*call) (*answer, error){"refreshSecret": refreshed}
	return map[*apim.Kind]behaviour{
		apim.Workspaces: {stored: storedWorkspace},
		apim.APIs: {
			read: readAPI, locate: locateAPI, put: putAPI,
			remove: removeAPI, get: exportAPI, keep: tagged, show: showAPI,
		},
		apim.Operations:       {check: checkOperation, keep: tagged},
		apim.APISchemas:       {stored: storedSchema},
		apim.Releases:         {put: putRelease},
		apim.TagDescriptions:  {prepare: prepareTagDescription},
		apim.APIWikis:         {check: checkWiki},
		apim.APIIssues:        issueBehaviour(),
		apim.IssueComments:    commentBehaviour(),
		apim.IssueAttachments: {},
		apim.VersionSets:      {put: putVersionSet, remove: removeVersionSet},
		apim.Products: {
			put: putProduct, remove: removeProduct, link: linkProduct, keep: tagged, show: showProduct,
		},
		apim.ProductWikis:  {check: checkWiki},
		apim.Groups:        {check: checkGroup, remove: removeGroup, link: linkGroup, unlink: linkGroup},
		apim.Users:         userBehaviour(),
		apim.Subscriptions: subscriptionBehaviour(),
		apim.Tags:          {keep: tagScope},

		apim.ServicePolicies:    policyBehaviour(),
		apim.APIPolicies:        policyBehaviour(),
		apim.OperationPolicies:  policyBehaviour(),
		apim.ProductPolicies:    policyBehaviour(),
		apim.ResolverPolicies:   policyBehaviour(),
		apim.PolicyFragments:    fragmentBehaviour(),
		apim.PolicyRestrictions: {check: checkRestriction},
		apim.NamedValues: {
			check: checkNamedValue, remove: refuseUsed(withPolicies(apim.Loggers, apim.Caches, apim.Backends)...), keep: vaultFailed,
			actions: map[string]func(*call) (*answer, error){"listValue": listNamedValue, "refreshSecret": refreshed},
		},
		apim.Backends: {
			check: checkBackend, remove: refuseUsed(withPolicies(apim.Backends)...),
			actions: map[string]func(*call) (*answer, error){"reconnect": reconnectBackend},
		},
		apim.Certificates: {
			prepare: prepareCertificate, keep: vaultFailed, actions: secretRefresh,
			remove: refuseUsed(withPolicies(apim.Backends)...),
		},
		apim.Caches:                 {check: hideCacheConnection},
		apim.Loggers:                {check: hideLoggerCredentials, remove: refuseUsed(withPolicies(apim.Diagnostics, apim.APIDiagnostics)...)},
		apim.Diagnostics:            {check: checkDiagnostic},
		apim.APIDiagnostics:         {check: checkDiagnostic},
		apim.IdentityProviders:      {prepare: identityProviderType},
		apim.AuthorizationServers:   {remove: refuseUsed(apim.APIs)},
		apim.OpenIDConnectProviders: {remove: refuseUsed(apim.APIs)},
		apim.Documentations:         {remove: refuseUsed(apim.APIWikis, apim.ProductWikis)},

		apim.PortalRevisions:   portalRevisionBehaviour(),
		apim.PortalConfigs:     portalConfigBehaviour(),
		apim.PortalSettings:    portalSettingsBehaviour(),
		apim.NotificationKinds: notificationBehaviour(),
		apim.RecipientEmails:   {prepare: prepareEmailRecipient},
		apim.RecipientUsers:    {prepare: prepareUserRecipient},
		apim.Templates:         templateBehaviour(),
		apim.TenantAccesses:    tenantBehaviour(),
	}
}

// Publisher makes portal revisions (package site/publish).
type Publisher interface {
	// Compare returns how the site to differs from the site from.
	Compare(ctx context.Context, from, to apim.Name) (*publish.Diff, error)
	// RestoreDraft makes the draft equal to a revision.
	RestoreDraft(ctx context.Context, actor store.Actor, name apim.Name) (*publish.Diff, error)
	// DeleteOlder deletes the revisions made before the named one, except the current one.
	DeleteOlder(ctx context.Context, actor store.Actor, name apim.Name) ([]apim.Name, error)
	// Check returns what publishing the draft would find.
	Check(ctx context.Context) ([]apim.Finding, error)
	// Prepare reads and checks the draft, before the transaction.
	Prepare(ctx context.Context) (*publish.Checked, error)
	// PublishTx makes a new revision of the draft. A site with errors gives a
	// revision with the status failed, not an error; for an existing name the
	// error is apim.ErrConflict.
	PublishTx(tx *store.Tx, r publish.Revision, checked *publish.Checked) (*apim.PortalRevision, error)
	// MakeCurrent publishes an earlier revision again.
	MakeCurrent(tx *store.Tx, name apim.Name) (*apim.PortalRevision, error)
	// Schedule sets when a revision becomes current; the zero time means never.
	Schedule(tx *store.Tx, name apim.Name, at time.Time) (*apim.PortalRevision, error)
}

// Accounts authenticates callers and handles credentials (package account).
type Accounts interface {
	// Authenticate checks the value of an Authorization header. If it is
	// missing, malformed, expired or revoked the error is apim.ErrUnauthorized.
	Authenticate(ctx context.Context, header string) (access.Principal, error)
	// HashPassword checks a password and hashes it. It is slow on purpose.
	HashPassword(ctx context.Context, password, email string, by account.Chooser) (encoded string, err error)
	// MintFor makes a compact shared access token for a user, which remembers its maker.
	MintFor(ctx context.Context, m account.Minting) (token string, err error)
	// RegenerateAccessKey replaces "primaryKey" or "secondaryKey" of /tenant/access or /tenant/gitAccess.
	RegenerateAccessKey(ctx context.Context, actor store.Actor, access apim.Ref, field string) error
	// SessionsOf lists where a user is signed in.
	SessionsOf(ctx context.Context, user apim.Name) ([]store.Session, error)
	// EndSessions signs a user out everywhere except in the session with an id ("": none).
	EndSessions(ctx context.Context, actor store.Actor, user apim.Name, except string) error
}

// Mailer sends mail that a request asks for, in the request's transaction.
type Mailer interface {
	// Template sends a user a named e-mail template with the given values.
	Template(tx *store.Tx, name apim.Name, user apim.Ref, values map[string]string) error
	// SignInLink makes a one-time link that signs a user in to the portal.
	SignInLink(tx *store.Tx, user apim.Ref, lifetime time.Duration) (string, error)
}

// shownBody is a document's properties as the client sees them.
func shownBody(c *call, kind *apim.Kind, doc *store.Document) (json.RawMessage, error) {
	if kind.Credentials != nil && c.authorize(access.ActionOf(resourceOf(kind, doc), access.Write), apim.ScopeOf(doc.Ref.Alias())) == nil {
		whole, err := view(c, func(tx *store.Tx) (*store.Document, error) { return tx.WithCredentials(doc) })
		if err != nil {
			return nil, err
		}
		doc = whole
	}
	if show := c.behaviours[kind].show; show != nil {
		return show(c, doc)
	}
	return doc.Body, nil
}

// filterable is the properties that $filter sees: the stored ones and, for
// subscriptions, userId and productId, which follow from owner and scope
// (apim-rest.md §2.3).
func filterable(kind *apim.Kind, body json.RawMessage) json.RawMessage {
	if kind != apim.Subscriptions {
		return body
	}
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return body
	}
	for field, from := range map[string]string{"userId": "ownerId", "productId": "scope"} {
		if id, ok := members[from].(string); ok && (field == "userId" || apim.Ref(id).KindPath() == apim.Products.Path) {
			members[field] = apim.Ref(id).Name()
		}
	}
	changed, err := json.Marshal(members)
	if err != nil {
		return body
	}
	return changed
}

// resource is the type of a document in actions.
func resourceOf(kind *apim.Kind, doc *store.Document) string {
	if doc.Ref.Workspace() != "" {
		return apim.Workspaces.Path + "/" + kind.Path
	}
	return kind.Path
}
