package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// failure is an ARM error body.
type failure struct {
	Error struct {
		Code, Message string
		Details       []struct{ Code, Target, Message string }
	}
}

func (f failure) says(words string) bool {
	text := f.Error.Message
	for _, d := range f.Error.Details {
		text += "\n" + d.Target + " " + d.Message
	}
	return strings.Contains(text, words)
}

// fails sends a body as it is and reads the error it must be answered with.
func (c *client) fails(t *testing.T, method, path string, body io.Reader, header ...string) (int, failure) {
	t.Helper()
	req, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", c.token)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	var f failure
	if err := json.NewDecoder(res.Body).Decode(&f); err != nil || f.Error.Code == "" || f.Error.Message == "" {
		t.Errorf("%s %s: %s without an ARM error body: %v", method, path, res.Status, err)
	}
	return res.StatusCode, f
}

func TestBadDescriptionsAreExplainedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	c := p.client(t, "--data", dir)
	const head = `{"openapi":"3.0.3","info":{"title":"t","version":"1"},`
	for _, d := range []struct {
		name, value string
		status      int
		says        string
	}{
		{"does not parse, JSON", head + "\n\"paths\": nope}", 400, "2:12"},
		{"does not parse, YAML", "openapi: 3.0.3\npaths: {/a: [\n", 400, "2:1"},
		{"is not a description", `{"hello":1}`, 400, "openapi"},
		{"has no paths", head + `"paths":{}}`, 400, "paths"},
		{"is of a future version", `{"openapi":"4.0.0","paths":{}}`, 400, "4.0.0"},
		{"nests 10,000 deep", head + `"paths":{"/a":{"get":` + strings.Repeat(`{"x":`, 10_000) + "1" + strings.Repeat("}", 10_000) + `}}}`, 400, "nest"},
		{"nests 10,000 deep in YAML", "openapi: 3.0.3\nx: " + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), 400, ""},
		{"takes a path from a file", head + `"paths":{"/a":{"$ref":"other.yaml#/x"}}}`, 400, "other.yaml"},
		{"refers to a host", head + `"paths":{"/a":{"$ref":"http://169.254.169.254/latest"}}}`, 400, "169.254.169.254"},
		{"bombs with aliases", "openapi: 3.0.3\nx0: &x0 [1,1,1,1,1,1,1,1,1,1]\n" + bomb(), 400, "alias"},
		{"has an empty text", " ", 400, ""},
	} {
		body, err := json.Marshal(map[string]any{"properties": map[string]any{"format": "openapi", "value": d.value, "path": "bad"}})
		if err != nil {
			t.Fatal(err)
		}
		status, f := c.fails(t, "PUT", "/apis/bad", bytes.NewReader(body))
		if status != d.status || !f.says(d.says) {
			t.Errorf("a description that %s: %d %+v, want %d and %q", d.name, status, f, d.status, d.says)
		}
		if status, _, _ := c.do("GET", "/apis/bad", nil); status != 404 {
			t.Errorf("a description that %s left an API behind: %d", d.name, status)
		}
	}
	if status, _ := c.fails(t, "PUT", "/apis/bad", huge(200<<20)); status != 413 {
		t.Errorf("a description of 200 MB is answered %d, want 413", status)
	}
	if peak := p.peakMemory(t); peak > 800 {
		t.Errorf("bad descriptions took %d MB of memory", peak)
	}
	c.must(t, "PUT", "/apis/good", map[string]any{"format": "openapi", "value": description("Good", 2), "path": "good"})
}

func bomb() string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "x%d: &x%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d,", i), 10), ","))
	}
	return b.String()
}

// huge is a PUT of an API whose description never seems to end.
func huge(n int64) io.Reader {
	return io.MultiReader(strings.NewReader(`{"properties":{"path":"bad","format":"openapi","value":"`), io.LimitReader(letters{}, n), strings.NewReader(`"}}`))
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

// peakMemory is the most the process has held, in MB.
func (p *process) peakMemory(t *testing.T) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kb, _ := strconv.Atoi(f[1])
			return kb / 1024
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

func TestUsableDescriptionsAreImportedWithWarnings(t *testing.T) {
	t.Parallel()
	stopped, served := t.TempDir(), t.TempDir()
	start(t, "serve", "--data", served)
	for name, c := range map[string]struct{ text, says string }{
		"repeats an operation id":    {`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"servers":[{"url":"https://x.example"}],"paths":{"/a":{"get":{"operationId":"x","responses":{"200":{"description":"ok"}}}},"/b":{"get":{"operationId":"x","responses":{"200":{"description":"ok"}}}}}}`, "operation id"},
		"refers to a missing schema": {`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"servers":[{"url":"https://x.example"}],"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Gone"}}}}}}}}}`, "Gone"},
	} {
		file := stopped + "/d.json"
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, dir := range []string{stopped, served} {
			out, code := run(t, "import", file, "--path", "warned", "--data", dir)
			if !strings.Contains(out, c.says) {
				t.Errorf("a description that %s: exit %d, printed %q, want %q named", name, code, out, c.says)
			}
		}
	}
}

func TestBadRequestsToTheManagementAPIAreExplained(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	c := p.client(t, "--data", dir)
	c.must(t, "PUT", "/products/p", map[string]any{"displayName": "P"})
	const arm = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"
	for _, r := range []struct {
		name, method, path, body string
		status                   int
		code, target             string
		header                   []string
	}{
		{"unknown collection", "GET", "/nothings", "", 404, "ResourceNotFound", "", nil},
		{"unknown service", "GET", strings.Replace(arm, "portico", "other", 1) + "/apis?api-version=1", "", 404, "ResourceNotFound", "", nil},
		{"no api-version on an ARM address", "GET", arm + "/apis", "", 400, "MissingApiVersionParameter", "", nil},
		{"wrong verb", "POST", "/products/p", "{}", 405, "", "", nil},
		{"bad JSON", "PUT", "/products/q", `{"properties":`, 400, "", "", nil},
		{"wrong type", "PUT", "/products/q", `{"properties":{"displayName":7}}`, 400, "ValidationError", "displayName", nil},
		{"missing field", "PUT", "/products/q", `{"properties":{}}`, 400, "ValidationError", "displayName", nil},
		{"bad value", "PUT", "/products/q", `{"properties":{"displayName":"q","state":"on sale"}}`, 400, "ValidationError", "state", nil},
		{"too long", "PUT", "/products/q", `{"properties":{"displayName":"` + strings.Repeat("x", 301) + `"}}`, 400, "ValidationError", "displayName", nil},
		{"DELETE with an old ETag", "DELETE", "/products/p", "", 412, "PreconditionFailed", "", []string{"If-Match", `"old"`}},
		{"bad filter", "GET", "/products?$filter=displayName%20foo%20'x'", "", 400, "", "$filter", nil},
		{"filter on an unknown field", "GET", "/products?$filter=color%20eq%20'x'", "", 400, "", "$filter", nil},
		{"bad $top", "GET", "/products?$top=many", "", 400, "", "$top", nil},
		{"no product of that name", "GET", "/products/none", "", 404, "ResourceNotFound", "", nil},
		{"a link to what is not there", "PUT", "/products/p/apis/none", "", 404, "", "", nil},
		{"policy that does not parse", "PUT", "/policies/policy", `{"properties":{"value":"<policies><inbound><nope/></inbound></policies>"}}`, 400, "ValidationError", "", nil},
	} {
		status, f := c.fails(t, r.method, r.path, strings.NewReader(r.body), r.header...)
		targeted := r.target == ""
		for _, d := range f.Error.Details {
			targeted = targeted || strings.HasSuffix(d.Target, r.target)
		}
		if status != r.status || r.code != "" && f.Error.Code != r.code || !targeted {
			t.Errorf("%s: %d %+v, want %d %s with target %q", r.name, status, f.Error, r.status, r.code, r.target)
		}
	}
	anonymous := &client{base: c.base}
	if status, _ := anonymous.fails(t, "GET", "/apis", nil); status != 401 {
		t.Errorf("without a token: %d", status)
	}
}
