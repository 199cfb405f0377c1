package operations

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestEveryOperation calls all operations of the reference on one server: each
// resource is made, compared with what was put, listed, changed property by
// property, and deleted; then come things that are not resources.
func TestEveryOperation(t *testing.T) {
	s := newSuite(t)
	s.names = map[string]string{"settingsType": "public", "accessName": "access", "notificationName": "BCC", "policyId": "policy"}
	s.service()
	s.resources("", serviceFixtures())
	s.forWorkspace()
	s.resources("/workspaces/{workspaceId}", workspaceFixtures())
	s.azure()
	s.erase()
	s.table()
}

// resources runs the life of the fixtures: all are made in order, then what is
// below them is called, then they go in reverse order.
func (s *suite) resources(base string, fixtures []*fixture) {
	for _, f := range placed(base, fixtures) {
		s.create(f)
	}
	s.between(base)
	for _, f := range slices.Backward(fixtures) {
		s.remove(f)
	}
}

// forWorkspace makes what a workspace's API and subscription name of the service.
func (s *suite) forWorkspace() {
	for _, f := range slices.Concat(serviceFixtures()[:1], serviceFixtures()[2:4]) {
		s.send(http.MethodPut, s.address("/"+strings.Split(f.path, "/")[1]+"/"+f.name), "", f.body(), "")
	}
}

// placed puts fixtures below a base.
func placed(base string, fixtures []*fixture) []*fixture {
	for _, f := range fixtures {
		if f.path != base {
			f.path = base + f.path
		}
	}
	return fixtures
}

func (f *fixture) parameter() string {
	last := f.path[strings.LastIndexByte(f.path, '/')+1:]
	return strings.Trim(last, "{}")
}

func (f *fixture) collection() string { return f.path[:strings.LastIndexByte(f.path, '/')] }

// create makes a resource and checks that every property it was given is there.
func (s *suite) create(f *fixture) {
	s.Helper()
	s.name(f)
	s.checkWhole(f)
	put := f.body()
	first := s.call(http.MethodPut, f.path, f.query, put)
	if !f.fixed && first.status != http.StatusCreated {
		s.Errorf("PUT of the new %s: status %d, want 201", s.fill(f.path), first.status)
	}
	if !f.once {
		if again := s.call(http.MethodPut, f.path, f.query, put); again.status != http.StatusOK {
			s.Errorf("the second PUT of %s: status %d, want 200", s.fill(f.path), again.status)
		}
	}
	s.compare(f, f.properties)
	s.listed(f)
	s.patch(f)
}

// checkWhole requires the fixture to name every writable property of the reference.
func (s *suite) checkWhole(f *fixture) {
	s.Helper()
	for _, name := range s.writable[f.path] {
		_, given := f.properties[name]
		if _, elsewhere := f.without[name]; !given && !elsewhere {
			s.Errorf("the fixture of %s lacks the writable property %s", f.path, name)
		}
	}
}

// compare reads the resource and requires the properties to be as given.
func (s *suite) compare(f *fixture, want map[string]any) {
	s.Helper()
	if s.has(http.MethodHead, f.path) {
		if head := s.call(http.MethodHead, f.path, "", nil); head.status == http.StatusOK && head.etag == "" && !f.noTag {
			s.Errorf("HEAD of %s: no ETag", s.fill(f.path))
		}
	}
	if !s.has(http.MethodGet, f.path) {
		return
	}
	got := s.call(http.MethodGet, f.path, "", nil)
	for name, value := range want {
		if slices.Contains(f.hidden, name) {
			if _, shown := got.properties()[name]; shown {
				s.Errorf("GET of %s shows %s, which is a secret", s.fill(f.path), name)
			}
			continue
		}
		if !contains(got.properties()[name], normal(value)) {
			s.Errorf("%s of %s: put %v, got %v", name, s.fill(f.path), value, got.properties()[name])
		}
	}
}

// contains reports whether got has all that want has; got may have more members.
func contains(got, want any) bool {
	w, ok := want.(map[string]any)
	if !ok {
		if list, ok := want.([]any); ok {
			return slices.EqualFunc(anySlice(got), list, contains) // none and an empty list are the same
		}
		return reflect.DeepEqual(got, want)
	}
	g, ok := got.(map[string]any)
	if !ok {
		return false
	}
	for name, value := range w {
		if !contains(g[name], value) {
			return false
		}
	}
	return true
}

func anySlice(v any) []any {
	list, _ := v.([]any)
	return list
}

// listed requires the resource in its collection, and found by its name.
func (s *suite) listed(f *fixture) {
	s.Helper()
	collection := f.collection()
	if !s.has(http.MethodGet, collection) {
		return
	}
	list := s.call(http.MethodGet, collection, "", nil)
	values, _ := list.body["value"].([]any)
	name := f.name
	if !strings.HasSuffix(f.path, "}") {
		name = f.path[strings.LastIndexByte(f.path, '/')+1:]
	}
	for _, v := range values {
		if m, ok := v.(map[string]any); ok && m["name"] == name {
			return
		}
	}
	s.Errorf("the list %s does not have %s: %s", s.fill(collection), name, list.text)
}

// patch changes one property at a time and requires all others to stay.
func (s *suite) patch(f *fixture) {
	s.Helper()
	if !s.has(http.MethodPatch, f.path) {
		return
	}
	now := maps.Clone(f.properties)
	for _, name := range slices.Sorted(maps.Keys(f.changes)) {
		s.call(http.MethodPatch, f.path, f.query, map[string]any{"properties": map[string]any{name: f.changes[name]}})
		now[name] = f.changes[name]
		s.compare(f, now)
	}
	if len(f.changes) == 0 {
		s.Errorf("the fixture of %s has nothing to PATCH", f.path)
	}
}

// remove deletes the resource and wants it gone.
func (s *suite) remove(f *fixture) {
	s.Helper()
	s.name(f)
	if !s.has(http.MethodDelete, f.path) {
		return
	}
	s.call(http.MethodDelete, f.path, f.deleteQuery, nil)
	if f.fixed {
		return
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if !s.has(method, f.path) {
			continue
		}
		if got := s.send(method, s.address(f.path), "", nil, ""); got.status != http.StatusNotFound {
			s.Errorf("%s of %s after it was deleted: status %d, want 404", method, s.fill(f.path), got.status)
		}
	}
	if again := s.send(http.MethodDelete, s.address(f.path), f.deleteQuery, nil, "*"); again.status != http.StatusNoContent {
		s.Errorf("the second DELETE of %s: status %d, want 204", s.fill(f.path), again.status)
	}
}

// erase deletes the service: everything is gone, the token too.
func (s *suite) erase() {
	s.send(http.MethodPut, s.address("/tags/last"), "", map[string]any{"properties": map[string]any{"displayName": "Last"}}, "")
	s.call(http.MethodDelete, "/", "", nil)
	if got := s.send(http.MethodGet, s.address("/tags/last"), "", nil, ""); got.status != http.StatusUnauthorized {
		s.Errorf("a token of the service that was deleted: status %d, want 401", got.status)
	}
}

// azure calls what belongs to a service run by Azure: a real answer, or 501 with the reason.
func (s *suite) azure() {
	s.names["locationName"] = "West US"
	for _, o := range s.operations {
		if o.Class != "X" {
			continue
		}
		a := s.send(o.Method, s.address(o.Path), "", map[string]any{"name": "free-name", "properties": map[string]any{}}, "*")
		switch {
		case slices.Contains(o.Codes, a.status) && a.text != "" && a.text != "{}":
			o.answered = true
		case a.status == http.StatusNotImplemented && (o.Method == http.MethodHead || a.code() == "NotSupportedSelfHosted" && strings.HasSuffix(message(a), ".")):
			o.refused = true
		default:
			s.Errorf("%s: status %d %s", o, a.status, a.text)
		}
	}
}

func message(a *answer) string {
	e, _ := a.body["error"].(map[string]any)
	return fmt.Sprint(e["message"])
}
