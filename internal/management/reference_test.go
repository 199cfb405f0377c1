package management

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// What a policy names is what its parse says, however it is written: a name in
// quotes of either kind, in entities or another case keeps a resource; one in a
// comment or in the text of an answer does not.
func TestAPolicyKeepsWhatItNames(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/loggers/used", `{"loggerType":"azureMonitor"}`)
	s.put("/backends/used", `{"url":"https://b.example","protocol":"http"}`)
	s.put("/certificates/used", `{"keyVault":{"secretIdentifier":"https://vault.example/secrets/c"}}`)
	s.put("/policyFragments/used", `{"value":"<fragment />"}`)
	s.put("/namedValues/id", `{"displayName":"used","value":"x"}`)
	s.put("/namedValues/other", `{"displayName":"other","value":"USED"}`)
	attribute := func(element, name string) map[string]bool {
		tag := func(value string) string { return "<" + element + " " + name + "=" + value + " />" }
		return map[string]bool{
			tag(`"used"`): true, tag(`'used'`): true, tag(`"&#x75;sed"`): true, tag(`'USED'`): true, tag(`" used "`): true,
			tag("\n\t'Used'"): true, `<choose><when condition="@(true)">` + tag(`'used'`) + `</when></choose>`: true,
			tag(`'{{other}}'`):               true,
			"<!-- " + tag(`"used"`) + " -->": false,
			tag(`"unused"`):                  false,
			"<return-response><set-body><![CDATA[" + tag(`"used"`) + "]]></set-body></return-response>":                           false,
			"<return-response><set-body><data>" + tag(`"used"`) + "</data></set-body></return-response>":                          false,
			`<return-response><set-body>` + name + `="used"` + "</set-body></return-response>":                                    false,
			`<return-response><set-body>/loggers/used" /backends/used"` + "</set-body></return-response>":                         false,
			`<set-header name="a"><value>` + strings.NewReplacer(`"`, "", "<", "").Replace(tag("used")) + "</value></set-header>": false,
		}
	}
	header := func(value string) string { return `<set-header name="a"><value>` + value + `</value></set-header>` }
	for path, rows := range map[string]map[string]bool{
		"/loggers/used":         attribute("log-to-eventhub", "logger-id"),
		"/backends/used":        attribute("set-backend-service", "backend-id"),
		"/certificates/used":    attribute("authentication-certificate", "certificate-id"),
		"/policyFragments/used": attribute("include-fragment", "fragment-id"),
		"/namedValues/id": {
			header("a{{used}}b"): true, header("{{USED}}"): true, header("<![CDATA[{{used}}]]>"): true, header("{&#123;used}}"): true,
			`<set-backend-service base-url='https://{{used}}/' />`: true, header(`@(1 + "{{used}}")`): true,
			`<return-response><set-body><data x="{{used}}" /></set-body></return-response>`: true,
			header("{ {used}}"): false, header("{{unused}}"): false, "<!-- {{used}} -->": false,
			`<return-response><set-body><data><!-- {{used}} --></data></set-body></return-response>`: false,
		},
	} {
		for policies, keeps := range rows {
			s.keeps(path, "/policies/policy", "<policies><inbound>"+policies+"</inbound></policies>", keeps)
			s.keeps(path, "/policyFragments/holder", "<fragment>"+policies+"</fragment>", keeps)
		}
	}
}

// keeps checks whether a document at a holder, a policy or a fragment, keeps a
// resource from being deleted; afterwards the holder is gone.
func (s *service) keeps(resource, holder, document string, want bool) {
	s.T.Helper()
	stored := s.do("GET", resource, "").want(200).json()["properties"]
	value, _ := json.Marshal(document)
	s.put(holder, fmt.Sprintf(`{"value":%s,"format":"rawxml"}`, value))
	deleted := s.do("DELETE", resource, "", "If-Match", "*")
	if (deleted.status == 409) != want || want && !strings.Contains(deleted.body, `"code":"OperationNotAllowed"`) {
		s.T.Errorf("with %s\nDELETE %s answers %d %s; kept should be %t", document, resource, deleted.status, deleted.body, want)
	}
	s.do("DELETE", holder, "", "If-Match", "*")
	if deleted.status < 300 {
		properties, _ := json.Marshal(stored)
		s.put(resource, string(properties))
	}
}

func TestABackendDescriptionNamesNothing(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/backends/member", `{"url":"https://b.example","protocol":"http"}`)
	s.put("/namedValues/n", `{"displayName":"n","value":"x"}`)
	s.put("/certificates/c", `{"keyVault":{"secretIdentifier":"https://vault.example/secrets/c"}}`)
	all := []string{"/backends/member", "/namedValues/n", "/certificates/c"}
	s.put("/backends/user", `{"url":"https://b.example","protocol":"http",
		"description":"see /backends/member\" and {{n}} and /certificates/c\""}`)
	for _, path := range all {
		stored, _ := json.Marshal(s.do("GET", path, "").want(200).json()["properties"])
		if got := s.do("DELETE", path, "", "If-Match", "*").status; got >= 300 {
			t.Errorf("DELETE %s answers %d: a description keeps it", path, got)
		}
		s.put(path, string(stored))
	}
	s.put("/backends/uses", `{"url":"https://b.example","protocol":"http","credentials":{
		"certificateIds":["/subscriptions/s/resourceGroups/r/providers/Microsoft.ApiManagement/service/portico/certificates/C"],"header":{"x":["{{N}}"]}}}`)
	s.put("/backends/pool", `{"type":"Pool","protocol":"http","pool":{"services":[{"id":"/backends/MEMBER"}]}}`)
	for _, path := range all {
		s.do("DELETE", path, "", "If-Match", "*").want(409)
	}
}
