package operations

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
)

// noTag is an If-Match header that is there and empty; net/http drops the blank.
const noTag = " "

// TestWritesNeedNoCondition changes and deletes a resource of every kind as tools
// in the field do: without If-Match, or with an empty one (as-code.md).
func TestWritesNeedNoCondition(t *testing.T) {
	s := newSuite(t)
	s.lives(func(f *fixture) {
		if s.has(http.MethodPatch, f.path) {
			for _, ifMatch := range []string{"", noTag} {
				got := s.send(http.MethodPatch, s.address(f.path), f.query, map[string]any{"properties": map[string]any{}}, ifMatch)
				s.status(got, "PATCH of "+f.path, http.StatusOK, http.StatusNoContent)
			}
		}
		if !f.once {
			s.status(s.send(http.MethodPut, s.address(f.path), f.query, f.body(), noTag), "PUT of "+f.path, http.StatusOK)
			s.status(s.send(http.MethodPut, s.address(f.path), f.query, f.body(), `"other"`), "PUT of another "+f.path, http.StatusPreconditionFailed)
		}
		if s.has(http.MethodDelete, f.path) {
			s.status(s.send(http.MethodDelete, s.address(f.path), f.deleteQuery, nil, `"other"`), "DELETE of another "+f.path, http.StatusPreconditionFailed)
		}
	})
}

// TestDeleteSaysWhetherSomethingWasThere: 200 when something was removed and 204
// when nothing was there. Since 2024-05-01 an API and a user answer 204 always.
func TestDeleteSaysWhetherSomethingWasThere(t *testing.T) {
	s := newSuite(t)
	s.lives(func(f *fixture) {
		if !s.has(http.MethodDelete, f.path) {
			return
		}
		always := strings.HasSuffix(f.path, "/apis/{apiId}") || f.path == "/users/{userId}"
		for _, version := range []string{"2024-05-01", "2025-09-01-preview", "2023-09-01-preview", "2021-08-01"} {
			first := http.StatusOK
			if always && version >= "2024-05-01" {
				first = http.StatusNoContent
			}
			s.version = version
			s.status(s.send(http.MethodDelete, s.address(f.path), f.deleteQuery, nil, noTag), version+": DELETE of "+f.path, first)
			s.status(s.send(http.MethodDelete, s.address(f.path), f.deleteQuery, nil, ""), version+": second DELETE of "+f.path, http.StatusNoContent)
			s.version = ""
			if again := s.send(http.MethodPut, s.address(f.path), f.query, f.body(), ""); again.status >= 300 {
				s.Fatalf("PUT of %s once more: status %d: %s", f.path, again.status, again.text)
			}
		}
	})
}

// lives makes all resources of the service and of a workspace, and does
// something with each, from the last to the first, before it goes.
func (s *suite) lives(do func(f *fixture)) {
	s.names = map[string]string{"settingsType": "public", "accessName": "access", "notificationName": "BCC", "policyId": "policy"}
	s.life("", serviceFixtures(), do)
	s.forWorkspace()
	s.life("/workspaces/{workspaceId}", workspaceFixtures(), do)
}

func (s *suite) life(base string, fixtures []*fixture, do func(f *fixture)) {
	for _, f := range placed(base, fixtures) {
		s.name(f)
		s.status(s.send(http.MethodPut, s.address(f.path), f.query, f.body(), ""), "PUT of "+f.path, http.StatusCreated, http.StatusOK)
	}
	for _, f := range slices.Backward(fixtures) {
		s.name(f)
		do(f)
		s.send(http.MethodDelete, s.address(f.path), f.deleteQuery, nil, "")
	}
}

// name makes a fixture's name the one that its path means.
func (s *suite) name(f *fixture) {
	if strings.HasSuffix(f.path, "}") {
		s.names[f.parameter()] = f.name
	}
}

// status wants one of some.
func (s *suite) status(a *answer, what string, want ...int) {
	s.Helper()
	if !slices.Contains(want, a.status) {
		s.Errorf("%s: status %d, want %v: %s", what, a.status, want, a.text)
	}
}

// shown are the members of properties that clients read without looking whether
// they are there, by the end of a resource's path: what the reference's examples
// show of every resource, but for texts that somebody wrote (null in answers of
// the service, too), and what Terraform's provider dies without (as-code.md).
var shown = map[string][]string{
	"": {
		"customProperties", "hostnameConfigurations", "apiVersionConstraint", "disableGateway", "virtualNetworkType", "publicNetworkAccess",
		"provisioningState", "developerPortalStatus", "gatewayUrl", "publisherEmail", "publisherName",
	},
	"/apis/{apiId}": {
		"apiRevision", "displayName", "isCurrent", "isOnline", "path", "protocols", "provisioningState", "subscriptionRequired", "type",
		"authenticationSettings", "subscriptionKeyParameterNames.header", "subscriptionKeyParameterNames.query",
	},
	"/operations/{operationId}": {
		"templateParameters", "responses", "request.queryParameters", "request.headers", "request.representations",
	},
	"/apis/{apiId}/schemas/{schemaId}":          {"provisioningState"},
	"/schemas/{schemaId}":                       {"provisioningState"},
	"/releases/{releaseId}":                     {"apiId", "createdDateTime", "updatedDateTime"},
	"/tagDescriptions/{tagDescriptionId}":       {"tagId", "displayName"},
	"/wikis/default":                            {"documents"},
	"/issues/{issueId}":                         {"createdDate", "state"},
	"/comments/{commentId}":                     {"createdDate"},
	"/products/{productId}":                     {"approvalRequired", "state", "subscriptionRequired"},
	"/groups/{groupId}":                         {"builtIn", "type"},
	"/users/{userId}":                           {"identities", "registrationDate", "state"},
	"/subscriptions/{sid}":                      {"allowTracing", "createdDate", "scope", "state"},
	"/policies/{policyId}":                      {"format", "value"},
	"/policyFragments/{id}":                     {"format", "provisioningState"},
	"/policyRestrictions/{policyRestrictionId}": {"requireBase"},
	"/namedValues/{namedValueId}":               {"provisioningState", "secret", "tags"},
	"/backends/{backendId}":                     {"type"},
	"/certificates/{certificateId}":             {"expirationDate", "subject", "thumbprint"},
	"/loggers/{loggerId}":                       {"credentials", "isBuffered", "loggerType"},
	"/authorizationServers/{authsid}":           {"authorizationMethods", "useInApiDocumentation", "useInTestConsole"},
	"/openidConnectProviders/{opid}":            {"useInApiDocumentation", "useInTestConsole"},
	"/identityProviders/{identityProviderName}": {"type"},
	"/notifications/{notificationName}":         {"recipients.emails", "recipients.users"},
	"/templates/{templateName}":                 {"isDefault", "parameters", "body", "subject", "title"},
	"/portalconfigs/{portalConfigId}": {
		"enableBasicAuth", "signin.require", "signup.termsOfService.requireConsent", "signup.termsOfService.text",
		"delegation.delegateRegistration", "delegation.delegateSubscription", "cors.allowedOrigins",
		"csp.mode", "csp.reportUri", "csp.allowedSources",
	},
	"/portalsettings/signin":              {"enabled"},
	"/portalsettings/signup":              {"enabled", "termsOfService.enabled", "termsOfService.text", "termsOfService.consentRequired"},
	"/portalsettings/delegation":          {"subscriptions.enabled", "userRegistration.enabled", "url"},
	"/portalRevisions/{portalRevisionId}": {"createdDateTime", "isCurrent", "status", "updatedDateTime"},
	"/tenant/{accessName}":                {"enabled"},
}

// TestMembersThatClientsReadAreNeverOmitted puts no more of each resource than it takes.
func TestMembersThatClientsReadAreNeverOmitted(t *testing.T) {
	s := newSuite(t)
	met := map[string]bool{"": true}
	s.wantMembers("/", s.call(http.MethodGet, "/", "", nil).properties(), shown[""])
	s.lives(func(f *fixture) {
		s.least(f)
		got := s.send(http.MethodGet, s.address(f.path), "", nil, "").properties()
		for end, members := range shown {
			if end != "" && strings.HasSuffix(f.path, end) {
				met[end] = true
				s.wantMembers(f.path, got, members)
			}
		}
	})
	if len(met) != len(shown) {
		t.Errorf("%d of %d kinds were met", len(met), len(shown))
	}
}

func (s *suite) wantMembers(path string, properties map[string]any, members []string) {
	s.Helper()
	for _, member := range members {
		var v any = properties
		for name := range strings.SplitSeq(member, ".") {
			object, _ := v.(map[string]any)
			v = object[name]
		}
		if v == nil {
			s.Errorf("%s: %s is not there: %v", path, member, properties)
		}
	}
}

// least puts a resource with all the properties left out that it does without.
func (s *suite) least(f *fixture) {
	s.Helper()
	if f.once || f.noBody {
		return
	}
	properties := maps.Clone(f.properties)
	for name, value := range f.properties {
		delete(properties, name)
		if s.send(http.MethodPut, s.address(f.path), f.query, map[string]any{"properties": properties}, "").status >= 300 {
			properties[name] = value
		}
	}
	s.status(s.send(http.MethodPut, s.address(f.path), f.query, map[string]any{"properties": properties}, ""), "least PUT of "+f.path, http.StatusOK)
}

// TestNullIsAbsent puts each property of each resource as null, at every level,
// and requires the same answer as when it is left out.
func TestNullIsAbsent(t *testing.T) {
	s := newSuite(t)
	places := 0
	s.lives(func(f *fixture) {
		if f.once || f.noBody || strings.Contains(f.path, "contentItem") {
			return // content is kept as it comes
		}
		for _, at := range members(f.properties, nil) {
			if slices.ContainsFunc(at[:len(at)-1], inDocument) {
				continue
			}
			places++
			left := s.putAndGet(f, changed(f.properties, at, nil, true))
			null := s.putAndGet(f, changed(f.properties, at, nil, false))
			if left != null {
				s.Errorf("%s with %v null: %s\nleft out: %s", f.path, at, null, left)
			}
			s.putAndGet(f, f.properties)
			name := at[0].(string)
			if len(at) > 1 || slices.Contains(f.hidden, name) || name == "principalId" {
				continue // a PUT without a secret, or without the owner of the access, keeps it
			}
			if s.has(http.MethodPatch, f.path) {
				s.patchNull(f, name, left)
			}
		}
	})
	if places < 300 {
		t.Errorf("%d properties were put as null", places)
	}
}

// patchNull requires a PATCH with null to take a property away, as a PUT without it does.
func (s *suite) patchNull(f *fixture, name, left string) {
	s.Helper()
	status := s.send(http.MethodPatch, s.address(f.path), f.query, map[string]any{"properties": map[string]any{name: nil}}, "").status
	got := s.send(http.MethodGet, s.address(f.path), "", nil, "")
	refused, want, _ := strings.Cut(left, " ")
	if (status < 300) != (refused < "300") || status < 300 && times.ReplaceAllString(got.text, "TIME") != want {
		s.Errorf("PATCH of %s with %s null: %d %s\nPUT without it: %s", f.path, name, status, got.text, left)
	}
	s.putAndGet(f, f.properties)
}

// inDocument reports whether what is below a member is a document, in which null is data.
func inDocument(member any) bool {
	return slices.Contains([]any{"components", "document", "schema", "value"}, member)
}

// putAndGet puts a resource and reads it, without what changes with every write.
func (s *suite) putAndGet(f *fixture, properties any) string {
	s.Helper()
	status, _ := s.putAnswer(f, properties)
	got := s.send(http.MethodGet, s.address(f.path), "", nil, "")
	return fmt.Sprint(status, " ", times.ReplaceAllString(got.text, "TIME"))
}

// putAnswer puts a resource and returns what that answers, without what changes with every write.
func (s *suite) putAnswer(f *fixture, properties any) (status int, text string) {
	s.Helper()
	put := s.send(http.MethodPut, s.address(f.path), f.query, map[string]any{"properties": properties}, "")
	return put.status, times.ReplaceAllString(put.text, "TIME")
}

var times = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)

// members are the addresses of all members of an object and of the objects in it.
func members(v any, at []any) (all [][]any) {
	switch v := normal(v).(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			here := append(slices.Clone(at), name)
			all = append(append(all, here), members(v[name], here)...)
		}
	case []any:
		for i, item := range v {
			all = append(all, members(item, append(slices.Clone(at), i))...)
		}
	}
	return all
}

// changed is a copy of a value with the member at an address replaced, or removed.
func changed(v any, at []any, value any, remove bool) any {
	v = normal(v)
	switch container := v.(type) {
	case map[string]any:
		name := at[0].(string)
		switch {
		case len(at) > 1:
			container[name] = changed(container[name], at[1:], value, remove)
		case remove:
			delete(container, name)
		default:
			container[name] = value
		}
	case []any:
		i := at[0].(int)
		if len(at) == 1 {
			container[i] = value
		} else {
			container[i] = changed(container[i], at[1:], value, remove)
		}
	}
	return v
}

// constantLine is a value of an enumeration in the Go SDK.
var constantLine = regexp.MustCompile(`(?m)^\t\w+\s+(\w+) = "([^"]+)"$`)

// freeTexts are members whose values may be anything, though they look like a value of some enumeration.
var freeTexts = []any{"scheme", "errorReasons", "useFromLocation", "clientLibrary", "name", "typeName", "displayName", "title", "provider"}

// TestEnumerationsAreReadInAnyCase puts each enumerated value of each resource in
// another case, and wants it stored in its own; lists are filtered by it in any case.
func TestEnumerationsAreReadInAnyCase(t *testing.T) {
	s := newSuite(t)
	data, err := os.ReadFile(filepath.Join(sdkFolder(t), "constants.go"))
	if err != nil {
		t.Fatal(err)
	}
	enumerated := map[string]bool{}
	for _, m := range constantLine.FindAllStringSubmatch(string(data), -1) {
		enumerated[m[2]] = true
	}
	met := map[string]bool{}
	s.lives(func(f *fixture) {
		for _, at := range members(f.properties, nil) {
			value, ok := valueAt(f.properties, at).(string)
			if !ok || !enumerated[value] || slices.ContainsFunc(at, func(name any) bool { return slices.Contains(freeTexts, name) }) {
				continue
			}
			met[fmt.Sprint(f.path, at)] = true
			plain := s.putAndGet(f, f.properties)
			if got := s.putAndGet(f, changed(f.properties, at, swapCase(value), false)); got != plain {
				s.Errorf("%s with %v %s: %s\nwant %s", f.path, at, swapCase(value), got, plain)
			}
			_, got := s.putAnswer(f, changed(f.properties, at, swapCase(value), false))
			if _, plain := s.putAnswer(f, f.properties); got != plain {
				s.Errorf("%s with %v %s answers %s\nwant %s", f.path, at, swapCase(value), got, plain)
			}
			if len(at) == 1 {
				s.filtered(f, at[0].(string), swapCase(value))
			}
		}
	})
	if len(met) < 60 {
		t.Errorf("%d enumerated values were met: %v", len(met), slices.Sorted(maps.Keys(met)))
	}
}

// filtered requires a list to be filtered by a field in any case, if it may be at all.
func (s *suite) filtered(f *fixture, field, value string) {
	s.Helper()
	list := s.send(http.MethodGet, s.address(f.collection()), "&$filter="+field+"+eq+'"+value+"'", nil, "")
	if list.status == http.StatusOK && !strings.Contains(list.text, `"name":"`+f.name+`"`) {
		s.Errorf("%s filtered by %s eq '%s' lacks %s: %s", f.collection(), field, value, f.name, list.text)
	}
}

func swapCase(text string) string {
	if upper := strings.ToUpper(text); upper != text {
		return upper
	}
	return strings.ToLower(text)
}

// valueAt is the value at an address.
func valueAt(v any, at []any) any {
	for _, step := range at {
		switch container := normal(v).(type) {
		case map[string]any:
			v = container[step.(string)]
		case []any:
			v = container[step.(int)]
		}
	}
	return v
}

// TestUnknownMembersAreTold puts each resource with a member too many, at the top
// and in each object in it; what it is shown as comes back without a word.
func TestUnknownMembersAreTold(t *testing.T) {
	s := newSuite(t)
	told := 0
	s.lives(func(f *fixture) {
		if f.once || f.noBody || strings.Contains(f.path, "contentItem") || strings.Contains(f.path, "Links/") {
			return
		}
		shown := s.send(http.MethodGet, s.address(f.path), "", nil, "").properties()
		for _, properties := range []map[string]any{f.properties, shown} {
			s.warned(f, http.MethodPut, properties, "")
		}
		for _, at := range append(members(f.properties, nil), nil) {
			_, ok := valueAt(f.properties, at).(map[string]any)
			if !ok || slices.ContainsFunc(at, inDocument) || slices.ContainsFunc(at, holdsNames) {
				continue
			}
			told++
			with := changed(f.properties, append(slices.Clone(at), "colour"), "red", false).(map[string]any)
			path := "/colour"
			if len(at) > 0 {
				path = "/" + at[0].(string)
			}
			s.warned(f, http.MethodPut, with, path)
		}
		if s.has(http.MethodPatch, f.path) {
			s.warned(f, http.MethodPatch, map[string]any{"colour": "red"}, "/colour")
			s.warned(f, http.MethodPatch, map[string]any{"colour": nil}, "")
		}
	})
	if told < 60 {
		t.Errorf("%d members too many were sent", told)
	}
}

// holdsNames reports whether a member's own members are names that people choose.
func holdsNames(member any) bool {
	return slices.Contains([]any{"header", "query", "examples", "credentials", "properties"}, member)
}

// warned writes a resource and wants one warning of an unknown member, or none.
func (s *suite) warned(f *fixture, method string, properties map[string]any, path string) {
	s.Helper()
	got := s.send(method, s.address(f.path), f.query, map[string]any{"properties": properties}, "")
	var paths []string
	found, _ := arm.Warnings(got.header)
	for _, w := range found {
		if w.Code == apim.UnknownMember {
			paths = append(paths, w.Path)
		}
	}
	if got.status >= 300 || strings.Join(paths, " ") != path {
		s.Errorf("%s of %s: status %d, warned of %v, want %q: %v\n%v", method, f.path, got.status, paths, path, properties, got.header[arm.WarningHeader])
	}
}
