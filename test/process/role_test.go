package process

import (
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
