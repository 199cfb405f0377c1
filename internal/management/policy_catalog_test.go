package management

import (
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
