package management

import (
	"database/sql"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
)

// refusedWrite is a request that is refused, most of them late: some part of it is
// wanted and valid, and what hooks do for that part comes before the refusal.
type refusedWrite struct {
	kind               *apim.Kind
	method, path, body string
	head               []string
}

func put(kind *apim.Kind, path, properties string) refusedWrite {
	return refusedWrite{kind, http.MethodPut, path, `{"properties":` + properties + `}`, nil}
}

func patch(kind *apim.Kind, path, properties string) refusedWrite {
	return refusedWrite{kind, http.MethodPatch, path, `{"properties":` + properties + `}`, []string{"If-Match", "*"}}
}

// refusedWrites are requests to the service that fillForRefusal makes.
func refusedWrites() []refusedWrite {
	long := strings.Repeat("x", 5000)
	text := func(of string) string { return fmt.Sprintf("%q", of) }
	bad := `{"value":"<policies><inbound><nonsense/></inbound></policies>","format":"xml"}`
	return []refusedWrite{
		put(apim.Workspaces, "/workspaces/new", `{"displayName":`+text(long)+`}`),
		patch(apim.Workspaces, "/workspaces/w", `{"displayName":`+text(long)+`}`),
		put(apim.APIs, "/apis/new", `{"path":"a","apiVersion":"v1","apiVersionSet":{"name":"S","versioningScheme":"Segment"}}`),
		put(apim.APIs, "/apis/a;rev=2", `{"path":"b","isCurrent":true}`),
		put(apim.APIs, "/apis/copy", `{"path":"b","sourceApiId":"/apis/a"}`),
		patch(apim.APIs, "/apis/a;rev=2", `{"path":"b","isCurrent":true}`),
		patch(apim.APIs, "/apis/a;rev=2", `{"isCurrent":true,"displayName":`+text(long)+`}`),
		put(apim.APIs, "/apis/new", `{"path":"a","format":"openapi","value":`+text(petsDescription)+`}`),
		put(apim.APIs, "/apis/a", `{"path":"b","format":"openapi","value":`+text(petsDescription)+`}`),
		put(apim.Operations, "/apis/a/operations/new", `{"displayName":"New","method":"GET","urlTemplate":"/get"}`),
		patch(apim.Operations, "/apis/a/operations/get", `{"displayName":"New","urlTemplate":"no slash {"}`),
		put(apim.APISchemas, "/apis/a/schemas/new", `{"contentType":"application/vnd.ms-azure-apim.graphql.schema","document":{"value":"type {"}}`),
		put(apim.Releases, "/apis/a/releases/new", `{"apiId":"/apis/a;rev=2","notes":`+text(long)+`}`),
		put(apim.Releases, "/apis/a/releases/new", `{"apiId":"/apis/b;rev=1"}`),
		patch(apim.Releases, "/apis/a/releases/first", `{"apiId":"/apis/a;rev=2","notes":`+text(long)+`}`),
		put(apim.TagDescriptions, "/apis/a/tagDescriptions/none", `{"description":"d"}`),
		put(apim.APIWikis, "/apis/a/wikis/default", `{"documents":[{"documentationId":"/documentations/none"}]}`),
		patch(apim.APIWikis, "/apis/a/wikis/default", `{"documents":[{"documentationId":"/documentations/none"}]}`),
		put(apim.APIIssues, "/apis/a/issues/new", `{"title":"T","description":"D","userId":"/users/none"}`),
		patch(apim.APIIssues, "/apis/a/issues/i", `{"userId":"/users/none"}`),
		put(apim.IssueComments, "/apis/a/issues/i/comments/new", `{"text":"T","userId":"/users/none"}`),
		put(apim.VersionSets, "/apiVersionSets/new", `{"displayName":"New"}`),
		put(apim.VersionSets, "/apiVersionSets/v", `{"displayName":"V","versioningScheme":"Segment"}`),
		patch(apim.VersionSets, "/apiVersionSets/v", `{"versioningScheme":"Segment"}`),
		put(apim.Products, "/products/new", `{"displayName":`+text(long)+`}`),
		patch(apim.Products, "/products/other", `{"subscriptionRequired":false}`),
		put(apim.ProductWikis, "/products/open/wikis/default", `{"documents":[{"documentationId":"/documentations/none"}]}`),
		patch(apim.ProductWikis, "/products/open/wikis/default", `{"documents":[{"documentationId":"/documentations/none"}]}`),
		put(apim.Groups, "/groups/new", `{"displayName":"New","type":"system"}`),
		patch(apim.Groups, "/groups/guests", `{"displayName":"New"}`),
		put(apim.Users, "/users/new", `{"email":"new@example.com","firstName":"N","lastName":"N","password":"a good password","confirmation":"none"}`),
		patch(apim.Users, "/users/ann", `{"password":"a good password","email":"bob@example.com"}`),
		put(apim.Subscriptions, "/subscriptions/new", `{"displayName":"New","scope":"/products/open","primaryKey":"taken-key-taken-key"}`),
		patch(apim.Subscriptions, "/subscriptions/s", `{"state":"cancelled","primaryKey":"taken-key-taken-key"}`),
		put(apim.IdentityProviders, "/identityProviders/google", `{"clientId":"1"}`),
		patch(apim.IdentityProviders, "/identityProviders/aad", `{"type":"none"}`),
		put(apim.ServicePolicies, "/policies/policy", bad),
		put(apim.APIPolicies, "/apis/a/policies/policy", bad),
		put(apim.OperationPolicies, "/apis/a/operations/get/policies/policy", bad),
		put(apim.ProductPolicies, "/products/open/policies/policy", bad),
		put(apim.ResolverPolicies, "/apis/a/resolvers/r/policies/policy", bad),
		put(apim.PolicyFragments, "/policyFragments/new", `{"value":"<fragment><nonsense></fragment>"}`),
		put(apim.PolicyRestrictions, "/policyRestrictions/new", `{"scope":"/apis/none/nothing"}`),
		patch(apim.PolicyRestrictions, "/policyRestrictions/r", `{"requireBase":"perhaps"}`),
		put(apim.NamedValues, "/namedValues/new", `{"displayName":"taken","secret":true,"value":"hush"}`),
		patch(apim.NamedValues, "/namedValues/other", `{"displayName":"taken","secret":true,"value":"hush"}`),
		put(apim.Backends, "/backends/new", `{"type":"Pool","pool":{"services":[{"id":"/backends/none"}]}}`),
		patch(apim.Backends, "/backends/b", `{"url":"nowhere"}`),
		put(apim.Certificates, "/certificates/new", `{"data":"bm90aGluZw==","password":"hush"}`),
		put(apim.Caches, "/caches/new", `{"connectionString":"","useFromLocation":"default"}`),
		patch(apim.Caches, "/caches/c", `{"connectionString":"new","description":`+text(long)+`}`),
		put(apim.Loggers, "/loggers/new", `{"loggerType":"none","credentials":{"instrumentationKey":"k"}}`),
		patch(apim.Loggers, "/loggers/l", `{"credentials":{"instrumentationKey":"new"},"description":`+text(long)+`}`),
		put(apim.Diagnostics, "/diagnostics/new", `{"loggerId":"/loggers/none"}`),
		patch(apim.Diagnostics, "/diagnostics/applicationinsights", `{"loggerId":"/loggers/none"}`),
		put(apim.APIDiagnostics, "/apis/a/diagnostics/new", `{"loggerId":"/loggers/none"}`),
		patch(apim.APIDiagnostics, "/apis/a/diagnostics/applicationinsights", `{"loggerId":"/loggers/none"}`),
		put(apim.PortalRevisions, "/portalRevisions/new", `{"isCurrent":true,"description":`+text(long)+`}`),
		put(apim.PortalRevisions, "/portalRevisions/new", `{"scheduledDateTime":"2001-01-01T00:00:00Z"}`),
		put(apim.PortalRevisions, "/portalRevisions/second", `{"isCurrent":true}`),
		patch(apim.PortalRevisions, "/portalRevisions/second", `{"isCurrent":true,"description":`+text(long)+`}`),
		patch(apim.PortalRevisions, "/portalRevisions/second", `{"description":"new","scheduledDateTime":"2001-01-01T00:00:00Z"}`),
		patch(apim.PortalRevisions, "/portalRevisions/second", `{"scheduledDateTime":"2999-01-01T00:00:00Z","description":`+text(long)+`}`),
		{apim.PortalRevisions, http.MethodPatch, "/portalRevisions/second", `{"properties":{"isCurrent":true}}`, []string{"If-Match", `"stale"`}},
		{apim.PortalConfigs, http.MethodPut, "/portalconfigs/default", `{"properties":{"delegation":{"validationKey":"bmV3"},"csp":{"mode":"none"}}}`, []string{"If-Match", "*"}},
		patch(apim.PortalConfigs, "/portalconfigs/default", `{"delegation":{"validationKey":"bmV3"},"csp":{"mode":"none"}}`),
		put(apim.PortalSettings, "/portalsettings/delegation", `{"validationKey":"bmV3","url":"nowhere","subscriptions":{"enabled":true}}`),
		patch(apim.PortalSettings, "/portalsettings/signup", `{"termsOfService":{"enabled":true,"text":""}}`),
		put(apim.NotificationKinds, "/notifications/NoSuchPublisher", `{}`),
		put(apim.RecipientEmails, "/notifications/RequestPublisherNotificationMessage/recipientEmails/nobody", `{}`),
		put(apim.RecipientUsers, "/notifications/RequestPublisherNotificationMessage/recipientUsers/none", `{}`),
		put(apim.Templates, "/templates/inviteUserNotificationMessage", `{"subject":"S","body":"<p>"}`),
		patch(apim.Templates, "/templates/inviteUserNotificationMessage", `{"subject":"S","body":"<p>"}`),
		{apim.TenantAccesses, http.MethodPut, "/tenant/access", `{"properties":{"enabled":false,"primaryKey":"short"}}`, []string{"If-Match", "*"}},
		patch(apim.TenantAccesses, "/tenant/access", `{"enabled":false,"primaryKey":"short"}`),
	}
}

// fillForRefusal makes what the refused writes refer to.
func (s *service) fillForRefusal() {
	s.put("/workspaces/w", `{"displayName":"W"}`)
	for _, name := range []string{"a", "b"} {
		s.put("/apis/"+name, `{"path":"`+name+`"}`)
	}
	s.put("/apis/a/operations/get", `{"displayName":"Get","method":"GET","urlTemplate":"/get"}`)
	s.put("/apis/a/resolvers/r", `{"displayName":"R","path":"Query/r"}`)
	s.put("/apis/a/releases/first", `{"apiId":"/apis/a;rev=1"}`)
	s.put("/apis/a;rev=2", `{"path":"a","sourceApiId":"/apis/a;rev=1"}`)
	s.put("/apiVersionSets/v", `{"displayName":"V","versioningScheme":"Query","versionQueryName":"v"}`)
	s.put("/apis/versioned", `{"path":"versioned","apiVersion":"v1","apiVersionSetId":"/apiVersionSets/v"}`)
	s.put("/apis/taken", `{"path":"versioned/v1"}`)
	s.put("/products/open", `{"displayName":"Open","subscriptionRequired":false}`)
	s.put("/products/other", `{"displayName":"Other"}`)
	s.do("PUT", "/products/open/apis/a", "").want(201)
	s.do("PUT", "/products/other/apis/a", "").want(201)
	s.put("/users/ann", `{"email":"ann@example.com","firstName":"Ann","lastName":"A"}`)
	s.put("/users/bob", `{"email":"bob@example.com","firstName":"Bob","lastName":"B"}`)
	s.put("/apis/a/issues/i", `{"title":"T","description":"D","userId":"/users/ann"}`)
	s.put("/apis/a/wikis/default", `{"documents":[]}`)
	s.put("/products/open/wikis/default", `{"documents":[]}`)
	s.put("/subscriptions/holder", `{"displayName":"H","scope":"/products/other","primaryKey":"taken-key-taken-key"}`)
	s.put("/subscriptions/s", `{"displayName":"S","scope":"/products/other"}`)
	s.put("/policyRestrictions/r", `{"scope":"/apis/a"}`)
	s.put("/namedValues/n", `{"displayName":"taken","value":"v"}`)
	s.put("/namedValues/other", `{"displayName":"other","value":"v"}`)
	s.put("/backends/b", `{"url":"https://b.example","protocol":"http"}`)
	s.put("/caches/c", `{"connectionString":"there","useFromLocation":"default"}`)
	s.put("/loggers/l", `{"loggerType":"applicationInsights","credentials":{"instrumentationKey":"k"}}`)
	s.put("/diagnostics/applicationinsights", `{"loggerId":"/loggers/l"}`)
	s.put("/apis/a/diagnostics/applicationinsights", `{"loggerId":"/loggers/l"}`)
	if err := s.store.Update(s.Context(), store.Actor{Name: "test"}, publish.PutDefaultSite); err != nil {
		s.Fatal(err)
	}
	s.put("/portalRevisions/first", `{"isCurrent":true}`)
	if status := s.put("/portalRevisions/second", `{}`).properties()["status"]; status != publish.Completed {
		s.Fatalf("the revision that could be made current is %v", status)
	}
}

// TestARefusedWriteChangesNothing sends, for every kind that does more than store
// its document, writes that are refused, and compares all tables before and after.
func TestARefusedWriteChangesNothing(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.handler.Mailer = Mailer(countMails{})
	s.fillForRefusal()
	tried := map[string]bool{}
	for _, w := range refusedWrites() {
		tried[w.method+" "+w.kind.Path] = true
		t.Run(w.method+" "+w.path, func(t *testing.T) {
			before := s.dump(t)
			r := (&service{T: t, url: s.url, token: s.token}).do(w.method, w.path, w.body, w.head...)
			if r.status < 400 || r.status >= 500 {
				t.Fatalf("status %d, want a refusal: %s", r.status, r.body)
			}
			if diff := cmp.Diff(before, s.dump(t)); diff != "" {
				t.Errorf("the refused write (%s) changed the store:\n%s", r.body, diff)
			}
		})
	}
	for kind, b := range behaviours() {
		if b.read == nil && b.locate == nil && b.prepare == nil && b.check == nil && b.put == nil && b.stored == nil {
			continue
		}
		if !tried["PUT "+kind.Path] || kind.Verbs.Has(apim.Patch) && !tried["PATCH "+kind.Path] {
			t.Errorf("%s takes part in writes, and no refused one is tried", kind.Path)
		}
	}
}

// TestLinksAreMailedForWhatTheyCanDo: an invitation asks for a password where there
// is none, a confirmation works for everybody, and nothing replaces a password yet.
func TestLinksAreMailedForWhatTheyCanDo(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.handler.Mailer = Mailer(countMails{})
	mailed := func(template string) bool {
		return strings.Contains(strings.Join(s.dump(t)["meta"], "\n"), "mail."+template)
	}
	s.put("/users/ann", `{"email":"ann@example.com","firstName":"A","lastName":"B","password":"a good password","confirmation":"invite"}`)
	if mailed("inviteUser") || !mailed("confirmSignUp") {
		t.Error("who has a password is asked to choose one, or is sent nothing")
	}
	if r := s.do("POST", "/users/ann/confirmations/password/send", "").want(501); !strings.Contains(string(r.body), "properties.password") || mailed("passwordReset") {
		t.Errorf("a link that cannot replace a password is mailed, or the answer does not say what to do: %s", r.body)
	}
	s.put("/users/bob", `{"email":"bob@example.com","firstName":"B","lastName":"C","confirmation":"invite"}`)
	if s.do("POST", "/users/bob/confirmations/password/send", "").want(204); !mailed("inviteUser") || !mailed("passwordReset") {
		t.Error("who has no password is not sent a link to choose one")
	}
}

// countMails is a mailer whose mails are rows of the store.
type countMails struct{}

func (countMails) Template(tx *store.Tx, name apim.Name, user apim.Ref, _ map[string]string) error {
	return tx.SetMeta("mail."+string(name), string(user))
}

func (countMails) SignInLink(*store.Tx, apim.Ref, time.Duration) (string, error) {
	return "http://portal/?x=1", nil
}

// dump is every row of every table, as text.
func (s *service) dump(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := s.store.View(t.Context(), func(tx *store.Tx) error {
		tables, err := texts(tx.Query(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`))
		for _, table := range tables {
			if all[table], err = texts(tx.Query(`SELECT * FROM "` + table + `"`)); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil || len(all["document"]) < 20 || len(all["change"]) < 20 {
		t.Fatalf("the store has %d tables with %d documents: %v", len(all), len(all["document"]), err)
	}
	return all
}

// texts are the rows of a query, each as one text.
func texts(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var all []string
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			return nil, err
		}
		var row []string
		for _, c := range cells {
			row = append(row, fmt.Sprint(reflect.ValueOf(c).Elem().Interface()))
		}
		all = append(all, strings.Join(row, "\t"))
	}
	return all, rows.Err()
}
