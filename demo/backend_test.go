package demo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/portico-portal/portico/demo"
)

func TestEveryOperationAnswersAsItsDescriptionSays(t *testing.T) {
	t.Parallel()
	count := 0
	for _, d := range readDescriptions(t) {
		for _, o := range d.operations() {
			count++
			for _, b := range o.bodies(t) {
				t.Run(o.String()+" with "+b.name, func(t *testing.T) {
					t.Parallel()
					server := httptest.NewServer(demo.Backend())
					t.Cleanup(server.Close)
					if o.op["operationId"] == "unfollowParcel" {
						o.send(t, server.URL, http.MethodPut, o.address(t, ""), body{})
					}
					status := o.send(t, server.URL, o.method, o.address(t, ""), b)
					if socket := o.op["operationId"] == "openSocket"; !socket && (status < 200 || status > 299) {
						t.Errorf("a request made from the examples is answered with %d", status)
					}
				})
			}
		}
	}
	if count != 44 {
		t.Errorf("the descriptions have %d operations; the README and the start page speak of 44", count)
	}
}

func TestBadRequestsAreAnsweredAsDescribed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(demo.Backend())
	t.Cleanup(server.Close)
	for _, d := range readDescriptions(t) {
		for _, o := range d.operations() {
			t.Run(o.String(), func(t *testing.T) {
				t.Parallel()
				if strings.Contains(o.path, "{") {
					if status := o.send(t, server.URL, o.method, o.address(t, "no such thing"), o.bodies(t)[0]); status < 400 || status > 499 {
						t.Errorf("an unknown name in the path is answered with %d", status)
					}
				}
				for _, b := range o.bodies(t) {
					if b.pointer == "" || !strings.Contains(b.contentType, "json") || strings.HasPrefix(o.name, "echo") {
						continue
					}
					for _, bad := range []string{"{", "[]", `"x"`, "{\"parcels\":[null],\"numbers\":7,\"url\":5,\"statuses\":3}", strings.Repeat("[", 20000)} {
						if status := o.send(t, server.URL, o.method, o.address(t, ""), body{contentType: b.contentType, value: rawBody(bad)}); status < 400 || status > 499 {
							t.Errorf("the body %.40s is answered with %d", bad, status)
						}
					}
				}
			})
		}
	}
}

func TestExamplesOfAnswersMatchTheirSchemas(t *testing.T) {
	t.Parallel()
	for _, d := range readDescriptions(t) {
		for _, o := range d.operations() {
			for status := 200; status < 500; status++ {
				response, at := o.response(status)
				content, _ := response["content"].(object)
				for contentType, v := range content {
					example := v.(object)["example"]
					pointer, _ := o.media(response, at, contentType)
					if example == nil || pointer == "" {
						continue
					}
					if err := o.check(pointer, example); err != nil {
						t.Errorf("%s: the example of %d: %v", o, status, err)
					}
				}
			}
		}
	}
}

func TestEverySchemaIsComplete(t *testing.T) {
	t.Parallel()
	for _, d := range readDescriptions(t) {
		components, _ := d.root["components"].(object)
		for at, schemas := range map[string]any{"#/definitions/": d.root["definitions"], "#/components/schemas/": components["schemas"]} {
			list, _ := schemas.(object)
			for name := range list {
				if _, err := d.schema.Compile("mem:///" + d.name + at + name); err != nil {
					t.Errorf("%s: the schema %s: %v", d.name, name, err)
				}
			}
		}
	}
}

// rawBody is sent as it is.
type rawBody string

// send makes a request, checks the request body against its schema and the
// answer against what the description says of its status, and returns the status.
func (o describedOperation) send(t *testing.T, base, method, address string, b body) int {
	t.Helper()
	content, contentType := o.encode(t, b)
	r, err := http.NewRequest(method, base+address, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for _, p := range o.parameters {
		if value, ok := exampleOf(p); ok && p["in"] == "header" {
			r.Header.Set(p["name"].(string), fmt.Sprint(value))
		}
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if method == o.method {
		o.checkAnswer(t, answer, text)
	}
	return answer.StatusCode
}

// encode turns an example into bytes, after checking it against its schema.
func (o describedOperation) encode(t *testing.T, b body) (content []byte, contentType string) {
	t.Helper()
	if raw, ok := b.value.(rawBody); ok {
		return []byte(raw), b.contentType
	}
	if b.pointer != "" && b.value != nil && b.contentType != "multipart/form-data" {
		if err := o.check(b.pointer, b.value); err != nil {
			t.Errorf("the example %s does not match its schema: %v", b.name, err)
		}
	}
	switch {
	case b.contentType == "":
		return nil, ""
	case b.contentType == "multipart/form-data":
		return form(t, b.value.(object))
	case strings.HasPrefix(b.contentType, "image/"):
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		return out.Bytes(), "image/png"
	case strings.HasSuffix(b.contentType, "json"):
		text, err := json.Marshal(b.value)
		if err != nil {
			t.Fatal(err)
		}
		return text, b.contentType
	}
	return []byte(fmt.Sprint(b.value)), b.contentType
}

// form encodes an example as multipart/form-data; the field file becomes a file.
func form(t *testing.T, fields object) (content []byte, contentType string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, value := range fields {
		part, err := w.CreateFormField(name)
		if name == "file" {
			part, err = w.CreateFormFile(name, "invoice.txt")
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, value)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), w.FormDataContentType()
}

// checkAnswer checks an answer against its description.
func (o describedOperation) checkAnswer(t *testing.T, answer *http.Response, text []byte) {
	t.Helper()
	response, at := o.response(answer.StatusCode)
	if response == nil {
		t.Errorf("%s: the description does not know the status %d (%.200s)", o, answer.StatusCode, text)
		return
	}
	if len(text) == 0 {
		if response["content"] != nil && o.method != http.MethodHead {
			t.Errorf("%s: %d has no body, but the description has one", o, answer.StatusCode)
		}
		return
	}
	contentType, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	pointer, ok := o.media(response, at, contentType)
	if !ok {
		t.Errorf("%s: %d is %s, which the description does not know", o, answer.StatusCode, contentType)
	}
	if pointer == "" || !strings.HasSuffix(contentType, "json") {
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: the answer is not JSON: %v", o, err)
	}
	if err := o.check(pointer, value); err != nil {
		t.Errorf("%s: the answer %d does not match its schema: %v\n%.500s", o, answer.StatusCode, err, text)
	}
}
