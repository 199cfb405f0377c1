package operations

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// bad is one way to break a resource's properties.
type bad struct {
	why    string
	change map[string]any // members that take the place of the fixture's; nil removes one
	target string
}

var long = strings.Repeat("x", 5000)

// badBodies are the rules of each kind, by the last collections of its path.
var badBodies = map[string][]bad{
	"users": {
		{"no e-mail", p(`{"email":null}`), "email"}, {"no address", p(`{"email":"nobody"}`), "email"}, {"an unknown state", p(`{"state":"asleep"}`), "state"},
		{"no name", p(`{"firstName":null}`), "firstName"}, {"no last name", p(`{"lastName":""}`), "lastName"}, {"a long name", map[string]any{"firstName": long}, "firstName"},
	},
	"documentations": {{"a long title", map[string]any{"title": long}, "title"}},
	"authorizationServers": {
		{"no name", p(`{"displayName":null}`), "displayName"}, {"a long name", map[string]any{"displayName": long}, "displayName"}, {"an unknown grant", p(`{"grantTypes":["magic"]}`), "grantTypes[0]"},
		{"no grant", p(`{"grantTypes":[]}`), "grantTypes"}, {"a bad URL", p(`{"authorizationEndpoint":"ftp://x"}`), "authorizationEndpoint"}, {"no client", p(`{"clientId":""}`), "clientId"},
		{"an unknown method", p(`{"authorizationMethods":["SHOUT"]}`), "authorizationMethods[0]"}, {"a parameter without a name", p(`{"tokenBodyParameters":[{"value":"x"}]}`), "tokenBodyParameters[0].name"},
	},
	"openidConnectProviders": {{"no name", p(`{"displayName":null}`), "displayName"}, {"a bad URL", p(`{"metadataEndpoint":"x"}`), "metadataEndpoint"}, {"no client", p(`{"clientId":null}`), "clientId"}},
	"apiVersionSets": {
		{"no name", p(`{"displayName":null}`), "displayName"}, {"an unknown scheme", p(`{"versioningScheme":"Moon"}`), "versioningScheme"},
		{"a scheme without its name", p(`{"versioningScheme":"Header","versionHeaderName":null}`), "versionHeaderName"},
	},
	"tags":         {{"no name", p(`{"displayName":null}`), "displayName"}, {"a long name", map[string]any{"displayName": long}, "displayName"}},
	"apis":         {{"an unknown protocol", p(`{"protocols":["gopher"]}`), "protocols"}, {"an unknown set", p(`{"apiVersionSetId":"/apiVersionSets/none"}`), "apiVersionSetId"}, {"an unknown type", p(`{"type":"magic"}`), "type"}, {"an unknown server", p(`{"authenticationSettings":{"oAuth2":{"authorizationServerId":"none"}}}`), "authenticationSettings.authorizationServerId"}},
	"apis/schemas": {{"no content type", p(`{"contentType":null}`), "contentType"}, {"components that are a list", p(`{"document":{"components":[]}}`), "document.components"}, {"an SDL with a mistake", p(`{"contentType":"application/vnd.ms-azure-apim.graphql.schema","document":{"value":"type {"}}`), "document.value"}},
	"apis/operations": {
		{"no name", p(`{"displayName":null}`), "displayName"}, {"no method", p(`{"method":null}`), "method"}, {"a bad method", p(`{"method":"G E T"}`), "method"},
		{"no template", p(`{"urlTemplate":null}`), "urlTemplate"}, {"an undeclared parameter", p(`{"urlTemplate":"/{other}"}`), "templateParameters"},
	},
	"apis/operations/policies": policyFaults, "apis/policies": policyFaults, "products/policies": policyFaults, "policies": policyFaults,
	"apis/resolvers/policies": {{"another root", p(`{"value":"<policies />"}`), "policies"}, {"no XML", p(`{"value":"x"}`), "policies"}},
	"apis/releases":           {{"an unknown revision", p(`{"apiId":"/apis/echo;rev=99"}`), "apiId"}, {"another API", p(`{"apiId":"/apis/none"}`), "apiId"}, {"long notes", map[string]any{"notes": long}, "notes"}},
	"loggers":                 {{"an unknown type", p(`{"loggerType":"paper"}`), "loggerType"}, {"no type", p(`{"loggerType":null}`), "loggerType"}, {"no credentials", p(`{"credentials":null}`), "credentials"}, {"no hub", p(`{"credentials":{"name":null,"connectionString":"x"}}`), "credentials.name"}},
	"diagnostics":             diagnosticFaults, "apis/diagnostics": diagnosticFaults,
	"products":            {{"no name", p(`{"displayName":null}`), "displayName"}, {"an unknown state", p(`{"state":"lost"}`), "state"}, {"a negative limit", p(`{"subscriptionsLimit":-1}`), "subscriptionsLimit"}, {"approval without subscription", p(`{"subscriptionRequired":false,"approvalRequired":true}`), "approvalRequired"}, {"a long description", map[string]any{"description": long}, "description"}},
	"groups":              {{"no name", p(`{"displayName":null}`), "displayName"}, {"an unknown type", p(`{"type":"secret"}`), "type"}, {"a system group", p(`{"type":"system"}`), "type"}, {"no external id", p(`{"externalId":null}`), "externalId"}},
	"products/apiLinks":   {{"no API", p(`{"apiId":null}`), "apiId"}, {"an unknown API", p(`{"apiId":"/apis/none"}`), "apiId"}},
	"products/groupLinks": {{"no group", p(`{"groupId":null}`), "groupId"}, {"an unknown group", p(`{"groupId":"/groups/none"}`), "groupId"}},
	"tags/apiLinks":       {{"an unknown API", p(`{"apiId":"/apis/none"}`), "apiId"}, {"a product", p(`{"apiId":"/products/starter"}`), "apiId"}},
	"tags/operationLinks": {{"an unknown operation", p(`{"operationId":"/apis/echo/operations/none"}`), "operationId"}},
	"tags/productLinks":   {{"an unknown product", p(`{"productId":"/products/none"}`), "productId"}},
	"policyFragments":     {{"no document", p(`{"value":null}`), "value"}, {"another root", p(`{"value":"<policies />"}`), "policies"}, {"an unknown format", p(`{"format":"yaml"}`), "format"}, {"an unknown policy", p(`{"value":"<fragment><magic /></fragment>"}`), "magic"}},
	"namedValues":         {{"no name", p(`{"displayName":null}`), "displayName"}, {"a bad name", p(`{"displayName":"a b"}`), "displayName"}, {"no value", p(`{"value":null}`), "value"}, {"a long value", map[string]any{"value": long}, "value"}},
	"backends": {
		{"no URL", p(`{"url":null}`), "url"}, {"a bad URL", p(`{"url":"x"}`), "url"}, {"an unknown protocol", p(`{"protocol":"smtp"}`), "protocol"}, {"a pool in a single backend", p(`{"pool":{"services":[{"id":"/backends/x"}]}}`), "pool"},
		{"a pool of itself", p(`{"type":"Pool","pool":{"services":[{"id":"/backends/b"}]}}`), "pool.services[0].id"}, {"a pool of what is not there", p(`{"type":"Pool","pool":{"services":[{"id":"/backends/none"}]}}`), "pool.services[0].id"},
		{"a bad duration", p(`{"circuitBreaker":{"rules":[{"tripDuration":"soon"}]}}`), "circuitBreaker.rules[0].tripDuration"}, {"a bad proxy", p(`{"proxy":{"url":"x"}}`), "proxy.url"},
	},
	"certificates":              {{"no data", p(`{"data":null}`), "data"}, {"no base64", p(`{"data":"***"}`), "data"}, {"no certificate", p(`{"data":"AAAA"}`), "data"}},
	"schemas":                   {{"an unknown type", p(`{"schemaType":"yaml"}`), "schemaType"}, {"no document", p(`{"document":null}`), "document"}},
	"subscriptions":             {{"no name", p(`{"displayName":null}`), "displayName"}, {"an unknown state", p(`{"state":"asleep"}`), "state"}, {"an unknown product", p(`{"scope":"/products/none"}`), "scope"}, {"no scope", p(`{"scope":"/users/ann"}`), "scope"}, {"an unknown owner", p(`{"ownerId":"/users/none"}`), "ownerId"}},
	"apis/resolvers":            {{"no name", p(`{"displayName":null}`), "displayName"}, {"no path", p(`{"path":null}`), "path"}},
	"apis/tagDescriptions":      {{"a bad URL", p(`{"externalDocsUrl":"x"}`), "externalDocsUrl"}, {"a long description", map[string]any{"description": long}, "description"}},
	"apis/wikis":                {{"an unknown page", p(`{"documents":[{"documentationId":"none"}]}`), "documents[0].documentationId"}, {"an empty entry", p(`{"documents":[{}]}`), "documents[0].documentationId"}},
	"products/wikis":            {{"an unknown page", p(`{"documents":[{"documentationId":"none"}]}`), "documents[0].documentationId"}},
	"apis/issues":               {{"no title", p(`{"title":null}`), "title"}, {"no text", p(`{"description":null}`), "description"}, {"an unknown user", p(`{"userId":"/users/none"}`), "userId"}, {"an unknown state", p(`{"state":"lost"}`), "state"}, {"a bad date", p(`{"createdDate":"today"}`), "createdDate"}},
	"apis/issues/comments":      {{"no text", p(`{"text":null}`), "text"}, {"no user", p(`{"userId":null}`), "userId"}},
	"apis/issues/attachments":   {{"no content", p(`{"content":null}`), "content"}, {"a bad link", p(`{"contentFormat":"link","content":"x"}`), "content"}, {"no title", p(`{"title":null}`), "title"}},
	"policyRestrictions":        {{"an unknown flag", p(`{"requireBase":"maybe"}`), "requireBase"}, {"an unknown scope", p(`{"scope":"/apis/none"}`), "scope"}},
	"caches":                    {{"no connection", p(`{"connectionString":null}`), "connectionString"}, {"no place", p(`{"useFromLocation":null}`), "useFromLocation"}},
	"identityProviders":         {{"no client", p(`{"clientId":null}`), "clientId"}, {"an unknown type", p(`{"type":"myspace"}`), "type"}, {"a long library", map[string]any{"clientLibrary": long}, "clientLibrary"}},
	"portalconfigs":             {{"a bad URL", p(`{"delegation":{"delegationUrl":"x"}}`), "delegation.delegationUrl"}, {"delegation to nowhere", p(`{"delegation":{"delegateSubscription":true,"delegationUrl":""}}`), "delegation.delegationUrl"}, {"an unknown mode", p(`{"csp":{"mode":"strict"}}`), "csp.mode"}, {"a source that ends the directive", p(`{"csp":{"allowedSources":["a; script-src *"]}}`), "csp.allowedSources"}, {"an origin with a path", p(`{"cors":{"allowedOrigins":["https://a.example/x"]}}`), "cors.allowedOrigins[0].origin"}},
	"portalsettings/signup":     {{"terms without a text", p(`{"termsOfService":{"enabled":true,"text":""}}`), "termsOfService.text"}},
	"portalsettings/delegation": {{"a bad URL", p(`{"url":"x"}`), "url"}, {"delegation to nowhere", p(`{"url":"","subscriptions":{"enabled":true}}`), "url"}},
	"templates":                 {{"a body that is not XHTML", p(`{"body":"<p>a<p>"}`), "body"}, {"two lines of subject", map[string]any{"subject": "a\nb"}, "subject"}},
	"tenant":                    {{"a short key", p(`{"primaryKey":"x"}`), "primaryKey"}},
	"workspaces":                {{"no name", p(`{"displayName":null}`), "displayName"}, {"a long name", map[string]any{"displayName": long}, "displayName"}},
}

var policyFaults = []bad{
	{"no document", p(`{"value":null}`), "value"}, {"another root", p(`{"value":"<fragment />"}`), "fragment"}, {"an unknown format", p(`{"format":"yaml"}`), "format"},
	{"an unknown policy", p(`{"value":"<policies>\n<inbound>\n <magic />\n</inbound></policies>"}`), "magic"}, {"a policy in a wrong place", p(`{"value":"<policies><outbound><cors /></outbound></policies>"}`), "cors"},
}

var diagnosticFaults = []bad{
	{"no logger", p(`{"loggerId":null}`), "loggerId"}, {"an unknown logger", p(`{"loggerId":"/loggers/none"}`), "loggerId"}, {"an unknown verbosity", p(`{"verbosity":"loud"}`), "verbosity"},
	{"more than all", p(`{"sampling":{"samplingType":"fixed","percentage":101}}`), "sampling.percentage"}, {"too much of a body", p(`{"frontend":{"request":{"body":{"bytes":9000}}}}`), "frontend.request.body.bytes"},
	{"an unknown mask", p(`{"backend":{"response":{"dataMasking":{"headers":[{"value":"a","mode":"Blur"}]}}}}`), "backend.response.dataMasking.headers[0].mode"},
}

// anyValue are properties that take any JSON.
var anyValue = map[string]bool{"document": true, "schema": true, "properties": true, "value": true}

// TestBadBodies breaks every resource in every way the tables know, and every
// property by a value of a wrong type, with PUT and PATCH: each is refused with
// the field's name, and nothing changes.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := newSuite(t)
	s.names = map[string]string{"accessName": "gitAccess", "policyId": "policy"}
	fixtures := serviceFixtures()
	fixtures = append(fixtures, &fixture{path: "/workspaces/{workspaceId}", name: "w", properties: p(`{"displayName":"W","description":"d"}`)})
	tried, seen := 0, map[string]bool{}
	for _, f := range fixtures {
		if strings.HasSuffix(f.path, "}") {
			s.names[f.parameter()] = f.name
		}
		if got := s.send(http.MethodPut, s.address(f.path), "", f.body(), "*"); got.status >= 300 {
			t.Fatalf("PUT of %s: %d %s", f.path, got.status, got.text)
		}
		kind := kindPath(f.path)
		seen[kind] = true
		for _, b := range append(slices.Clone(badBodies[kind]), wrongTypes(f)...) {
			tried += s.tryBad(f, b)
		}
		if len(badBodies[kind]) == 0 && kind != "contentTypes" && kind != "contentTypes/contentItems" && kind != "portalRevisions" && kind != "notifications" && kind != "portalsettings/signin" {
			t.Errorf("%s has no table of bad bodies", kind)
		}
	}
	for kind := range badBodies {
		if !seen[kind] {
			t.Errorf("the table of %s is for no fixture", kind)
		}
	}
	if tried < 500 {
		t.Errorf("only %d bad bodies were tried", tried)
	}
}

// kindPath is a path without names: "apis/operations"; portal settings keep theirs.
func kindPath(path string) string {
	if strings.HasPrefix(path, "/portalsettings/") {
		return path[1:]
	}
	return strings.Trim(pathParameter.ReplaceAllString(strings.TrimSuffix(strings.TrimSuffix(path, "/default"), "/policy"), ""), "/")
}

// wrongTypes breaks each property by a value of another type.
func wrongTypes(f *fixture) []bad {
	if strings.HasSuffix(f.path, "/contentItems/{contentItemId}") {
		return nil // free properties
	}
	var all []bad
	for name, v := range f.properties {
		if anyValue[name] && kindPath(f.path) != "namedValues" {
			continue
		}
		var wrong any = map[string]any{"a": 1}
		if _, isObject := normal(v).(map[string]any); isObject {
			wrong = 7
		}
		all = append(all, bad{"a wrong type of " + name, map[string]any{name: wrong}, name})
	}
	return all
}

// tryBad puts and patches a bad body, and requires the resource to stay as it was.
func (s *suite) tryBad(f *fixture, b bad) (tried int) {
	s.Helper()
	before := s.send(http.MethodGet, s.address(f.path), "", nil, "")
	put := maps.Clone(f.properties)
	for name, v := range b.change {
		if put[name] = v; v == nil {
			delete(put, name)
		}
	}
	for method, properties := range map[string]map[string]any{http.MethodPut: put, http.MethodPatch: b.change} {
		if !s.has(method, f.path) || method == http.MethodPut && (f.once || keeps(f, b)) {
			continue
		}
		tried++
		got := s.send(method, s.address(f.path), "", map[string]any{"properties": properties}, "*")
		if got.status != http.StatusBadRequest || !strings.Contains(got.text, `"target":"`+b.target) {
			s.Errorf("%s of %s, %s: status %d, want 400 with the target %s: %.400s", method, s.fill(f.path), b.why, got.status, b.target, got.text)
		}
	}
	if after := s.send(http.MethodGet, s.address(f.path), "", nil, ""); after.text != before.text {
		s.Errorf("%s, %s: refused, but changed:\n%s\n%s", s.fill(f.path), b.why, before.text, after.text)
	}
	return tried
}

// keeps reports whether a PUT without a property keeps what is stored of it:
// secrets, and the texts of templates.
func keeps(f *fixture, b bad) bool {
	return slices.Contains(f.hidden, b.target) && b.change[b.target] == nil || b.why == "no value" || b.why == "no data"
}
