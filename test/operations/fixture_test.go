package operations

import (
	"encoding/json"
	"maps"
)

// fixture is one resource in a life.
type fixture struct {
	path       string // of the reference, below the service or the workspace
	name       string
	properties map[string]any
	changes    map[string]any // for PATCH, one at a time
	hidden     []string       // given, never shown
	// without are writable properties that the fixture does not have, and why.
	without     map[string]string
	query       string
	deleteQuery string
	fixed       bool // there from the start
	once        bool // the second PUT is refused
	noBody      bool
	noTag       bool
}

func (f *fixture) body() any {
	if f.noBody {
		return nil
	}
	return map[string]any{"properties": f.properties}
}

// p reads properties.
func p(text string) map[string]any {
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		panic(err)
	}
	return m
}

// normal is a value as JSON has it.
func normal(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return out
}

// id is the id of a resource as a client of the full address form writes it.
func id(ref string) string { return servicePrefix + ref }

const (
	policyXML   = `<policies><inbound><base /><set-header name="x" exists-action="override"><value>1</value></set-header></inbound></policies>`
	resolverXML = `<http-data-source><http-request><set-method>GET</set-method><set-url>https://backend.example/users</set-url></http-request></http-data-source>`
)

func policyAt(path string) *fixture {
	return &fixture{path: path, name: "policy", properties: map[string]any{"value": policyXML, "format": "xml"}}
}

// common are the resources that the service and workspaces both have; home is
// the workspace's ref.
func common(home string) []*fixture {
	at := func(ref string) string { return id(home + ref) }
	return []*fixture{
		{path: "/apiVersionSets/{versionSetId}", name: "v", properties: p(`{"displayName":"Versions","description":"d","versioningScheme":"Query","versionQueryName":"v","versionHeaderName":"x-v"}`),
			changes: p(`{"displayName":"More versions","description":"e","versionQueryName":"w","versionHeaderName":"x-w"}`)},
		{path: "/tags/{tagId}", name: "t", properties: p(`{"displayName":"Tag"}`), changes: p(`{"displayName":"Another"}`)},
		{path: "/apis/{apiId}", name: "echo", deleteQuery: "&deleteRevisions=true", properties: with(p(`{"displayName":"Echo","description":"d","path":"echo`+pathOf(home)+`",
			"apiVersion":"v1","apiVersionDescription":"first","protocols":["https"],"serviceUrl":"https://backend.example/echo","type":"http","isCurrent":true,"apiRevision":"1",
			"apiRevisionDescription":"r","subscriptionRequired":false,"subscriptionKeyParameterNames":{"header":"key","query":"k"},"termsOfServiceUrl":"https://contoso.example/terms",
			"contact":{"name":"n","email":"a@b.example","url":"https://c.example"},"license":{"name":"MIT","url":"https://l.example"},
			"authenticationSettings":{"oAuth2":{"authorizationServerId":"as","scope":"read"},"oAuth2AuthenticationSettings":[{"authorizationServerId":"as","scope":"read"}],"openidAuthenticationSettings":[{"openidProviderId":"op","bearerTokenSendingMethods":["query"]}]}}`), "apiVersionSetId", at("/apiVersionSets/v")),
			without: map[string]string{"apiType": "the same as type", "format": "an import", "value": "an import", "wsdlSelector": "an import",
				"translateRequiredQueryParameters": "an import", "sourceApiId": "a copy", "apiVersionSet": "apiVersionSetId"},
			changes: p(`{"displayName":"Echo 2","description":"e","serviceUrl":"https://backend.example/2","protocols":["http","https"],"subscriptionRequired":true,
			"apiVersionDescription":"second","apiRevisionDescription":"s","termsOfServiceUrl":"https://contoso.example/t","contact":{"name":"m","email":"a@b.example","url":"https://c.example"}}`)},
		{path: "/apis/{apiId}/schemas/{schemaId}", name: "s", properties: p(`{"contentType":"application/vnd.oai.openapi.components+json","document":{"components":{"schemas":{"pet":{"type":"object"}}}}}`)},
		{path: "/apis/{apiId}/operations/{operationId}", name: "get", properties: p(`{"displayName":"Get","method":"GET","urlTemplate":"/pets/{id}","description":"d",
			"templateParameters":[{"name":"id","type":"string","required":true,"description":"the id","values":["1"]}],
			"request":{"description":"r","queryParameters":[{"name":"q","type":"string","required":true}],"headers":[{"name":"h","type":"string","required":true}],"representations":[]},
			"responses":[{"statusCode":200,"description":"ok","headers":[],"representations":[{"contentType":"application/json","schemaId":"s","typeName":"pet","examples":{"default":{"value":{"a":1}}}}]}]}`),
			without: map[string]string{"policies": "an older spelling of the policy below"},
			changes: p(`{"displayName":"Get it","description":"e","method":"POST","responses":[{"statusCode":204,"description":"none"}]}`)},
		policyAt("/apis/{apiId}/operations/{operationId}/policies/{policyId}"),
		policyAt("/apis/{apiId}/policies/{policyId}"),
		{path: "/apis/{apiId}/releases/{releaseId}", name: "r", properties: map[string]any{"apiId": at("/apis/echo;rev=1"), "notes": "n"}, changes: p(`{"notes":"m"}`)},
		{path: "/loggers/{loggerId}", name: "l", properties: p(`{"loggerType":"azureEventHub","description":"d","credentials":{"name":"hub","connectionString":"{{hub}}"},"isBuffered":false,"resourceId":"/r"}`),
			changes: p(`{"description":"e","isBuffered":true,"loggerType":"applicationInsights"}`)},
		diagnostic("/diagnostics/{diagnosticId}", at),
		diagnostic("/apis/{apiId}/diagnostics/{diagnosticId}", at),
		{path: "/products/{productId}", name: "starter", deleteQuery: "&deleteSubscriptions=true",
			properties: p(`{"displayName":"Starter","description":"d","terms":"t","subscriptionRequired":true,"approvalRequired":true,"subscriptionsLimit":3,"state":"published"}`),
			changes:    p(`{"displayName":"Begin","description":"e","terms":"u","approvalRequired":false,"subscriptionsLimit":4,"state":"notPublished"}`)},
		policyAt("/products/{productId}/policies/{policyId}"),
		{path: "/groups/{groupId}", name: "g", properties: p(`{"displayName":"Group","description":"d","type":"external","externalId":"aad://x/groups/1"}`),
			changes: p(`{"displayName":"People","description":"e","externalId":"aad://x/groups/2"}`)},
		{path: "/products/{productId}/apiLinks/{apiLinkId}", name: "al", noTag: true, properties: map[string]any{"apiId": at("/apis/echo")}},
		{path: "/products/{productId}/groupLinks/{groupLinkId}", name: "gl", noTag: true, properties: map[string]any{"groupId": at("/groups/g")}},
		{path: "/tags/{tagId}/apiLinks/{apiLinkId}", name: "tal", properties: map[string]any{"apiId": at("/apis/echo")}},
		{path: "/tags/{tagId}/operationLinks/{operationLinkId}", name: "tol", properties: map[string]any{"operationId": at("/apis/echo/operations/get")}},
		{path: "/tags/{tagId}/productLinks/{productLinkId}", name: "tpl", properties: map[string]any{"productId": at("/products/starter")}},
		policyAt("/policies/{policyId}"),
		{path: "/policyFragments/{id}", name: "f", properties: p(`{"value":"<fragment><set-status code=\"201\" /></fragment>","format":"xml","description":"d"}`)},
		{path: "/namedValues/{namedValueId}", name: "nv", properties: p(`{"displayName":"host` + pathOf(home) + `","value":"a.example","secret":false,"tags":["a","b"]}`),
			without: map[string]string{"keyVault": "instead of value"}, changes: p(`{"displayName":"host2` + pathOf(home) + `","value":"b.example","tags":["c"]}`)},
		{path: "/backends/{backendId}", name: "b", properties: p(`{"url":"https://backend.example","protocol":"http","title":"t","description":"d","resourceId":"https://r.example","type":"Single",
			"credentials":{"query":{"sv":["xx"]},"header":{"x":["1"]},"authorization":{"scheme":"Basic","parameter":"opensesma"}},
			"proxy":{"url":"http://proxy.example:8080","username":"u","password":"p"},"tls":{"validateCertificateChain":false,"validateCertificateName":true},
			"circuitBreaker":{"rules":[{"name":"r","failureCondition":{"count":3,"interval":"PT10S","statusCodeRanges":[{"min":500,"max":599}],"errorReasons":["e"]},"tripDuration":"PT10S","acceptRetryAfter":true}]},
			"properties":{"serviceFabricCluster":{"managementEndpoints":["https://m.example"],"clientCertificatethumbprint":"AB"}}}`),
			without: map[string]string{"pool": "belongs to the type Pool"}, changes: p(`{"url":"https://b2.example","title":"u","description":"e","protocol":"soap","tls":{"validateCertificateChain":true,"validateCertificateName":true}}`)},
		{path: "/certificates/{certificateId}", name: "c", properties: map[string]any{"data": certificate(), "password": "secret"}, hidden: []string{"data", "password"},
			without: map[string]string{"keyVault": "instead of data"}},
		{path: "/schemas/{schemaId}", name: "gs", properties: p(`{"schemaType":"json","description":"d","document":{"type":"object"}}`), without: map[string]string{"value": "of the type xml"}},
		{path: "/subscriptions/{sid}", name: "sub", properties: with(p(`{"displayName":"Mine","state":"active","primaryKey":"p-`+keyOf(home)+`","secondaryKey":"s-`+keyOf(home)+`","allowTracing":true}`),
			"scope", at("/products/starter"), "ownerId", id("/users/ann")), hidden: []string{"primaryKey", "secondaryKey"},
			changes: with(p(`{"displayName":"Yours","state":"suspended","allowTracing":false}`), "scope", at("/apis/echo"))},
		{path: "/notifications/{notificationName}", name: "BCC", fixed: true, noBody: true},
	}
}

func diagnostic(path string, at func(string) string) *fixture {
	return &fixture{path: path, name: "applicationinsights", properties: with(p(`{"alwaysLog":"allErrors","logClientIp":true,"httpCorrelationProtocol":"W3C","verbosity":"verbose",
		"operationNameFormat":"Url","metrics":true,"sampling":{"samplingType":"fixed","percentage":50},
		"frontend":{"request":{"headers":["a"],"body":{"bytes":512},"dataMasking":{"headers":[{"value":"b","mode":"Hide"}],"queryParams":[{"value":"c","mode":"Mask"}]}},"response":{"headers":["d"],"body":{"bytes":0}}},
		"backend":{"request":{"headers":["e"]},"response":{"headers":["f"]}}}`), "loggerId", at("/loggers/l")),
		changes: p(`{"verbosity":"error","logClientIp":false,"sampling":{"samplingType":"fixed","percentage":10},"httpCorrelationProtocol":"Legacy"}`)}
}

func with(m map[string]any, pairs ...string) map[string]any {
	m = maps.Clone(m)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func pathOf(home string) string {
	if home == "" {
		return ""
	}
	return "-w"
}

func keyOf(home string) string { return "0123456789abcdef" + pathOf(home) }

var person = p(`{"firstName":"Ann","lastName":"Ash","email":"ann@contoso.example","note":"n","state":"active","password":"correct horse battery","identities":[{"provider":"Aad","id":"1"}]}`)

// serviceFixtures are all resources of the service.
func serviceFixtures() []*fixture {
	first := []*fixture{
		{path: "/users/{userId}", name: "ann", deleteQuery: "&deleteSubscriptions=true",
			properties: person,
			hidden:     []string{"password"}, without: map[string]string{"appType": "which portal sends mail", "confirmation": "whether to send mail"},
			changes: p(`{"firstName":"Anna","lastName":"Oak","email":"anna@contoso.example","note":"m"}`)},
		{path: "/documentations/{documentationId}", name: "doc", properties: p(`{"title":"Guide","content":"# Guide"}`), changes: p(`{"title":"Guides","content":"text"}`)},
		{path: "/authorizationServers/{authsid}", name: "as", properties: p(`{"displayName":"AS","description":"d","clientRegistrationEndpoint":"https://as.example/apps","authorizationEndpoint":"https://as.example/auth",
			"tokenEndpoint":"https://as.example/token","authorizationMethods":["POST","GET"],"grantTypes":["authorizationCode","implicit"],"clientAuthenticationMethod":["Basic"],"clientId":"1","clientSecret":"s3cret",
			"bearerTokenSendingMethods":["authorizationHeader"],"defaultScope":"read","tokenBodyParameters":[{"name":"a","value":"b"}],"supportState":true,"resourceOwnerUsername":"un","resourceOwnerPassword":"pwd",
			"useInTestConsole":false,"useInApiDocumentation":true}`), hidden: []string{"clientSecret", "resourceOwnerUsername", "resourceOwnerPassword"},
			changes: p(`{"displayName":"AS2","description":"e","clientId":"2","clientSecret":"other","supportState":false,"defaultScope":"write","grantTypes":["clientCredentials"]}`)},
		{path: "/openidConnectProviders/{opid}", name: "op", properties: p(`{"displayName":"OP","description":"d","metadataEndpoint":"https://op.example/.well-known/openid-configuration","clientId":"1","clientSecret":"s3cret","useInTestConsole":false,"useInApiDocumentation":true}`),
			hidden: []string{"clientSecret"}, changes: p(`{"displayName":"OP2","description":"e","clientId":"2","clientSecret":"other","useInTestConsole":true}`)},
	}
	last := []*fixture{
		{path: "/apis/{apiId}/resolvers/{resolverId}", name: "res", properties: p(`{"displayName":"Users","path":"Query/users","description":"d"}`), changes: p(`{"displayName":"U","path":"Query/u","description":"e"}`)},
		{path: "/apis/{apiId}/resolvers/{resolverId}/policies/{policyId}", name: "policy", properties: map[string]any{"value": resolverXML, "format": "xml"}},
		{path: "/apis/{apiId}/tagDescriptions/{tagDescriptionId}", name: "t", properties: p(`{"description":"d","externalDocsUrl":"https://docs.example","externalDocsDescription":"more"}`)},
		wiki("/apis/{apiId}/wikis/default"), wiki("/products/{productId}/wikis/default"),
		{path: "/apis/{apiId}/issues/{issueId}", name: "i", properties: with(p(`{"title":"t","description":"d","state":"open","createdDate":"2026-01-02T03:04:05Z"}`), "userId", id("/users/ann"), "apiId", id("/apis/echo")),
			changes: p(`{"title":"u","description":"e","state":"closed"}`)},
		{path: "/apis/{apiId}/issues/{issueId}/comments/{commentId}", name: "c1", properties: with(p(`{"text":"t","createdDate":"2026-01-02T03:04:05Z"}`), "userId", id("/users/ann"))},
		{path: "/apis/{apiId}/issues/{issueId}/attachments/{attachmentId}", name: "a1", properties: p(`{"title":"t","contentFormat":"image/png","content":"iVBORw0KGgo="}`)},
		{path: "/policyRestrictions/{policyRestrictionId}", name: "pr", properties: with(p(`{"requireBase":"true"}`), "scope", id("/apis/echo")), changes: p(`{"requireBase":"false"}`)},
		{path: "/caches/{cacheId}", name: "westus", properties: p(`{"connectionString":"{{redis}}","description":"d","useFromLocation":"default","resourceId":"https://r.example"}`),
			changes: p(`{"description":"e","useFromLocation":"West US"}`)},
		{path: "/identityProviders/{identityProviderName}", name: "aadB2C", properties: p(`{"type":"aadB2C","clientId":"1","clientSecret":"s3cret","authority":"login.example","signinTenant":"t","allowedTenants":["a","b"],
			"signupPolicyName":"up","signinPolicyName":"in","profileEditingPolicyName":"pe","passwordResetPolicyName":"pr","clientLibrary":"MSAL"}`), hidden: []string{"clientSecret"},
			changes: p(`{"clientId":"2","clientSecret":"other","authority":"l.example","allowedTenants":["c"],"signinPolicyName":"in2"}`)},
		{path: "/contentTypes/{contentTypeId}", name: "note", properties: p(`{"id":"note","name":"Note","description":"d","version":"1.0.0","schema":{"properties":{"en_us":{"type":"object"}}}}`)},
		{path: "/contentTypes/{contentTypeId}/contentItems/{contentItemId}", name: "one", properties: p(`{"en_us":{"title":"One","n":null,"list":[1,2]}}`)},
		{path: "/portalRevisions/{portalRevisionId}", name: "20260101", once: true, properties: p(`{"description":"d","isCurrent":true}`), changes: p(`{"description":"e"}`)},
		{path: "/portalconfigs/{portalConfigId}", name: "default", fixed: true, properties: p(`{"enableBasicAuth":true,"signin":{"require":true},"signup":{"termsOfService":{"text":"terms","requireConsent":true}},
			"delegation":{"delegateRegistration":true,"delegateSubscription":false,"delegationUrl":"https://d.example"},"cors":{"allowedOrigins":["https://o.example"]},
			"csp":{"mode":"reportOnly","reportUri":["https://r.example"],"allowedSources":["*.contoso.example"]}}`),
			changes: p(`{"cors":{"allowedOrigins":[]},"signin":{"require":false},"csp":{"mode":"enabled"}}`)},
		{path: "/portalsettings/signin", fixed: true, properties: p(`{"enabled":true}`), changes: p(`{"enabled":false}`)},
		{path: "/portalsettings/signup", fixed: true, properties: p(`{"enabled":true,"termsOfService":{"enabled":true,"text":"t","consentRequired":true}}`), changes: p(`{"enabled":false,"termsOfService":{"text":"u"}}`)},
		{path: "/portalsettings/delegation", fixed: true, properties: p(`{"url":"https://d.example","validationKey":"a2V5","subscriptions":{"enabled":true},"userRegistration":{"enabled":true}}`),
			hidden: []string{"validationKey"}, changes: p(`{"url":"https://e.example","subscriptions":{"enabled":false}}`)},
		{path: "/templates/{templateName}", name: "newIssueNotificationMessage", fixed: true,
			properties: p(`{"subject":"Hello","title":"t","description":"d","body":"<p>Hello</p>","parameters":[{"name":"IssueId","title":"the issue","description":"d"}]}`), changes: p(`{"subject":"Hi","body":"<p>Hi</p>","title":"u"}`)},
		{path: "/tenant/{accessName}", name: "gitAccess", fixed: true, properties: p(`{"enabled":true,"principalId":"p","primaryKey":"0123456789012345678901234567890123","secondaryKey":"1123456789012345678901234567890123"}`),
			hidden: []string{"primaryKey", "secondaryKey"}, changes: p(`{"enabled":false}`)},
	}
	return append(append(first, common("")...), last...)
}

func wiki(path string) *fixture {
	return &fixture{path: path, properties: map[string]any{"documents": []any{map[string]any{"documentationId": "doc"}}}, changes: map[string]any{"documents": []any{}}}
}

// workspaceFixtures are all resources of a workspace, and the workspace.
func workspaceFixtures() []*fixture {
	workspace := &fixture{path: "/workspaces/{workspaceId}", name: "w", properties: p(`{"displayName":"W","description":"d"}`), changes: p(`{"displayName":"X","description":"e"}`)}
	ann := common("/workspaces/w")
	return append([]*fixture{workspace}, ann...)
}
