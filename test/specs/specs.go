// Package specs gives tests and benchmarks large public API descriptions:
// GitHub's from npm, Stripe's from a Go module, and generated ones.
package specs

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/stripe/stripe-mock/embedded"
)

// TB is the part of testing.TB that is needed here; a benchmark program brings its own.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

var install = sync.OnceValue(func() error {
	out, err := exec.Command("npm", "--prefix", folder(), "ci", "--silent").CombinedOutput()
	if err != nil {
		return fmt.Errorf("npm ci in test/specs: %w\n%s", err, out)
	}
	return nil
})

func folder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}

// GitHub is the description of GitHub's REST API, OpenAPI 3.0: 1,223 operations.
// The npm package it is in is installed on first use.
func GitHub(t TB) []byte {
	t.Helper()
	path := filepath.Join(folder(), "node_modules/@octokit/openapi/generated/api.github.com.json")
	if _, err := os.Stat(path); err != nil {
		if err := install(); err != nil {
			t.Fatalf("%v", err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return data
}

// Stripe is the description of Stripe's API, OpenAPI 3.0: 594 operations, deeply recursive schemas.
func Stripe(TB) []byte { return embedded.OpenAPISpec }

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// CountOperations counts the operations of an OpenAPI 3 document in JSON.
func CountOperations(t TB, data []byte) int {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v", err)
	}
	n := 0
	for _, item := range doc.Paths {
		for _, m := range methods {
			if item[m] != nil {
				n++
			}
		}
	}
	return n
}

// Only is the document with one operation left, and all its components.
func Only(t TB, data []byte, method, path string) []byte {
	t.Helper()
	var doc map[string]json.RawMessage
	var paths map[string]map[string]json.RawMessage
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%v", err)
	}
	if err := json.Unmarshal(doc["paths"], &paths); err != nil {
		t.Fatalf("%v", err)
	}
	item := paths[path]
	for _, m := range methods {
		if m != method {
			delete(item, m)
		}
	}
	if item[method] == nil {
		t.Fatalf("the description has no %s %s", method, path)
	}
	doc["paths"], _ = json.Marshal(map[string]any{path: item})
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return out
}

// Generate makes an OpenAPI 3 document with the given number of operations and
// a densely cyclic graph of schemas, one for every four operations.
func Generate(operations int) []byte {
	schemas := operations/4 + 1
	var b strings.Builder
	b.WriteString(`{"openapi":"3.0.3","info":{"title":"Generated","version":"1"},"servers":[{"url":"https://backend.example"}],"paths":{`)
	for i := range operations {
		if i > 0 {
			b.WriteByte(',')
		}
		writeOperation(&b, i, i%schemas)
	}
	b.WriteString(`},"components":{"schemas":{`)
	for i := range schemas {
		if i > 0 {
			b.WriteByte(',')
		}
		writeSchema(&b, i, schemas)
	}
	b.WriteString(`}}}`)
	return []byte(b.String())
}

var verbs = []string{"List", "Create", "Get", "Replace", "Cancel", "Approve"}

func writeOperation(b *strings.Builder, i, schema int) {
	noun := fmt.Sprintf("resource %d", i/len(verbs))
	verb := verbs[i%len(verbs)]
	fmt.Fprintf(b, `"/areas/{area}/r%d/{id}":{"post":{"operationId":"op%d","summary":"%s %s","tags":["Area %d"],`, i, i, verb, noun, i%200)
	fmt.Fprintf(b, `"description":"%s %s in its area. The request is checked before anything changes; repeat it with the same key to get the first answer again.",`, verb, noun)
	b.WriteString(`"parameters":[{"name":"area","in":"path","required":true,"schema":{"type":"string"}},{"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}},` +
		`{"name":"limit","in":"query","description":"How many to return.","schema":{"type":"integer","minimum":1,"maximum":100,"default":20}},` +
		`{"name":"Idempotency-Key","in":"header","schema":{"type":"string"}}],`)
	fmt.Fprintf(b, `"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Model%d"}}}},`, schema)
	fmt.Fprintf(b, `"responses":{"200":{"description":"The result.","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Model%d"}}}},"404":{"description":"There is none."}}}}`, schema)
}

func writeSchema(b *strings.Builder, i, n int) {
	fmt.Fprintf(b, `"Model%d":{"type":"object","description":"Model %d.","required":["id"],"properties":{"id":{"type":"string","format":"uuid"},"name":{"type":"string","maxLength":80},"state":{"type":"string","enum":["draft","open","closed"]}`, i, i)
	for k := 1; k <= 6; k++ {
		fmt.Fprintf(b, `,"link%d":{"$ref":"#/components/schemas/Model%d"}`, k, (i*7+k*k*13)%n)
	}
	fmt.Fprintf(b, `,"children":{"type":"array","items":{"$ref":"#/components/schemas/Model%d"}}}}`, (i+1)%n)
}
