package process

import (
	"fmt"
	"strings"
	"testing"
)

func TestRolesAreAssignedOnAStoppedServerAndBesideARunningOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	portico(t, "role", "assign", "Reader", "token:ci", "--data", dir)
	p := start(t, "serve", "--data", dir)
	token := strings.TrimSpace(portico(t, "token", "--role", "API Management Service Reader Role", "--name", "reader", "--data", dir))
	c := p.client(t, "--data", dir)
	admin := c.token
	list := portico(t, "role", "list", "--data", dir)
	for _, want := range []string{"token:ci", "token:reader", "API Management Service Reader Role"} {
		if !strings.Contains(list, want) {
			t.Errorf("role list lacks %q:\n%s", want, list)
		}
	}
	c.token = token
	c.must(t, "GET", "/apis", nil)
	if status, body, err := c.do("PUT", "/tags/x", map[string]any{"displayName": "x"}); err != nil || status != 403 {
		t.Errorf("a reader's PUT: status %d (%v), want 403: %s", status, err, body)
	}
	portico(t, "role", "revoke", "API Management Service Reader Role", "token:reader", "--management-url", p.management, "--token", admin)
	if status, body, err := c.do("GET", "/apis", nil); err != nil || status != 403 {
		t.Errorf("a GET after the role was revoked: status %d (%v), want 403: %s", status, err, body)
	}
	if out, code := run(t, "role", "assign", "Nonsense", "token:x", "--data", dir); code != 1 || !strings.Contains(out, "there are:") {
		t.Errorf("an unknown role: exit %d, %s", code, out)
	}
}

// TestARoleIsGoodWhereTheCommandSays assigns a role at entities of many kinds,
// named in both forms, and reads back where it is good.
func TestARoleIsGoodWhereTheCommandSays(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	c := p.client(t, "--data", dir)
	const service = "/subscriptions/s1/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"
	places := []struct {
		scope string
		body  map[string]any
	}{
		{"/subscriptions/s1", map[string]any{"displayName": "S", "scope": "/apis"}},
		{"/apis/a", map[string]any{"displayName": "A", "path": "a"}},
		{"/apis/a/operations/o", map[string]any{"displayName": "O", "method": "GET", "urlTemplate": "/"}},
		{"/products/subscriptions", map[string]any{"displayName": "P"}},
		{"/groups/g", map[string]any{"displayName": "G"}},
		{"/namedValues/n", map[string]any{"displayName": "n", "value": "v"}},
		{"/contentTypes/page/contentItems/a b", map[string]any{"en_us": map[string]any{"title": "T", "permalink": "/t"}}},
		{"/workspaces/w", map[string]any{"displayName": "W"}},
		{"/workspaces/w/products/p", map[string]any{"displayName": "P"}},
		{"/workspaces/w/subscriptions/s1", map[string]any{"displayName": "S", "scope": "/products/p"}},
	}
	for i, place := range places {
		c.must(t, "PUT", strings.ReplaceAll(place.scope, " ", "%20"), place.body)
		for form, prefix := range []string{"", service} {
			who := fmt.Sprintf("token:t%d-%d", i, form)
			portico(t, "role", "assign", "Reader", who, "--scope", prefix+place.scope, "--data", dir)
			if got := scopeOf(t, dir, who); got != place.scope {
				t.Errorf("a role at %s%s is good at %q", prefix, place.scope, got)
			}
			portico(t, "role", "revoke", "Reader", who, "--scope", place.scope, "--data", dir)
			if got := scopeOf(t, dir, who); got != "" {
				t.Errorf("after revoking it the role is good at %q", got)
			}
		}
	}
	for _, scope := range []string{"/subscriptions/none", "/apis", "/nothing/x", "/subscriptions/s1/resourceGroups/g", ""} {
		if out, code := run(t, "role", "assign", "Reader", "token:bad", "--scope="+scope, "--data", dir); code == 0 || scopeOf(t, dir, "token:bad") != "" {
			t.Errorf("--scope=%q: exit %d, the role is good at %q: %s", scope, code, scopeOf(t, dir, "token:bad"), out)
		}
	}
}

// scopeOf is where a principal has a role, as portico role list prints it.
func scopeOf(t *testing.T, dir, principal string) string {
	t.Helper()
	for line := range strings.Lines(portico(t, "role", "list", "--data", dir)) {
		if rest, ok := strings.CutPrefix(line, principal+" "); ok {
			_, scope, _ := strings.Cut(strings.TrimSpace(rest), "Reader")
			return strings.TrimSpace(scope)
		}
	}
	return ""
}
