package demo_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// described is a description of the demo, opened for a test: references are
// followed by at, and values are plain JSON values.
type described struct {
	name   string
	base   string // where the backend serves it
	root   map[string]any
	mu     sync.Mutex // of schema
	schema *jsonschema.Compiler
}

// object is a JSON object of a description.
type object = map[string]any

func readDescriptions(t *testing.T) []*described {
	t.Helper()
	bases := map[string]string{
		"parcel": "/parcel", "echo": "/echo", "depot": "/depot",
		"tracking-v1": "/tracking/v1", "tracking-v2": "/tracking/v2",
	}
	files, err := filepath.Glob("descriptions/*.yaml")
	if err != nil || len(files) != len(bases) {
		t.Fatalf("found the descriptions %v, %v", files, err)
	}
	var all []*described
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := &described{name: strings.TrimSuffix(filepath.Base(file), ".yaml"), schema: jsonschema.NewCompiler()}
		d.base = bases[d.name]
		var raw any
		if err := yaml.Unmarshal(text, &raw); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		d.root = throughJSON(t, raw).(object)
		d.schema.AssertFormat()
		if err := d.schema.AddResource("mem:///"+d.name, d.root); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// throughJSON turns YAML's values into those of encoding/json.
func throughJSON(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	back, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// at follows the reference of v, if it is one, and says where in the document the target is.
func (d *described) at(v any, pointer string) (object, string) {
	o, _ := v.(object)
	ref, ok := o["$ref"].(string)
	if !ok {
		return o, pointer
	}
	var target any = d.root
	for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		target = target.(object)[key]
	}
	return d.at(target, ref)
}

// check validates a JSON value against the schema at a pointer of the description.
func (d *described) check(pointer string, value any) error {
	d.mu.Lock()
	s, err := d.schema.Compile("mem:///" + d.name + pointer)
	d.mu.Unlock()
	if err != nil {
		return fmt.Errorf("the schema at %s: %w", pointer, err)
	}
	return s.Validate(value)
}

// describedOperation is one operation with the parameters of its path.
type describedOperation struct {
	*described
	method, path string
	pointer      string // of the operation
	op           object
	parameters   []object
	parameterAt  []string // pointers
}

func (o describedOperation) String() string { return o.name + " " + o.method + " " + o.path }

// operations lists all operations in the order of their addresses.
func (d *described) operations() []describedOperation {
	var list []describedOperation
	paths := d.root["paths"].(object)
	for path, v := range paths {
		item := v.(object)
		for method, op := range item {
			if method == "parameters" {
				continue
			}
			at := "#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path)
			o := describedOperation{described: d, method: strings.ToUpper(method), path: path, pointer: at + "/" + method, op: op.(object)}
			o.addParameters(item["parameters"], at+"/parameters")
			o.addParameters(o.op["parameters"], o.pointer+"/parameters")
			list = append(list, o)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].String() < list[j].String() })
	return list
}

func (o *describedOperation) addParameters(list any, at string) {
	items, _ := list.([]any)
	for i, v := range items {
		p, pointer := o.at(v, fmt.Sprintf("%s/%d", at, i))
		o.parameters = append(o.parameters, p)
		o.parameterAt = append(o.parameterAt, pointer)
	}
}

// exampleOf is the value a parameter is sent with: its example, else its default.
func exampleOf(p object) (any, bool) {
	schema, _ := p["schema"].(object)
	for _, v := range []any{p["example"], p["x-example"], p["default"], schema["default"]} {
		if v != nil {
			return v, true
		}
	}
	return nil, false
}

// address fills in the path and the query; replace overrides values of path parameters.
func (o describedOperation) address(t *testing.T, replace string) string {
	t.Helper()
	path, query := o.path, url.Values{}
	for _, p := range o.parameters {
		name, in := p["name"].(string), p["in"]
		value, ok := exampleOf(p)
		if !ok && p["required"] == true && in != "body" {
			t.Errorf("%s: the required parameter %s has no example", o, name)
		}
		text := fmt.Sprint(value)
		if list, isList := value.([]any); isList {
			text = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
		}
		switch {
		case in == "path" && replace != "":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(replace))
		case in == "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(text))
		case in == "query" && ok:
			query.Set(name, text)
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return o.base + path
}

// body is a request body to try, with its media type.
type body struct {
	name, contentType string
	value             any
	pointer           string // of its schema, "" when it has none
}

// bodies lists the request bodies an operation shows by example; one without content when it takes none.
func (o describedOperation) bodies(t *testing.T) []body {
	t.Helper()
	for i, p := range o.parameters {
		if p["in"] == "body" { // Swagger 2.0
			schema, at := o.at(p["schema"], o.parameterAt[i]+"/schema")
			return []body{{"the schema's example", "application/json", schema["example"], at}}
		}
	}
	request, at := o.at(o.op["requestBody"], o.pointer+"/requestBody")
	content, _ := request["content"].(object)
	var list []body
	for contentType, v := range content {
		media := v.(object)
		b := body{contentType: contentType, value: media["example"], name: contentType}
		if media["schema"] != nil {
			_, b.pointer = o.at(media["schema"], at+"/content/"+strings.ReplaceAll(contentType, "/", "~1")+"/schema")
		}
		examples, _ := media["examples"].(object)
		for name, e := range examples {
			list = append(list, body{name, contentType, e.(object)["value"], b.pointer})
		}
		if len(examples) == 0 {
			list = append(list, b)
		}
	}
	if len(list) == 0 {
		return []body{{name: "no body"}}
	}
	return list
}

// response finds what the description says of a status: the response and its pointer.
func (o describedOperation) response(status int) (object, string) {
	responses := o.op["responses"].(object)
	for _, key := range []string{fmt.Sprint(status), "default"} {
		if r, ok := responses[key]; ok {
			return o.at(r, o.pointer+"/responses/"+key)
		}
	}
	return nil, ""
}

// media returns the pointer of the schema of a response in a media type; false when it is not described.
func (o describedOperation) media(response object, at, contentType string) (pointer string, ok bool) {
	if schema, swagger2 := response["schema"]; swagger2 {
		_, pointer = o.at(schema, at+"/schema")
		return pointer, contentType == "application/json"
	}
	content, _ := response["content"].(object)
	m, ok := content[contentType].(object)
	if !ok || m["schema"] == nil {
		return "", ok
	}
	_, pointer = o.at(m["schema"], at+"/content/"+strings.ReplaceAll(contentType, "/", "~1")+"/schema")
	return pointer, true
}
