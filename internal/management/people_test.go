package management

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/account"
)

func TestAssociations(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/Echo", `{"path":"echo"}`)
	s.put("/products/p", `{"displayName":"P"}`)
	s.put("/groups/g", `{"displayName":"G"}`)
	s.put("/users/u", `{"email":"u@example.com","firstName":"U","lastName":"U"}`)
	s.put("/tags/t", `{"displayName":"T"}`)
	for _, member := range []struct{ path, listed, back string }{
		{"/products/p/apis/echo", "Echo", "/apis/echo/products"},
		{"/products/p/groups/g", "administrators g", ""},
		{"/groups/g/users/u", "u", "/users/u/groups"},
	} {
		s.do("HEAD", member.path, "").want(404)
		s.do("PUT", member.path, "").want(201)
		s.do("PUT", member.path, "").want(200)
		s.do("HEAD", member.path, "").want(204)
		list := member.path[:strings.LastIndex(member.path, "/")]
		if names := s.do("GET", list, "").names(); names != member.listed {
			t.Errorf("%s: %q, want %q", list, names, member.listed)
		}
		if member.back != "" && s.do("GET", member.back, "").names() == "" {
			t.Errorf("%s is empty", member.back)
		}
		s.do("DELETE", member.path, "").want(200)
		s.do("DELETE", member.path, "").want(204)
		s.do("HEAD", member.path, "").want(404)
		s.do("PUT", list+"/none", "").want(404)
		s.do("DELETE", list+"/none", "").want(204)
	}
	etag := s.do("GET", "/tags/t", "").header.Get("ETag")
	tagged := s.do("PUT", "/products/p/tags/t", "").want(201)
	if tagged.json()["id"] != "/tags/t" || tagged.header.Get("ETag") != etag {
		t.Errorf("tagging: %s", tagged.body)
	}
	if r := s.do("HEAD", "/products/p/tags/t", "").want(200); r.header.Get("ETag") != etag {
		t.Error("HEAD of a tag has no ETag")
	}
	s.do("DELETE", "/tags/t", "", "If-Match", "*").want(200)
	s.do("GET", "/products/p/tags/t", "").want(404)
}

func TestOneOpenProductAnAPI(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/echo", `{"path":"echo"}`)
	s.put("/products/open", `{"displayName":"Open","subscriptionRequired":false}`)
	s.put("/products/other", `{"displayName":"Other","subscriptionRequired":false}`)
	s.do("PUT", "/products/open/apis/echo", "").want(201)
	s.do("PUT", "/products/other/apis/echo", "").want(400).failure()
	s.do("PATCH", "/products/other", `{"properties":{"subscriptionRequired":true}}`, "If-Match", "*").want(200)
	s.do("PUT", "/products/other/apis/echo", "").want(201)
	s.do("PATCH", "/products/other", `{"properties":{"subscriptionRequired":false}}`, "If-Match", "*").want(400).failure()
}

func TestBuiltInGroups(t *testing.T) {
	t.Parallel()
	s := newService(t)
	if names := s.do("GET", "/groups", "").names(); names != "administrators developers guests" {
		t.Errorf("groups: %s", names)
	}
	s.do("PATCH", "/groups/developers", `{"properties":{"displayName":"X"}}`, "If-Match", "*").want(409).failure()
	s.do("DELETE", "/groups/administrators", "", "If-Match", "*").want(409).failure()
	s.do("PUT", "/groups/guests/users/1", "").want(409).failure()
}

func TestUsersAndTheirPasswords(t *testing.T) {
	t.Parallel()
	s := newService(t)
	r := s.put("/users/ann", `{"email":"ann@example.com","firstName":"Ann","lastName":"A","password":"secret-of-ann"}`)
	if strings.Contains(r.body, "secret-of-ann") || strings.Contains(s.do("GET", "/users/ann", "").body, "password") {
		t.Error("the password is shown")
	}
	if p := r.properties(); p["state"] != "active" || p["registrationDate"] == nil || p["identities"] == nil {
		t.Errorf("%v", p)
	}
	if _, err := s.accounts.CheckCredentials(t.Context(), "ann@example.com", "secret-of-ann", account.Client{Address: "127.0.0.1"}); err != nil {
		t.Errorf("the password does not work: %v", err)
	}
	s.do("PATCH", "/users/ann", `{"properties":{"note":"hello"}}`, "If-Match", "*").want(200)
	if _, err := s.accounts.CheckCredentials(t.Context(), "ann@example.com", "secret-of-ann", account.Client{Address: "127.0.0.1"}); err != nil {
		t.Errorf("a PATCH took the password away: %v", err)
	}
	if names := s.do("GET", "/users?$filter=email+eq+'ANN@example.com'", "").names(); names != "ann" {
		t.Errorf("found %s", names)
	}
	if names := s.do("GET", "/users/ann/groups", "").names(); names != "developers" {
		t.Errorf("in groups %s", names)
	}
	s.do("DELETE", "/users/ann", "", "If-Match", "*").want(200)
	s.do("GET", "/users/ann", "").want(404)
	s.do("DELETE", "/users/1", "", "If-Match", "*").want(400).failure()
}

func TestUserTokens(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, body := range []string{`{"keyType":"primary","expiry":"` + inAnHour(s) + `"}`, `{"properties":{"keyType":"secondary","expiry":"` + inAnHour(s) + `"}}`} {
		token := s.do("POST", "/users/1/token", body).want(200).json()["value"].(string)
		s.do("GET", "/apis", "", "Authorization", "SharedAccessSignature "+token).want(200)
	}
	for body, target := range map[string]string{
		``: "expiry", `{}`: "expiry", `{"expiry":"soon"}`: "expiry", `{"expiry":"2001-01-01T00:00:00Z"}`: "expiry",
		`{"expiry":"2999-01-01T00:00:00Z"}`: "expiry", `{"keyType":"third","expiry":"` + inAnHour(s) + `"}`: "keyType", `{"keyType":1}`: "keyType",
	} {
		if _, targets := s.do("POST", "/users/1/token", body).want(400).failure(); targets != target {
			t.Errorf("%s: %s", body, targets)
		}
	}
	s.do("POST", "/users/none/token", `{"expiry":"`+inAnHour(s)+`"}`).want(404).failure()
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		s.put("/users/ann", `{"email":"ann@example.com","firstName":"Ann","lastName":"A"}`)
		s.put("/products/p", `{"displayName":"P"}`)
		long := prefix + "/subscriptions/sub?api-version=1"
		r := s.put(long, `{"displayName":"S","scope":"`+prefix+`/products/p","ownerId":"`+prefix+`/users/ann","primaryKey":"first-key","state":"active"}`)
		if p := r.properties(); p["scope"] != prefix+"/products/p" || p["ownerId"] != prefix+"/users/ann" || p["state"] != "active" || p["createdDate"] == nil {
			t.Errorf("%v", p)
		}
		if strings.Contains(r.body, "first-key") || strings.Contains(s.do("GET", "/subscriptions", "").body, "first-key") {
			t.Error("a key is shown")
		}
		if p := s.do("GET", "/subscriptions/sub", "").properties(); p["scope"] != "/products/p" {
			t.Errorf("short: %v", p)
		}
		secrets := s.do("POST", "/subscriptions/sub/listSecrets", "").want(200)
		if secrets.json()["primaryKey"] != "first-key" || secrets.json()["secondaryKey"] == "" || secrets.header.Get("ETag") == "" {
			t.Errorf("secrets: %s", secrets.body)
		}
		s.do("POST", "/subscriptions/sub/regeneratePrimaryKey", "").want(204)
		if now := s.do("POST", "/subscriptions/sub/listSecrets", "").json(); now["primaryKey"] == "first-key" || now["secondaryKey"] != secrets.json()["secondaryKey"] {
			t.Errorf("after regenerating: %v", now)
		}
		for _, list := range []string{"/users/ann/subscriptions", "/products/p/subscriptions",
			"/subscriptions?$filter=userId+eq+'ann'", "/subscriptions?$filter=productId+eq+'p'", "/subscriptions?$filter=ownerId+eq+'/users/ann'+and+state+eq+'active'"} {
			if names := s.do("GET", list, "").names(); names != "sub" {
				t.Errorf("%s: %q", list, names)
			}
		}
		s.do("PATCH", "/subscriptions/sub", `{"properties":{"state":"suspended"}}`, "If-Match", "*").want(200)
		s.do("PUT", "/subscriptions/x", `{"properties":{"displayName":"S","scope":"/products/none"}}`).want(400).failure()
		s.do("DELETE", "/products/p", "", "If-Match", "*").want(409).failure()
		s.do("DELETE", "/users/ann", "", "If-Match", "*").want(409).failure()
		s.do("DELETE", "/products/p?deleteSubscriptions=true", "", "If-Match", "*").want(200)
		s.do("GET", "/subscriptions/sub", "").want(404)
		if names := s.do("GET", "/users/ann/subscriptions", "").names(); names != "" {
			t.Errorf("left: %s", names)
		}
	})
}

func TestTenantAccess(t *testing.T) {
	t.Parallel()
	s := newService(t)
	r := s.do("GET", "/tenant/access", "").want(200)
	if p := r.properties(); p["enabled"] != true || strings.Contains(r.body, "Key") {
		t.Errorf("%s", r.body)
	}
	before := s.do("POST", "/tenant/access/listSecrets", "").want(200).json()
	s.do("POST", "/tenant/access/regenerateSecondaryKey", "").want(204)
	after := s.do("POST", "/tenant/access/listSecrets", "").want(200).json()
	if before["primaryKey"] != after["primaryKey"] || before["secondaryKey"] == after["secondaryKey"] || after["enabled"] != true {
		t.Errorf("keys before %v, after %v", before, after)
	}
	s.do("DELETE", "/tenant/access", "", "If-Match", "*").want(405).failure()
	chosen := strings.Repeat("k", 40)
	if r := s.do("PATCH", "/tenant/access", `{"properties":{"secondaryKey":"`+chosen+`"}}`, "If-Match", "*").want(200); strings.Contains(r.body, chosen) {
		t.Errorf("a key is shown: %s", r.body)
	}
	if got := s.do("POST", "/tenant/access/listSecrets", "").json(); got["secondaryKey"] != chosen {
		t.Errorf("the chosen key was not kept: %v", got)
	}
	if _, targets := s.do("PATCH", "/tenant/access", `{"properties":{"secondaryKey":"short"}}`, "If-Match", "*").want(400).failure(); targets != "secondaryKey" {
		t.Errorf("targets %s", targets)
	}
	s.do("POST", "/tenant/access/regeneratePrimaryKey", "").want(204)
	s.do("GET", "/apis", "").want(401)
}

func TestPortalRevisions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/contentTypes/page", `{"name":"Page"}`)
	first := s.put("/portalRevisions/20260101000000", `{"description":"one","isCurrent":true}`)
	if first.json()["name"] != "20260101000000" || first.properties()["status"] == nil {
		t.Errorf("%s", first.body)
	}
	s.do("PUT", "/portalRevisions/20260101000000", `{"properties":{}}`).want(409).failure()
	s.do("PUT", "/portalRevisions/a*b", `{"properties":{}}`).want(400).failure()
	s.do("PUT", "/portalRevisions/bad", `{"properties":{"isCurrent":"yes"}}`).want(400).failure()
	s.do("PATCH", "/portalRevisions/20260101000000", `{"properties":{"description":"changed","status":"x"}}`, "If-Match", first.header.Get("ETag")).want(200)
	if p := s.do("GET", "/portalRevisions/20260101000000", "").properties(); p["description"] != "changed" || p["status"] != first.properties()["status"] {
		t.Errorf("after PATCH: %v", p)
	}
	if names := s.do("GET", "/portalRevisions?$filter=contains(description,'chang')", "").names(); names != "20260101000000" {
		t.Errorf("listed: %s", names)
	}
	s.do("PATCH", "/portalRevisions/none", `{"properties":{"isCurrent":true}}`, "If-Match", "*").want(404).failure()
}

// An administrator sees where a user is signed in, and ends it.
func TestTheSessionsOfAUser(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/users/ann", `{"email":"ann@example.com","firstName":"Ann","lastName":"A"}`)
	started, err := s.accounts.StartSession(t.Context(), "ann", account.Client{Address: "192.0.2.7:1", UserAgent: "Firefox"})
	if err != nil {
		t.Fatal(err)
	}
	s.do("GET", "/users/nobody/sessions", "").want(404)
	if got := s.do("GET", "/users/ann/sessions", "").want(200).body; !strings.Contains(got, "192.0.2.7") || strings.Contains(got, started.SessionID) {
		t.Errorf("the sessions are %s", got)
	}
	s.do("DELETE", "/users/ann/sessions", "").want(204)
	if _, err := s.accounts.Visitor(t.Context(), started.SessionID); err == nil {
		t.Error("the user is still signed in")
	}
}
