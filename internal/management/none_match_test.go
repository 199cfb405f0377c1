package management

import (
	"net/http"
	"strings"
	"testing"
)

func TestIfNoneMatchCreatesAndNeverReplaces(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/a", `{"path":"a"}`)
	s.put("/products/p", `{"displayName":"P"}`)
	s.put("/contentTypes/page", `{"name":"Page","description":"d","version":"1.0.0","schema":{}}`)
	s.put("/users/u", `{"email":"u@example.com","firstName":"F","lastName":"L"}`)
	for _, entity := range []struct{ path, first, second string }{
		{"/tags/t", `{"displayName":"T"}`, `{"displayName":"Other"}`},
		{"/apis/b", `{"path":"b"}`, `{"path":"c"}`},
		{"/apis/a/operations/o", `{"displayName":"O","method":"GET","urlTemplate":"/o"}`, `{"displayName":"Other","method":"GET","urlTemplate":"/o"}`},
		{"/products/q", `{"displayName":"Q"}`, `{"displayName":"Other"}`},
		{"/users/v", `{"email":"v@example.com","firstName":"F","lastName":"L"}`, `{"email":"w@example.com","firstName":"F","lastName":"L"}`},
		{"/subscriptions/s", `{"displayName":"S","scope":"/apis"}`, `{"displayName":"Other","scope":"/apis"}`},
		{"/policies/policy", `{"value":"<policies/>"}`, `{"value":"<policies><inbound/></policies>"}`},
		{"/contentTypes/page/contentItems/x", `{"en_us":{"title":"x"}}`, `{"en_us":{"title":"y"}}`},
		{"/products/p/apis/a", `{}`, `{}`},
		{"/apis/a/tags/t", `{}`, `{}`},
		{"/products/q/apiLinks/l", `{"apiId":"/apis/a"}`, `{"apiId":"/apis/a"}`},
		{"/notifications/BCC/recipientEmails/a@example.com", `{}`, `{}`},
		{"/notifications/BCC/recipientUsers/u", `{}`, `{}`},
		{"/providers/Microsoft.Authorization/roleDefinitions/11111111-1111-1111-1111-111111111111", `{"roleName":"R","permissions":[{"actions":["*/read"]}]}`, `{"roleName":"Other","permissions":[{"actions":["*"]}]}`},
	} {
		if entity.path == "/policies/policy" {
			s.do("DELETE", entity.path, "", "If-Match", "*")
		}
		if got := s.do("PUT", entity.path, `{"properties":`+entity.first+`}`, "If-None-Match", "*"); got.status != http.StatusCreated {
			t.Errorf("PUT of the new %s answers %d: %s", entity.path, got.status, got.body)
		}
		before := s.do("GET", entity.path, "").body
		for _, more := range [][]string{nil, {"If-Match", "*"}} {
			got := s.do("PUT", entity.path, `{"properties":`+entity.second+`}`, append(more, "If-None-Match", " * ")...)
			if got.status != http.StatusPreconditionFailed {
				t.Errorf("PUT of %s, which is there, answers %d: %s", entity.path, got.status, got.body)
			}
		}
		if after := s.do("GET", entity.path, "").body; after != before {
			t.Errorf("%s was replaced: %s", entity.path, after)
		}
	}
	s.do("PUT", "/tenant/access", `{"properties":{"enabled":true}}`, "If-None-Match", "*").want(412)
	s.do("PUT", "/tags/none", `{"properties":{"displayName":"N"}}`, "If-None-Match", "*", "If-Match", `"other"`).want(412)
	s.do("PUT", "/tags/t", `{"properties":{"displayName":"Other"}}`).want(200)
}

func TestConflictsNameNothingOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, w := range []string{"one", "two"} {
		s.put("/workspaces/"+w, `{"displayName":"`+w+`"}`)
	}
	s.put("/workspaces/one/apis/hiddenname", `{"path":"hiddenpath","displayName":"Hidden title"}`)
	s.put("/workspaces/one/products/hiddenname", `{"displayName":"Hidden title"}`)
	s.put("/loggers/l", `{"loggerType":"azureEventHub","credentials":{"name":"n","connectionString":"c"}}`)
	s.put("/workspaces/one/apis/hiddenname/diagnostics/applicationinsights", `{"loggerId":"/loggers/l"}`)
	contributor := s.holder("API Management Workspace Contributor", "/workspaces/two")
	refused := []*response{
		s.do("PUT", "/workspaces/two/apis/x", `{"properties":{"path":"HiddenPath"}}`, "Authorization", contributor).want(409),
		s.do("PUT", "/apis/x", `{"properties":{"path":"hiddenpath"}}`).want(409),
	}
	if got := s.do("DELETE", "/loggers/l", "", "If-Match", "*"); got.status == http.StatusConflict {
		refused = append(refused, got)
	} else {
		t.Errorf("a logger that a workspace uses is deleted: %d %s", got.status, got.body)
	}
	for _, got := range refused {
		for _, word := range []string{"hiddenname", "Hidden title", "/workspaces/one"} {
			if strings.Contains(got.body, word) {
				t.Errorf("the conflict names %q: %s", word, got.body)
			}
		}
	}
	s.put("/workspaces/two/products/p", `{"displayName":"P"}`)
	var said []string
	for _, id := range []string{"hiddenname", "nothing"} {
		got := s.do("PUT", "/workspaces/two/products/p/apiLinks/l", `{"properties":{"apiId":"/workspaces/one/apis/`+id+`"}}`, "Authorization", contributor).want(400)
		said = append(said, strings.ReplaceAll(got.body, id, ""))
		group := s.do("PUT", "/workspaces/two/products/p/groupLinks/l", `{"properties":{"groupId":"/workspaces/one/groups/`+id+`"}}`, "Authorization", contributor).want(400)
		if !strings.Contains(group.body, "another workspace") {
			t.Errorf("%s", group.body)
		}
	}
	if said[0] != said[1] {
		t.Errorf("what another workspace has is told from what it has not: %q", said)
	}
	s.put("/workspaces/two/apis/own", `{"path":"own"}`)
	if got := s.do("PUT", "/workspaces/two/apis/x", `{"properties":{"path":"own"}}`, "Authorization", contributor).want(409); !strings.Contains(got.body, "own") {
		t.Errorf("the conflict within a workspace does not name the other: %s", got.body)
	}
}
