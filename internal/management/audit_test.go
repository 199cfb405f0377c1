package management

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// auditOf reads a list of the audit log as "action resource" lines, to its end.
func (s *service) auditOf(query string) (lines []string) {
	s.Helper()
	for next := "/auditLogs?" + query; next != ""; {
		body := s.do("GET", next, "").want(200).json()
		for _, e := range body["value"].([]any) {
			entry := e.(map[string]any)
			line := entry["action"].(string)
			if id, ok := entry["resourceId"].(string); ok {
				line += " " + id
			}
			lines = append(lines, line)
		}
		next, _ = body["nextLink"].(string)
		next = strings.TrimPrefix(next, s.url)
	}
	return lines
}

func TestTheAuditLogIsReadNewestFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		s.do("PUT", "/products/gold", `{"properties":{"displayName":"Gold"}}`).want(201)
		s.do("PUT", "/namedValues/pin", `{"properties":{"displayName":"pin","value":"s3cret-in-clear","secret":true}}`).want(201)
		s.put("/backends/orders", `{"url":"https://orders.example","protocol":"http","proxy":{"url":"https://proxy.example","username":"u","password":"s3cret-in-clear"},"credentials":{
			"header":{"x-key":["s3cret-in-clear"]},"query":{"code":["s3cret-in-clear"]},"authorization":{"scheme":"Basic","parameter":"s3cret-in-clear"}}}`)
		s.do("DELETE", "/products/gold", "").want(200)
		all := s.auditOf("$top=7")
		if len(all) < 20 || all[0] != "delete /products/gold" {
			t.Errorf("there are %d entries, the newest is %s", len(all), all[0])
		}
		for _, line := range s.auditOf("resource=/PRODUCTS/gold&$top=1") {
			if !strings.HasSuffix(line, "/products/gold") {
				t.Errorf("of the product there is %s", line)
			}
		}
		if got := s.auditOf("resource=/products/gol"); len(got) != 0 {
			t.Errorf("of a product that is not there: %v", got)
		}
		if own, others := len(s.auditOf("actor=integration")), len(s.auditOf("actor="+store.System)); own < 3 || own+others != len(all) {
			t.Errorf("%d entries are of the caller, %d of the system, %d of all", own, others, len(all))
		}
		if late := s.auditOf("since=" + time.Now().Add(time.Hour).UTC().Format(time.RFC3339)); len(late) != 0 {
			t.Errorf("since the next hour: %v", late)
		}
		if text := s.do("GET", "/auditLogs?$top=1000", "").want(200).body; strings.Contains(text, "s3cret-in-clear") || !strings.Contains(text, "/namedvalues/pin") {
			t.Error("the log holds a secret in clear, or nothing of it")
		}
		s.do("GET", "/auditLogs?since=yesterday", "").want(http.StatusBadRequest)
	})
}

func TestOnlyAdministratorsAndOwnersReadTheAuditLog(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for role, allowed := range map[string]bool{"Owner": true, "Contributor": false, "Reader": false, "API Management Service Reader Role": false, "API Management Service Contributor": false} {
		got := s.do("GET", "/auditLogs", "", "Authorization", s.holder(role, ""))
		if (got.status == http.StatusOK) != allowed {
			t.Errorf("%s: %d", role, got.status)
		}
	}
}

// TestTheHistoryOfAnAPIIsFoundByEveryAddress asks for an operation's changes and
// findings by what people know of it: the API, its revision, the operation.
func TestTheHistoryOfAnAPIIsFoundByEveryAddress(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		for _, api := range []string{"x_y", "xzy"} {
			s.put("/apis/"+api, `{"path":"`+api+`"}`)
			s.put("/apis/"+api+"/operations/o", `{"displayName":"O","method":"GET","urlTemplate":"/o","colour":"red"}`)
		}
		s.put("/apis/x_y;rev=2", `{"path":"x_y","sourceApiId":"/apis/x_y"}`)
		s.put("/apis/x_y;rev=2/operations/other", `{"displayName":"O","method":"GET","urlTemplate":"/other","colour":"red"}`)
		for resource, want := range map[string]string{
			"/apis/X_y":                     "findings/operations/o findings/operations/other put put/operations/o put/operations/other",
			"/apis/x_y;rev=1":               "findings/operations/o put put/operations/o",
			"/apis/x_y;rev=2":               "findings/operations/other put put/operations/other",
			"/apis/x_y/operations/O":        "findings/operations/o put/operations/o",
			"/apis/x_y/operations":          "findings/operations/o findings/operations/other put/operations/o put/operations/other",
			"/apis/x_y;rev=1/operations/o":  "findings/operations/o put/operations/o",
			"/apis/x_y;rev=1/operations/ot": "",
			"/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico/apis/x_y;rev=1/operations/o": "findings/operations/o put/operations/o",
		} {
			var got []string
			for _, line := range s.auditOf("resource=" + url.QueryEscape(resource)) {
				action, id, _ := strings.Cut(line, " ")
				api, below, _ := strings.Cut(id, ";rev=")
				if api != "/apis/x_y" {
					t.Errorf("%s has %s", resource, line)
				}
				if action == "put" || action == "findings" {
					got = append(got, action+below[1:])
				}
			}
			slices.Sort(got)
			if text := strings.Join(slices.Compact(got), " "); text != want {
				t.Errorf("%s has %s", resource, text)
			}
		}
	})
}
