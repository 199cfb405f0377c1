package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/client"
)

func TestDoctorFailsWhenTheServiceHasAnError(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	examine := func(flags ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"doctor", "--data", data}, flags...), func(string) (string, bool) { return "", false }, streams{&out, &out, time.Now})
		return code, out.String()
	}
	if code, out := examine(); code != 0 || !strings.Contains(out, "0 findings") {
		t.Fatalf("of a new service: code %d: %s", code, out)
	}
	var c connection
	c.Store.Data, c.Store.Service = data, "portico"
	err := c.with(t.Context(), streams{new(bytes.Buffer), new(bytes.Buffer), time.Now}, func(api *client.Client) error {
		const document = `<policies><inbound><limit-concurrency key="k" max-count="1"></limit-concurrency></inbound></policies>`
		return api.Put(context.Background(), "/policies/policy", map[string]any{"value": document}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, out := examine(); code != exitFailed || !strings.Contains(out, "error: /policies/policy: ") || !strings.Contains(out, "1 finding") {
		t.Errorf("with a policy that is not run: code %d: %s", code, out)
	}
	if code, out := examine("--json"); code != exitFailed || !strings.Contains(out, `"code": "PolicyNotRun"`) {
		t.Errorf("as JSON: code %d: %s", code, out)
	}
}
