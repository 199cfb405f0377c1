package operations

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"time"
)

// certificate makes a certificate in base64 (DER).
func certificate() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "contoso"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// service calls what the service itself answers.
func (s *suite) service() {
	before := s.call(http.MethodGet, "/", "", nil)
	s.call(http.MethodPatch, "/", "", map[string]any{"tags": map[string]string{"a": "b"}, "properties": map[string]any{"publisherName": "Fabrikam"}})
	after := s.call(http.MethodGet, "/", "", nil)
	if after.properties()["publisherName"] != "Fabrikam" || after.properties()["publisherEmail"] != before.properties()["publisherEmail"] {
		s.Errorf("PATCH of the service: %s", after.text)
	}
	before.body["properties"].(map[string]any)["publisherEmail"] = "new@contoso.example"
	s.call(http.MethodPut, "/", "", before.body)
	if got := s.call(http.MethodGet, "/", "", nil); got.properties()["publisherEmail"] != "new@contoso.example" {
		s.Errorf("PUT of the service: %s", got.text)
	}
	s.call(http.MethodPost, "/getssotoken", "", nil)
}

// between calls the operations that are no life of a resource, while the resources are there.
func (s *suite) between(base string) {
	s.associations(base)
	s.recipients(base)
	s.actions(base)
	s.lists(base)
	if base == "" {
		s.usage()
	}
}

// associations calls the members of the older associations.
func (s *suite) associations(base string) {
	for _, a := range []string{
		"/products/{productId}/apis/{apiId}", "/products/{productId}/groups/{groupId}", "/groups/{groupId}/users/{userId}",
		"/apis/{apiId}/tags/{tagId}", "/apis/{apiId}/operations/{operationId}/tags/{tagId}", "/products/{productId}/tags/{tagId}",
	} {
		if path := base + a; s.has(http.MethodPut, path) {
			s.member(path, nil)
		}
	}
}

// member makes an association, finds it, deletes it and finds it gone.
func (s *suite) member(path string, body any) {
	collection := path[:strings.LastIndexByte(path, '/')]
	s.send(http.MethodDelete, s.address(path), "", nil, "") // links of the newer form may be there
	if got := s.call(http.MethodPut, path, "", body); got.status != http.StatusCreated {
		s.Errorf("PUT of the new %s: status %d", s.fill(path), got.status)
	}
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		if s.has(method, path) {
			s.call(method, path, "", nil)
		}
	}
	list := s.call(http.MethodGet, collection, "", nil)
	name := s.fill(path)[strings.LastIndexByte(s.fill(path), '/')+1:]
	if !strings.Contains(list.text, `"name":"`+strings.ReplaceAll(name, "%40", "@")+`"`) {
		s.Errorf("the list %s lacks %s: %s", s.fill(collection), name, list.text)
	}
	// What has no ETag compares none (apim-rest.md §2.2).
	s.status(s.send(http.MethodPut, s.address(path), "", body, `"other"`), "PUT of "+path+" with If-Match", http.StatusOK)
	s.status(s.send(http.MethodDelete, s.address(path), "", nil, `"other"`), "DELETE of "+path+" with If-Match", http.StatusOK)
	s.send(http.MethodPut, s.address(path), "", body, "")
	s.call(http.MethodDelete, path, "", nil)
	if got := s.send(http.MethodHead, s.address(path), "", nil, ""); got.status != http.StatusNotFound {
		s.Errorf("HEAD of %s after it was deleted: status %d", s.fill(path), got.status)
	}
	s.call(http.MethodPut, path, "", body)
}

func (s *suite) recipients(base string) {
	s.names["email"] = "ops@contoso.example"
	s.member(base+"/notifications/{notificationName}/recipientEmails/{email}", nil)
	s.member(base+"/notifications/{notificationName}/recipientUsers/{userId}", nil)
	got := s.call(http.MethodGet, base+"/notifications/{notificationName}", "", nil)
	if !strings.Contains(got.text, "ops@contoso.example") || !strings.Contains(got.text, `"users":["ann"]`) {
		s.Errorf("the notification does not show its recipients: %s", got.text)
	}
	if base == "" {
		s.call(http.MethodGet, "/notifications", "", nil)
	}
}

// actions calls the POST actions of resources.
func (s *suite) actions(base string) {
	body := map[string]any{"properties": map[string]any{"keyType": "primary", "expiry": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}}
	for _, o := range s.operations {
		inside := strings.HasPrefix(o.Path, "/workspaces/{workspaceId}")
		if o.Method != http.MethodPost || o.Class == "X" || inside != (base != "") || strings.Contains(o.Path, "{configurationName}") {
			continue
		}
		if strings.Contains(o.Path, "/confirmations/password/") { // for people who have none yet
			s.names["userId"] = "invited"
			s.send(http.MethodPut, s.address("/users/{userId}"), "", map[string]any{"properties": map[string]any{"firstName": "I", "lastName": "N", "email": "invited@contoso.example"}}, "")
		}
		a := s.call(http.MethodPost, o.Path, "", body)
		s.names["userId"] = "ann"
		if o.Codes[0] == http.StatusOK && a.text == "" {
			s.Errorf("%s answers nothing", o)
		}
	}
}

// lists calls the lists and the reads that are computed.
func (s *suite) lists(base string) {
	for _, o := range s.operations {
		inside := strings.HasPrefix(o.Path, "/workspaces")
		if o.Method != http.MethodGet || o.Class == "X" || inside != (base != "") || o.answered || strings.HasPrefix(o.Path, "/quotas") || strings.HasPrefix(o.Path, "/reports") {
			continue
		}
		query := ""
		for _, q := range o.Query {
			switch q {
			case "export":
				query += "&export=true&format=openapi-link"
			case "$top":
				query += "&$top=1"
			case "scope":
				query += "&scope=Api"
			}
		}
		if strings.HasSuffix(o.Path, "/tags") && query != "" {
			query = "&$top=1"
		}
		s.names["sid"] = "sub"
		s.call(http.MethodGet, o.Path, query, nil)
	}
}

// usage calls reports and quotas.
func (s *suite) usage() {
	for _, o := range s.operations {
		if strings.HasPrefix(o.Path, "/reports/") {
			s.call(http.MethodGet, o.Path, "&$filter=timestamp+ge+datetime'2026-01-01T00:00:00'+and+timestamp+le+datetime'2026-02-01T00:00:00'&interval=PT15M", nil)
		}
	}
	s.names["quotaCounterKey"], s.names["quotaPeriodKey"] = "ba", "0_P1D"
	value := map[string]any{"properties": map[string]any{"callsCount": 5, "kbTransferred": 2.5}}
	period := "/quotas/{quotaCounterKey}/periods/{quotaPeriodKey}"
	s.call(http.MethodPatch, period, "", value)
	if got := s.call(http.MethodGet, period, "", nil); !strings.Contains(got.text, `"callsCount":5`) {
		s.Errorf("the counter was not set: %s", got.text)
	}
	s.call(http.MethodPatch, "/quotas/{quotaCounterKey}", "", map[string]any{"properties": map[string]any{"callsCount": 0}})
	if got := s.call(http.MethodGet, "/quotas/{quotaCounterKey}", "", nil); !strings.Contains(got.text, `"callsCount":0`) {
		s.Errorf("the counter was not reset: %s", got.text)
	}
}
