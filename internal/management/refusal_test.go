package management

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/audit"
)

// Whoever reads the audit log sees what was refused: whose token it was, what for,
// why, and where it came from.
func TestRefusedCallsAreInTheAuditLog(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/users/ann", `{"email":"ann@example.com","firstName":"Ann","lastName":"A","password":"secret-of-ann"}`)
	mint := func() string {
		t.Helper()
		token, err := s.accounts.MintToken(t.Context(), "ann", "", time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return account.Authorization(token)
	}
	as := func(token string) *service { return &service{T: t, handler: s.handler, url: s.url, token: token} }
	good := mint()
	as(good).do("DELETE", "/apis/orders", "").want(403)
	for range 3 {
		as("SharedAccessSignature forged&209901010000&AAAA").do("GET", "/apis", "").want(401)
	}
	as("").do("GET", "/apis", "").want(401)
	s.do("PATCH", "/users/ann", `{"properties":{"password":"another-of-ann"}}`).want(200)
	as(good).do("GET", "/users/ann", "").want(401)
	s.do("GET", "/content/x?sig=wrong&sv=2020-02-10", "").want(403)

	log := func(query string) (list []audit.Entry) {
		t.Helper()
		var got struct{ Value []audit.Entry }
		if err := json.Unmarshal([]byte(s.do("GET", "/auditLogs?"+query, "").want(200).body), &got); err != nil {
			t.Fatal(err)
		}
		return got.Value
	}
	reasons := func(query string) string {
		t.Helper()
		var all []string
		for _, e := range log(query) {
			if e.IPAddress != "127.0.0.1" || e.Outcome == "succeeded" {
				t.Errorf("an entry is %+v", e)
			}
			all = append(all, e.Actor+" "+e.ResourceID+" "+string(e.After))
		}
		return strings.Join(all, "\n")
	}
	if got := reasons("outcome=denied"); !strings.HasPrefix(got, "ann /apis/orders ") || !strings.Contains(got, "apis/delete") || strings.Contains(got, "\n") {
		t.Errorf("what ann may not do: %q", got)
	}
	failed := reasons("outcome=failed&action=authenticate")
	for _, want := range []string{"the token was revoked", "signature of an address", "unknown "} {
		if !strings.Contains(failed, want) {
			t.Errorf("the refused calls do not have %q: %s", want, failed)
		}
	}
	if !strings.Contains(reasons("actor=ann&action=authenticate"), "revoked") {
		t.Error("the owner of the revoked token is not named")
	}
	if strings.Contains(failed, "AAAA") || strings.Contains(failed, "wrong\"") {
		t.Errorf("a token is in the log: %s", failed)
	}
	if n := len(log("address=127.0.0.1&outcome=denied")); n != 1 || len(log("address=192.0.2.1")) != 0 || len(log("action=nothing")) != 0 {
		t.Error("the filters by address and action do not filter")
	}
	later, earlier := url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)), url.QueryEscape(time.Now().Add(-time.Hour).Format(time.RFC3339))
	if len(log("until="+earlier)) != 0 || len(log("since="+later)) != 0 || len(log("since="+earlier+"&until="+later)) == 0 {
		t.Error("the filters by time do not filter")
	}
	s.do("GET", "/auditLogs?outcome=bad", "").want(400)
	s.do("GET", "/auditLogs?until=yesterday", "").want(400)
}
