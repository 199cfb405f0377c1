package operations

import (
	"net/http"
	"slices"
	"strings"
	"testing"
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
		}
		if s.has(http.MethodDelete, f.path) && !strings.Contains(f.path, "Links/") {
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
