package management

import (
	"strings"
	"testing"
)

// What portalconfigs and portalsettings say is one thing in two shapes.
func TestPortalConfigsAndPortalSettingsStayInStep(t *testing.T) {
	t.Parallel()
	s := newService(t)
	config := func() string { return s.do("GET", "/portalconfigs/default", "").want(200).body }
	s.do("PUT", "/portalsettings/signin", `{"properties":{"enabled":true}}`).want(200)
	if got := config(); !strings.Contains(got, `"signin":{"require":true}`) {
		t.Errorf("signin did not reach portalconfigs: %s", got)
	}
	s.do("PATCH", "/portalsettings/delegation", `{"properties":{"url":"https://d.example","subscriptions":{"enabled":true},"validationKey":"a2V5"}}`, "If-Match", "*").want(204)
	got := config()
	if !strings.Contains(got, `"delegateSubscription":true`) || !strings.Contains(got, `"delegationUrl":"https://d.example"`) || strings.Contains(got, "a2V5") {
		t.Errorf("delegation did not reach portalconfigs, or its key did: %s", got)
	}
	if keys := s.do("POST", "/portalsettings/delegation/listSecrets", "").want(200).body; !strings.Contains(keys, "a2V5") {
		t.Errorf("the key of delegation: %s", keys)
	}
	signin := s.do("HEAD", "/portalsettings/signin", "").want(200).header.Get("ETag")
	s.do("PATCH", "/portalconfigs/default", `{"properties":{"signup":{"termsOfService":{"text":"terms","requireConsent":true}},"delegation":{"validationKey":"bmV3"}}}`, "If-Match", "*").want(200)
	if got := s.do("GET", "/portalsettings/signup", "").want(200).body; !strings.Contains(got, `"text":"terms"`) || !strings.Contains(got, `"consentRequired":true`) {
		t.Errorf("terms did not reach portalsettings: %s", got)
	}
	if keys := s.do("POST", "/portalconfigs/default/listDelegationSecrets", "").want(200).body; !strings.Contains(keys, "bmV3") {
		t.Errorf("the new key of delegation: %s", keys)
	}
	if again := s.do("HEAD", "/portalsettings/signin", "").header.Get("ETag"); again != signin {
		t.Error("what did not change has another ETag")
	}
	if public := s.do("GET", "/settings/public", "").want(200).body; !strings.Contains(public, `"CustomPortalSettings.RequireUserSigninEnabled":"true"`) {
		t.Errorf("the public settings: %s", public)
	}
}

func TestNamedLinksAndOlderAssociationsShowTheSame(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/a", `{"path":"a"}`)
	s.put("/apis/b", `{"path":"b"}`)
	s.put("/products/p", `{"displayName":"P"}`)
	s.do("PUT", "/products/p/apiLinks/one", `{"properties":{"apiId":"/apis/a"}}`).want(201)
	s.do("HEAD", "/products/p/apis/a", "").want(204)
	s.do("PUT", "/products/p/apis/b", "").want(201)
	if names := s.do("GET", "/products/p/apiLinks", "").names(); names != "one b" {
		t.Errorf("the links are %q", names)
	}
	s.do("PUT", "/products/p/apiLinks/two", `{"properties":{"apiId":"/apis/a"}}`).want(409)
	s.do("DELETE", "/products/p/apis/a", "").want(200)
	s.do("GET", "/products/p/apiLinks/one", "").want(404)
	s.do("PUT", "/products/p/apiLinks/one", `{"properties":{"apiId":"/apis/a"}}`).want(201)
	s.do("DELETE", "/products/p/apiLinks/b", "").want(200)
	if names := s.do("GET", "/products/p/apis", "").names(); names != "a" {
		t.Errorf("the APIs are %q", names)
	}
}

func TestReleasesMakeRevisionsCurrent(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/a", `{"path":"a","displayName":"First"}`)
	s.do("PUT", "/apis/a;rev=2", `{"properties":{"path":"a","displayName":"Second","sourceApiId":"/apis/a"}}`).want(201)
	s.do("PUT", "/apis/a/releases/r", `{"properties":{"apiId":"/apis/a;rev=2","notes":"n"}}`).want(201)
	if got := s.do("GET", "/apis/a", "").want(200).properties(); got["displayName"] != "Second" || got["isCurrent"] != true {
		t.Errorf("after the release: %v", got)
	}
	s.do("GET", "/apis/a/releases/r", "").want(200)
	revisions := s.do("GET", "/apis/a/revisions?$filter=apiRevision+eq+'1'", "").want(200)
	if !strings.Contains(revisions.body, `"isCurrent":false`) || !strings.Contains(revisions.body, `"privateUrl":"/a;rev=1"`) {
		t.Errorf("the first revision: %s", revisions.body)
	}
}

func TestSecretsAreListedOnlyOnRequest(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/namedValues/n", `{"displayName":"n","value":"open"}`)
	s.do("PATCH", "/namedValues/n", `{"properties":{"secret":true,"value":"hidden"}}`, "If-Match", "*").want(200)
	if got := s.do("GET", "/namedValues/n", "").want(200).body; strings.Contains(got, "hidden") || strings.Contains(got, "open") {
		t.Errorf("GET shows the value: %s", got)
	}
	if got := s.do("POST", "/namedValues/n/listValue", "").want(200).body; !strings.Contains(got, "hidden") {
		t.Errorf("listValue: %s", got)
	}
	s.do("PATCH", "/namedValues/n", `{"properties":{"secret":false}}`, "If-Match", "*").want(200)
	if got := s.do("GET", "/namedValues/n", "").want(200).properties()["value"]; got != "hidden" {
		t.Errorf("a value that is no secret any more: %v", got)
	}
	s.put("/loggers/l", `{"loggerType":"applicationInsights","credentials":{"instrumentationKey":"k3y"}}`)
	if got := s.do("GET", "/loggers/l", "").want(200).body; strings.Contains(got, "k3y") || !strings.Contains(got, "{{Logger-Credentials--") {
		t.Errorf("the logger shows its key: %s", got)
	}
	s.put("/policies/policy", `{"value":"<policies><inbound><set-header name=\"a\" exists-action=\"override\"><value>{{n}}</value></set-header></inbound></policies>"}`)
	s.do("DELETE", "/namedValues/n", "", "If-Match", "*").want(409)
}

func TestNullTakesASecretAway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/openidConnectProviders/o", `{"displayName":"O","metadataEndpoint":"https://o.example","clientId":"1","clientSecret":"s3cret"}`)
	s.do("PATCH", "/openidConnectProviders/o", `{"properties":{"description":"d"}}`, "If-Match", "*").want(200)
	if got := s.do("POST", "/openidConnectProviders/o/listSecrets", "").want(200).body; !strings.Contains(got, "s3cret") {
		t.Errorf("a PATCH of another field took the secret: %s", got)
	}
	s.do("PATCH", "/openidConnectProviders/o", `{"properties":{"clientSecret":null}}`, "If-Match", "*").want(200)
	if got := s.do("POST", "/openidConnectProviders/o/listSecrets", "").want(200).body; strings.Contains(got, "s3cret") {
		t.Errorf("null left the secret: %s", got)
	}
}

func TestWhatIsReferredToStays(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/a", `{"path":"a"}`)
	s.put("/documentations/d", `{"title":"D"}`)
	s.put("/loggers/l", `{"loggerType":"azureMonitor"}`)
	s.put("/policyFragments/f", `{"value":"<fragment />"}`)
	s.put("/backends/b", `{"url":"https://b.example","protocol":"http"}`)
	for _, user := range []struct{ path, body, used string }{
		{"/apis/a/wikis/default", `{"documents":[{"documentationId":"d"}]}`, "/documentations/d"},
		{"/apis/a/wikis/default", `{"documents":[{"documentationId":"/documentations/d"}]}`, "/documentations/d"},
		{"/diagnostics/x", `{"loggerId":"/loggers/l"}`, "/loggers/l"},
		{"/policies/policy", `{"value":"<policies><inbound><include-fragment fragment-id=\"F\" /></inbound></policies>"}`, "/policyFragments/f"},
		{"/policies/policy", `{"value":"<policies><inbound><set-backend-service backend-id=\"b\" /></inbound></policies>"}`, "/backends/b"},
	} {
		s.put(user.path, user.body)
		s.do("DELETE", user.used, "", "If-Match", "*").want(409)
		s.do("DELETE", user.path, "", "If-Match", "*").want(200)
	}
	for _, path := range []string{"/documentations/d", "/loggers/l", "/policyFragments/f", "/backends/b"} {
		s.do("DELETE", path, "", "If-Match", "*").want(200)
		s.do("GET", path, "").want(404)
	}
}
