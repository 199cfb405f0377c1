package management

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// TestFindingsGoToWhoWroteAndIntoTheHistory: a write that is done and of which
// something is left out or without effect says so, now and later.
func TestFindingsGoToWhoWroteAndIntoTheHistory(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.do("PUT", "/apis/a", `{"properties":{"path":"a"}}`).want(201)
	s.do("PUT", "/", `{"properties":{"publisherName":"Us","publisherEmail":"us@b.example"}}`).want(200)
	unrun, _ := json.Marshal(`<policies><inbound><base/><limit-concurrency key="k" max-count="1"></limit-concurrency></inbound></policies>`)
	dangling := strings.Replace(petsDescription, `{description: ok}`, `{$ref: "#/components/responses/none"}`, 1)
	for _, c := range []struct {
		name, method, path, body string
		target                   string
		code                     apim.Code
		message                  string
	}{
		{"an import that leaves something out", "PUT", "/apis/pets", importBody(dangling, ""), "/apis/pets", apim.FoundInDescription, "none"},
		{"an unknown member", "PUT", "/products/p", `{"properties":{"displayName":"P","colour":"red"}}`, "/products/p", apim.UnknownMember, "colour"},
		{"an unknown member of an API", "PUT", "/apis/b", `{"properties":{"path":"b","contact":{"fax":"1"}}}`, "/apis/b", apim.UnknownMember, "fax"},
		{"a description in a PATCH", "PATCH", "/apis/a", `{"properties":{"format":"openapi","value":"{}"}}`, "/apis/a", apim.WithoutEffect, "PUT"},
		{"a source for what is there", "PUT", "/apis/a", `{"properties":{"path":"a","sourceApiId":"/apis/b"}}`, "/apis/a", apim.WithoutEffect, "sourceApiId"},
		{"an unknown member of the service", "PATCH", "/", `{"properties":{"colour":"red"}}`, "/settings/service", apim.UnknownMember, "colour"},
		{"a policy that is not run", "PUT", "/apis/a/policies/policy", `{"properties":{"format":"rawxml","value":` + string(unrun) + `}}`,
			"/apis/a/policies/policy", apim.PolicyNotRun, "limit-concurrency"},
		{"a backend that is not called", "PUT", "/backends/own", `{"properties":{"url":"http://localhost:8082","protocol":"http"}}`, "/backends/own", apim.BackendRefused, "localhost:8082"},
		{"an API whose backend is not called", "PUT", "/apis/meta", `{"properties":{"path":"meta","serviceUrl":"http://169.254.169.254/latest"}}`, "/apis/meta", apim.BackendRefused, "link-local"},
		{"a policy to what is not called", "PUT", "/products/p/policies/policy", `{"properties":{"format":"xml","value":"<policies><inbound><set-backend-service base-url=\"http://metadata.google.internal\"/></inbound></policies>"}}`,
			"/products/p/policies/policy", apim.BackendRefused, "metadata"},
		{"an API without a key", "PUT", "/apis/open", `{"properties":{"path":"open","subscriptionRequired":false,"colour":null}}`, "", "", ""},
		{"what counts keys where none is needed", "PUT", "/apis/open/policies/policy", `{"properties":{"format":"xml","value":"<policies><inbound><rate-limit calls=\"1\" renewal-period=\"9\"/></inbound></policies>"}}`,
			"/apis/open/policies/policy", apim.WithoutEffect, "calls without a key"},
		{"the same for all APIs", "PUT", "/policies/policy", `{"properties":{"format":"xml","value":"<policies><inbound><rate-limit calls=\"1\" renewal-period=\"9\"/></inbound></policies>"}}`,
			"/policies/policy", apim.WithoutEffect, "calls without a key"},
		{"an API that opens where all are counted", "PUT", "/apis/open2", `{"properties":{"path":"open2","subscriptionRequired":false}}`, "/apis/open2", apim.WithoutEffect, "calls without a key"},
		{"a fragment that counts", "PUT", "/policyFragments/limit", `{"properties":{"format":"xml","value":"<fragment><rate-limit calls=\"1\" renewal-period=\"9\"/></fragment>"}}`,
			"/policyFragments/limit", apim.WithoutEffect, "calls without a key"},
		{"a policy that includes it", "PUT", "/apis/open2/policies/policy", `{"properties":{"format":"xml","value":"<policies><inbound><include-fragment fragment-id=\"limit\"/></inbound></policies>"}}`,
			"/apis/open2/policies/policy", apim.WithoutEffect, "calls without a key"},
		{"a fragment to what is not called", "PUT", "/policyFragments/own", `{"properties":{"format":"xml","value":"<fragment><set-backend-service base-url=\"http://169.254.169.254\"/></fragment>"}}`,
			"/policyFragments/own", apim.BackendRefused, "link-local"},
		{"an API that stays open", "PATCH", "/apis/open", `{"properties":{"displayName":"Open"}}`, "/apis/open", apim.WithoutEffect, "calls without a key"},
		{"a kind that nothing acts on", "PUT", "/caches/c", `{"properties":{"connectionString":"c","useFromLocation":"default"}}`, "/caches/c", apim.WithoutEffect, "cache"},
		{"a setting that nothing acts on", "PATCH", "/portalconfigs/default", `{"properties":{"csp":{"mode":"enabled"}}}`, "/portalconfigs/default", apim.WithoutEffect, "nothing acts"},
		{"what is delegated and cannot be", "PATCH", "/portalsettings/delegation", `{"properties":{"url":"https://d.example","subscriptions":{"enabled":true}}}`,
			"/portalsettings/delegation", apim.NotBuilt, "refuses to subscribe"},
		{"the same in the newer settings", "PATCH", "/portalconfigs/default", `{"properties":{"csp":{"mode":"disabled"},"delegation":{"delegateRegistration":true,"delegateSubscription":false,"delegationUrl":"https://d.example"}}}`,
			"/portalconfigs/default", apim.NotBuilt, "refuses sign-in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := (&service{T: t, url: s.url, token: s.token}).do(c.method, c.path, c.body)
			found, _ := arm.Warnings(r.header)
			if c.code == "" && r.status < 300 && len(found) == 0 {
				return
			}
			if r.status >= 300 || len(found) != 1 || found[0].Code != c.code || found[0].Target != c.target || !strings.Contains(found[0].Message, c.message) {
				t.Fatalf("status %d, findings %+v: %s", r.status, found, r.body)
			}
			if exposed := r.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, arm.WarningHeader) {
				t.Errorf("browsers' programs may read only %s", exposed)
			}
			err := s.store.View(t.Context(), func(tx *store.Tx) error {
				log, err := tx.AuditLog(store.AuditQuery{Resource: apim.Ref(c.target)})
				for _, e := range log {
					var after struct{ Findings []apim.Finding }
					if e.Action == "findings" && json.Unmarshal(e.After, &after) == nil && slices.ContainsFunc(after.Findings, func(f apim.Finding) bool { return f.Message == found[0].Message }) {
						return err
					}
				}
				t.Errorf("the history does not have it: %+v", log)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
