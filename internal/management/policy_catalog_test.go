package management

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestARestrictionAtAnAPIHoldsForItsRevisionsAndOperations(t *testing.T) {
	t.Parallel()
	s := newService(t)
	bare := `{"value":"<policies><inbound/></policies>"}`
	for _, api := range []string{"/apis/x", "/apis/other"} {
		s.put(api, `{"path":"`+api[6:]+`"}`)
		s.put(api+"/operations/o", `{"displayName":"O","method":"GET","urlTemplate":"/"}`)
		s.put(api+"/operations/o/policies/policy", bare)
	}
	s.put("/policyRestrictions/r", `{"scope":"/apis/x","requireBase":"true"}`)
	got := s.do("POST", "/validatePolicies", "").want(200).body
	if !strings.Contains(got, "1 policies do not comply") || !strings.Contains(got, "/apis/x") || strings.Contains(got, "/apis/other") {
		t.Errorf("what lacks <base/> where /apis/x requires it: %s", got)
	}
}

// TestBothListsOfPoliciesSayWhichComply compares what GET of all policies calls
// not compliant with what the check of all policies reports.
func TestBothListsOfPoliciesSayWhichComply(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/x", `{"path":"x"}`)
	s.put("/apis/x/operations/o", `{"displayName":"O","method":"GET","urlTemplate":"/"}`)
	s.put("/apis/x/policies/policy", `{"value":"<policies><inbound><base/></inbound></policies>"}`)
	s.put("/apis/x/operations/o/policies/policy", `{"value":"<policies><inbound/></policies>"}`)
	s.put("/apis/x/resolvers/r", `{"displayName":"R","path":"Query/r"}`)
	s.put("/apis/x/resolvers/r/policies/policy", `{"value":"<http-data-source><http-request><set-method>GET</set-method><set-url>https://a.example</set-url></http-request></http-data-source>"}`)
	s.put("/policyRestrictions/r", `{"scope":"/apis/x","requireBase":"true"}`)
	var all struct {
		Value []struct {
			Properties struct{ ReferencePolicyID, ComplianceState string }
		}
	}
	var checked struct {
		Properties struct{ ActionLog []struct{ ObjectKey string } }
	}
	for body, v := range map[string]any{s.do("GET", "/allPolicies", "").want(200).body: &all, s.do("POST", "/validatePolicies", "").want(200).body: &checked} {
		if err := json.Unmarshal([]byte(body), v); err != nil {
			t.Fatal(err)
		}
	}
	var broken, reported []string
	for _, p := range all.Value {
		if p.Properties.ComplianceState != "Compliant" {
			broken = append(broken, p.Properties.ReferencePolicyID)
		}
	}
	for _, l := range checked.Properties.ActionLog {
		reported = append(reported, l.ObjectKey)
	}
	if len(all.Value) < 3 || len(reported) != 1 || !strings.Contains(reported[0], "/operations/o/") || !slices.Equal(broken, reported) {
		t.Errorf("of %d policies %v are not compliant, and %v are reported", len(all.Value), broken, reported)
	}
}
