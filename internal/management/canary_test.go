package management

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// planted are bodies of every kind that the reference gives secrets, with a
// canary (made of CANARY) in each secret; WRITER marks those that whoever may
// write the entity reads back.
var planted = map[string]string{
	"/backends/b": `{"url":"https://h.example","protocol":"http","credentials":{"certificate":["shown"],
		"header":{"X-Key":["WRITER-CANARY-header","{{named}} WRITER-CANARY-second"],"CANARY":["x"]},"query":{"code":["WRITER-CANARY-query"]},
		"authorization":{"scheme":"Basic","parameter":"WRITER-CANARY-parameter"}},"proxy":{"url":"https://p.example","username":"u","password":"WRITER-CANARY-proxy"}}`,
	"/workspaces/w/backends/b":         `{"url":"https://h.example","protocol":"http","credentials":{"header":{"X-Key":["WRITER-CANARY-inworkspace"]}}}`,
	"/loggers/hub":                     `{"loggerType":"azureEventHub","credentials":{"name":"hub","connectionString":"CANARY-connection"}}`,
	"/loggers/insights":                `{"loggerType":"applicationInsights","credentials":{"instrumentationKey":"{{named}}CANARY-instrumentation{{named}}"}}`,
	"/caches/default":                  `{"connectionString":"CANARY-cache","useFromLocation":"default"}`,
	"/namedValues/secret":              `{"displayName":"secret","value":"CANARY-value","secret":true}`,
	"/workspaces/w/namedValues/secret": `{"displayName":"secret","value":"CANARY-workspacevalue","secret":true}`,
	"/authorizationServers/a": `{"displayName":"A","clientRegistrationEndpoint":"https://a.example","authorizationEndpoint":"https://a.example","grantTypes":["resourceOwnerPassword"],
		"clientId":"c","clientSecret":"CANARY-client","resourceOwnerUsername":"CANARY-owner","resourceOwnerPassword":"CANARY-password"}`,
	"/openidConnectProviders/o":  `{"displayName":"O","metadataEndpoint":"https://o.example","clientId":"c","clientSecret":"CANARY-oidc"}`,
	"/identityProviders/aad":     `{"clientId":"c","clientSecret":"CANARY-identity"}`,
	"/portalsettings/delegation": `{"url":"https://d.example","validationKey":"Q0FOQVJZ-CANARY-validation"}`,
	"/portalconfigs/default":     `{"delegation":{"delegationUrl":"https://d.example","validationKey":"CANARY-delegation"}}`,
	"/tenant/access":             `{"enabled":true,"secondaryKey":"CANARY-tenant-0123456789012345678901234567890123456789"}`,
	"/tenant/gitAccess":          `{"enabled":true,"primaryKey":"CANARY-git-0123456789012345678901234567890123456789"}`,
	"/subscriptions/s":           `{"displayName":"S","scope":"/apis","primaryKey":"CANARY-primary","secondaryKey":"CANARY-secondary"}`,
	"/users/u":                   `{"email":"u@example.com","firstName":"F","lastName":"L","password":"CANARY-user-password"}`,
}

// plain are members that sound secret and are none by the reference.
var plain = map[string]string{
	"apis/authenticationSettings/openid/bearerTokenSendingMethods": "names of methods", "apis/authenticationSettings/openidAuthenticationSettings/bearerTokenSendingMethods": "",
	"apis/subscriptionKeyParameterNames": "names of parameters", "apis/subscriptionKeyParameterNames/header": "", "apis/subscriptionKeyParameterNames/query": "",
	"namedValues/keyVault": "where a secret is, not the secret", "namedValues/secret": "a switch", "namedValues/keyVault/secretIdentifier": "an address",
	"namedValues/keyVault/identityClientId": "an id", "certificates/keyVault": "as of named values", "certificates/keyVault/secretIdentifier": "", "certificates/keyVault/identityClientId": "",
	"backends/credentials": "its parts are declared", "backends/credentials/authorization": "its parts are declared", "backends/credentials/authorization/scheme": "a scheme's name",
	"backends/credentials/certificate": "thumbprints", "backends/credentials/certificateIds": "ids", "loggers/credentials": "behaviour: kept as named values",
	"caches/connectionString": "behaviour: kept as a named value", "authorizationServers/tokenEndpoint": "an address", "authorizationServers/tokenBodyParameters": "not secret by the reference",
	"authorizationServers/tokenBodyParameters/name": "", "authorizationServers/tokenBodyParameters/value": "", "authorizationServers/bearerTokenSendingMethods": "names of methods",
	"openidConnectProviders/bearerTokenSendingMethods": "", "identityProviders/passwordResetPolicyName": "a name", "users/password": "behaviour: hashed",
}

var soundsSecret = regexp.MustCompile(`(?i)secret|password|credential|connectionstring|instrumentationkey|accesskey|(primary|secondary|validation|subscription|api)key|token|privatekey|passphrase`)

// TestWhatSoundsSecretIsDeclaredSecret walks through the members of all kinds.
func TestWhatSoundsSecretIsDeclaredSecret(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, kind := range apim.Kinds {
		resources := []apim.Resource{}
		if kind.New != nil {
			resources = append(resources, kind.New())
		}
		for _, made := range kind.ByName {
			resources = append(resources, made())
		}
		for _, r := range resources {
			secretMembers(reflect.TypeOf(r), kind.Path, 0, func(path string) {
				found[path] = true
				below := strings.TrimPrefix(path, kind.Path+"/")
				declared := slices.Contains(kind.Secrets, below) || slices.ContainsFunc(kind.Credentials, func(c string) bool {
					return strings.HasPrefix(c, strings.ReplaceAll(below, "/", "."))
				})
				if _, ok := plain[path]; !declared && !ok && below != "delegation/validationKey" {
					t.Errorf("%s sounds secret, and is neither declared (Kind.Secrets, Kind.Credentials) nor in the table of what is none", path)
				}
			})
		}
	}
	for _, must := range []string{"backends/proxy/password", "backends/credentials/header", "authorizationServers/clientSecret", "loggers/credentials", "caches/connectionString"} {
		if !found[must] {
			t.Errorf("the walk does not find %s", must)
		}
	}
}

// secretMembers calls tell with the members that sound secret, or are below one that does.
func secretMembers(of reflect.Type, path string, depth int, tell func(path string)) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || depth > 6 || of.PkgPath() != reflect.TypeOf(apim.API{}).PkgPath() {
		return
	}
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		at := path + "/" + name
		if soundsSecret.MatchString(strings.TrimPrefix(at, strings.SplitN(at, "/", 2)[0])) && !strings.HasPrefix(at, "subscriptions/subscription") {
			tell(at)
		}
		secretMembers(f.Type, at, depth+1, tell)
	}
}

// TestSecretsAreNowhereInClear plants a canary in every secret, by PUT and by
// PATCH, and looks for it in the database's files, the audit log, and whatever a
// reader, and for most a writer, is answered.
func TestSecretsAreNowhereInClear(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := sqlite.Open(t.Context(), filepath.Join(dir, "portico.db"), storetest.Options())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := newServiceOn(t, db)
	s.put("/workspaces/w", `{"displayName":"W"}`)
	s.put("/namedValues/named", `{"displayName":"named","value":"n"}`)
	for path, body := range planted {
		for _, method := range []string{"PUT", "PATCH", "PUT"} {
			if got := s.do(method, path, `{"properties":`+body+`}`, "If-Match", "*"); got.status >= 300 {
				t.Fatalf("%s %s answers %d: %s", method, path, got.status, got.body)
			} else {
				s.noCanary(method+" of "+path, got.body, true)
			}
		}
	}
	reader, editor := s.holder("Reader", ""), s.holder("API Management Service Contributor", "/backends/b")
	for path := range planted {
		collection := path[:strings.LastIndexByte(path, '/')]
		for _, address := range []string{path, collection, collection + "?$filter=contains(name,'b')", path + "?expandGroups=true"} {
			s.noCanary("GET of "+address+" by a reader", s.do("GET", address, "", "Authorization", reader).body, false)
			s.noCanary("GET of "+address+" by an owner", s.do("GET", address, "").body, true)
		}
		if got := s.do("GET", path, "", "Authorization", reader); got.status == 200 {
			s.noCanary("headers of "+path, fmt.Sprint(got.header), false)
		}
		s.do("POST", path+"/listSecrets", "", "Authorization", reader)
	}
	s.noCanary("the audit log", s.do("GET", "/auditLogs?$top=1000", "").want(200).body, false)
	s.noCanary("the backends of a workspace, to who may write those of the service", s.do("GET", "/workspaces/w/backends/b", "", "Authorization", editor).body, false)
	for who, token := range map[string]string{"an owner": "", "who may write this backend": editor} {
		head := []string{}
		if token != "" {
			head = []string{"Authorization", token}
		}
		for _, want := range regexp.MustCompile(`WRITER-CANARY-\w+`).FindAllString(planted["/backends/b"], -1) {
			if got := s.do("GET", "/backends/b", "", head...).want(200); !strings.Contains(got.body, want) {
				t.Errorf("%s does not read back %s: %s", who, want, got.body)
			}
		}
	}
	shown := s.do("GET", "/backends/b", "", "Authorization", reader).want(200).body
	for _, rest := range []string{`"certificate":["shown"]`, `"scheme":"Basic"`, `"username":"u"`, `"X-Key":["***","***"]`} {
		if !strings.Contains(shown, rest) {
			t.Errorf("a reader does not see %s: %s", rest, shown)
		}
	}
	s.do("DELETE", "/namedValues/named", "", "If-Match", "*").want(409) // a sealed header names it
	s.do("PATCH", "/backends/b", `{"properties":{"title":"T","credentials":{"header":{"X-Key":["***","WRITER-CANARY-new"]}}}}`, "If-Match", "*").want(200)
	if got := s.do("GET", "/backends/b", "").body; !strings.Contains(got, "WRITER-CANARY-header") || !strings.Contains(got, "WRITER-CANARY-new") || strings.Contains(got, "WRITER-CANARY-second") {
		t.Errorf("after a PATCH with a mask: %s", got)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s.noCanary(filepath.Base(file), string(bytes.ReplaceAll(data, []byte(`"CANARY"`), nil)), false)
	}
}

// noCanary fails if a text holds a planted secret; writers may read back some.
// A header's name is none.
func (s *service) noCanary(what, text string, writer bool) {
	s.Helper()
	for _, found := range regexp.MustCompile(`(WRITER-)?CANARY-\w+`).FindAllString(text, -1) {
		if !writer || !strings.HasPrefix(found, "WRITER-") {
			s.Errorf("%s holds %s", what, found)
		}
	}
}

// TestCredentialsOfAnEarlierVersionAreSealedAtTheStart stores them as it did.
func TestCredentialsOfAnEarlierVersionAreSealedAtTheStart(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		first := db.Store(t)
		err := first.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: "/backends/b", Body: json.RawMessage(`{"url":"https://h.example"}`)})
		})
		if err != nil {
			t.Fatal(err)
		}
		const clear = `{"url":"https://h.example","credentials":{"header":{"X":["CANARY-old"]}}}`
		db.Exec(t, `UPDATE document SET body = '`+clear+`' WHERE key = '/backends/b'`, `UPDATE audit SET after = '`+clear+`' WHERE key = '/backends/b'`,
			`DELETE FROM meta WHERE name = 'store.sealed'`)
		err = db.Store(t).View(t.Context(), func(tx *store.Tx) error {
			doc, err := tx.Get("/backends/b")
			if err != nil {
				return err
			}
			whole, err := tx.WithCredentials(doc)
			if err != nil {
				return err
			}
			if strings.Contains(string(doc.Body), "CANARY") || !strings.Contains(string(whole.Body), "CANARY-old") {
				t.Errorf("stored is %s, and with credentials %s", doc.Body, whole.Body)
			}
			log, err := tx.AuditLog(store.AuditQuery{Resource: "/backends/b"})
			if len(log) == 0 || strings.Contains(string(log[0].After), "CANARY") {
				t.Errorf("the audit log has %+v", log)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
