package widget_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/console"
	"github.com/portico-portal/portico/internal/widget"
)

func TestTheConsoleStartsWithEverythingFilledIn(t *testing.T) {
	t.Parallel()
	kind, body, err := widget.SampleFragment(context.Background(), widget.Render{Data: shop(), Params: atCreate}, "console", nil)
	if err != nil || kind != "application/json" {
		t.Fatalf("%s %v", kind, err)
	}
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(`{
		"api":"shop","operation":"create","method":"POST","url":"https://gateway.example/shop/v2/orders/{customer}?dry={dry}",
		"keyHeader":"Ocp-Apim-Subscription-Key","keyQuery":"subscription-key",
		"parameters":[
			{"name":"customer","place":"path","type":"string","required":true,"value":"c_1"},
			{"name":"dry","place":"query","type":"boolean","required":true},
			{"name":"limit","place":"query","type":"integer","hint":"How many"},
			{"name":"Idempotency-Key","place":"header","type":"string","values":["a","b"]},
			{"name":"session","place":"cookie","type":"string"}],
		"bodies":[
			{"type":"application/json","kind":"json","value":"{\n  \"lines\": [\n    {\n      \"sku\": \"A-1\"\n    }\n  ]\n}"},
			{"type":"application/x-www-form-urlencoded","kind":"form","fields":[{"name":"note","value":"NOTE","required":true}]}],
		"keys":"/console/keys","access":"/apis/shop#access","signIn":"/signin?returnUrl=%2Fapis%2Fshop%2Fcreate%23try"}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the console starts otherwise (-want +got):\n%s", diff)
	}
}

// only makes an API of one operation.
func only(api apim.API, set *apim.VersionSet, op apim.Operation, extra apim.OperationExtra) *fakeData {
	d := shop()
	d.apis[0].Props, d.apis[0].VersionSet, d.apis[0].Version = &api, set, "v2"
	o := d.ops["shop"][1]
	o.Props, o.Extra, o.Method, o.URLTemplate = &op, &extra, op.Method, op.URLTemplate
	return d
}

func TestSamplesMakeTheCall(t *testing.T) {
	t.Parallel()
	open := false
	body := func(contentType, schema string) (apim.Operation, apim.OperationExtra) {
		return apim.Operation{Method: "POST", URLTemplate: "/x", Request: &apim.Request{Representations: []apim.Representation{{ContentType: contentType}}}},
			apim.OperationExtra{RequestBody: raw(`{"content":{"` + contentType + `":{"schema":` + schema + `}}}`)}
	}
	form, formExtra := body("application/x-www-form-urlencoded", `{"properties":{"a":{"properties":{"b":{"example":"1 & 2"},"c":{"type":"array","items":{"type":"string"}}},"required":["b","c"]}},"required":["a"]}`)
	parts, partsExtra := body("multipart/form-data", `{"properties":{"file":{"type":"string","format":"binary"},"note":{"type":"string","example":"n"}},"required":["file","note"]}`)
	plain, plainExtra := body("text/plain", `{"type":"string","example":"hello"}`)
	for _, c := range []struct {
		name  string
		api   apim.API
		set   *apim.VersionSet
		op    apim.Operation
		extra apim.OperationExtra
		want  []string
		not   string
	}{
		{"a key in the header the API reads", apim.API{SubscriptionKeyParameterNames: &apim.SubscriptionKeyParameterNames{Header: "X-Key"}}, nil, apim.Operation{Method: "GET", URLTemplate: "/x"}, apim.OperationExtra{}, []string{"X-Key: YOUR_KEY"}, ""},
		{"no key for an open API", apim.API{SubscriptionRequired: &open}, nil, apim.Operation{Method: "GET", URLTemplate: "/x"}, apim.OperationExtra{}, []string{"https://gateway.example/shop/x"}, "YOUR_KEY"},
		{"a version in the query", apim.API{}, &apim.VersionSet{VersioningScheme: apim.SchemeQuery, VersionQueryName: "api-version"}, apim.Operation{Method: "GET", URLTemplate: "/x"}, apim.OperationExtra{}, []string{"/shop/x?api-version=v2"}, ""},
		{"a version in a header", apim.API{}, &apim.VersionSet{VersioningScheme: apim.SchemeHeader, VersionHeaderName: "Api-Version"}, apim.Operation{Method: "GET", URLTemplate: "/x"}, apim.OperationExtra{}, []string{"Api-Version: v2", "/shop/x"}, ""},
		{"placeholders where nothing is known", apim.API{}, nil, apim.Operation{Method: "GET", URLTemplate: "/{user-id}/{n}?q={q}", TemplateParameters: []apim.Parameter{{Name: "user-id", Type: "string"}, {Name: "n", Type: "integer"}, {Name: "q", Type: "string", DefaultValue: "a b"}}}, apim.OperationExtra{}, []string{"/shop/USER_ID/1?q=a%20b"}, ""},
		{"nested form fields", apim.API{}, nil, form, formExtra, []string{"a%5Bb%5D=1+%26+2", "a%5Bc%5D%5B%5D=string"}, ""},
		{"parts and files", apim.API{}, nil, parts, partsExtra, []string{"multipart/form-data; boundary=", `name="file"; filename=`, `name="note"`}, ""},
		{"text", apim.API{}, nil, plain, plainExtra, []string{"Content-Type: text/plain"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.api.Path = "shop"
			_, html, err := widget.SampleFragment(context.Background(), widget.Render{Data: only(c.api, c.set, c.op, c.extra), Params: atCreate}, "http", nil)
			if err != nil {
				t.Fatal(err)
			}
			// What matters is what is sent; the host is in a header of its own.
			_, curl, err := widget.SampleFragment(context.Background(), widget.Render{Data: only(c.api, c.set, c.op, c.extra), Params: atCreate}, "curl", nil)
			if err != nil {
				t.Fatal(err)
			}
			text := untag(string(html)) + untag(string(curl))
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("the sample lacks %q:\n%s", want, text)
				}
			}
			if c.not != "" && strings.Contains(text, c.not) {
				t.Errorf("the sample holds %q:\n%s", c.not, text)
			}
		})
	}
}

// untag is the text of highlighted code.
func untag(html string) string {
	for _, tag := range []string{"<i class=k>", "<i class=s>", "<i class=n>", "<i class=c>", "</i>"} {
		html = strings.ReplaceAll(html, tag, "")
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(html)
}

func TestSamplesOfTheConsolesCall(t *testing.T) {
	t.Parallel()
	request := &console.Request{Method: "PUT", URL: "https://gateway.example/x?a=<b>", Body: []byte(`{"a":1}`), ContentType: "application/json"}
	for _, l := range console.Languages {
		kind, html, err := widget.SampleFragment(context.Background(), widget.Render{Data: shop(), Params: atCreate}, l.ID, request)
		if err != nil || !strings.HasPrefix(kind, "text/html") {
			t.Fatalf("%s: %s %v", l.ID, kind, err)
		}
		if text := untag(string(html)); !strings.Contains(text, "PUT") && !strings.Contains(strings.ToLower(text), "put") {
			t.Errorf("%s does not make the call: %s", l.ID, text)
		}
		safe(t, string(html))
	}
	if _, _, err := widget.SampleFragment(context.Background(), widget.Render{Data: shop(), Params: atCreate}, "cobol", nil); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("an unknown language answers %v", err)
	}
}

func TestOneLimitHoldsForEverySample(t *testing.T) {
	t.Parallel()
	for _, l := range console.Languages {
		for name, change := range map[string]func(*console.Request, string){
			"a body":     func(r *console.Request, long string) { r.Body = []byte(long) },
			"an address": func(r *console.Request, long string) { r.URL += long },
			"headers":    func(r *console.Request, long string) { r.Headers = []console.Header{{Name: "X-A", Value: long}} },
		} {
			request := console.Request{Method: "PUT", URL: "https://gateway.example/x"}
			change(&request, strings.Repeat("a b ", console.MaxSample/4))
			_, _, err := widget.SampleFragment(context.Background(), widget.Render{Data: shop(), Params: atCreate}, l.ID, &request)
			if !errors.Is(err, apim.ErrTooLarge) || !strings.Contains(err.Error(), "64 KB") {
				t.Errorf("%s: %s that is too long: %v", l.ID, name, err)
			}
		}
		long := apim.Operation{Method: "POST", URLTemplate: "/x", Request: &apim.Request{Representations: []apim.Representation{{ContentType: "application/json"}}}}
		extra := apim.OperationExtra{RequestBody: json.RawMessage(`{"content":{"application/json":{"example":[` + strings.Repeat(`"a b ",`, console.MaxSample) + `1]}}}`)}
		_, html, err := widget.SampleFragment(context.Background(), widget.Render{Data: only(apim.API{Path: "shop"}, nil, long, extra), Params: atCreate}, l.ID, nil)
		if err != nil || len(html) > 4*console.MaxSample || !strings.Contains(string(html), "a b ") {
			t.Errorf("%s: the sample of a long example has %d bytes: %v", l.ID, len(html), err)
		}
	}
}
