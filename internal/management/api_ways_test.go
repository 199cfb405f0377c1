package management

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// apiWrite is what is asked of an API.
type apiWrite struct {
	name       string
	ref        apim.Ref
	properties map[string]any
	product    string // that the API is added to
	create     bool   // it is about new APIs alone: a PATCH has no such thing
	refused    string // the code and targets of the error; "": it is done
}

type props = map[string]any

// apiWrites are written in every way to a service that fillForWays makes.
func apiWrites() []apiWrite {
	server := props{"oAuth2": props{"authorizationServerId": "none"}}
	provider := props{"openidAuthenticationSettings": []any{props{"openidProviderId": "none"}}}
	known := props{"oAuth2": props{"authorizationServerId": "known"}}
	set := func(scheme string) props { return props{"name": "S", "versioningScheme": scheme} }
	return []apiWrite{
		{name: "a plain one", ref: "/apis/x", properties: props{"path": "x"}},
		{name: "with much", ref: "/apis/x", properties: props{"path": "x", "protocols": []string{"http"}, "subscriptionRequired": false, "isOnline": false,
			"contact": props{"email": "a@b.example"}, "authenticationSettings": known, "description": "D"}},
		{name: "an open product", ref: "/apis/x", properties: props{"path": "x"}, product: "open"},
		{name: "a second open product", ref: "/apis/both", properties: props{"path": "both"}, product: "open2", refused: "ValidationError apiId"},
		{name: "a name that is none", ref: "/apis/x*y", properties: props{"path": "x"}, refused: "ValidationError name", create: true},
		{name: "a revision name that is none", ref: "/apis/both;rev=a_b", properties: props{"path": "both"}, refused: "ValidationError apiRevision", create: true},
		{name: "a first revision that is none", ref: "/apis/x", properties: props{"path": "x", "apiRevision": "a b"}, refused: "ValidationError apiRevision", create: true},
		{name: "a first revision by name", ref: "/apis/x", properties: props{"path": "x", "apiRevision": "7"}, create: true},
		{name: "a server that is missing", ref: "/apis/x", properties: props{"path": "x", "authenticationSettings": server}, refused: "ValidationError authenticationSettings.authorizationServerId"},
		{name: "a provider that is missing", ref: "/apis/x", properties: props{"path": "x", "authenticationSettings": provider}, refused: "ValidationError authenticationSettings.openidProviderId"},
		{name: "a version set inline", ref: "/apis/x", properties: props{"path": "x", "apiVersion": "v1", "apiVersionSet": set("Segment")}},
		{name: "a version set inline by id", ref: "/apis/x", properties: props{"path": "x", "apiVersion": "v1", "apiVersionSet": props{"id": "/apiVersionSets/set"}}},
		{name: "a version set inline that is none", ref: "/apis/x", properties: props{"path": "x", "apiVersion": "v1", "apiVersionSet": set("Moon")}, refused: "ValidationError apiVersionSet.versioningScheme"},
		{name: "a version set that is missing", ref: "/apis/x", properties: props{"path": "x", "apiVersion": "v1", "apiVersionSetId": "/apiVersionSets/none"}, refused: "ValidationError apiVersionSetId"},
		{name: "a version without a set", ref: "/apis/x", properties: props{"path": "x", "apiVersion": "v1"}, refused: "ValidationError apiVersionSetId"},
		{name: "another revision", ref: "/apis/both;rev=2", properties: props{"path": "both"}},
		{name: "another revision to be current", ref: "/apis/both;rev=2", properties: props{"path": "both", "isCurrent": true}},
		{name: "the present one not current", ref: "/apis/both", properties: props{"path": "both", "isCurrent": false}},
		{name: "a path that another API has", ref: "/apis/x", properties: props{"path": "BOTH"}, refused: "ValidationError path"},
		{name: "the address of a version", ref: "/apis/x", properties: props{"path": "versioned/v1"}, refused: "ValidationError path"},
		{name: "a version at another's path", ref: "/apis/x", properties: props{"path": "bo", "apiVersion": "th", "apiVersionSetId": "/apiVersionSets/set"}},
		{name: "a version at another's address", ref: "/apis/x", properties: props{"path": "versioned", "apiVersion": "two", "apiVersionSetId": "/apiVersionSets/set"}, refused: "ValidationError path"},
		{name: "no path", ref: "/apis/x", properties: props{}, refused: "ValidationError path", create: true},
		{name: "a bad path", ref: "/apis/x", properties: props{"path": "a?b"}, refused: "ValidationError path"},
		{name: "a copy", ref: "/apis/x", properties: props{"path": "x", "sourceApiId": "/apis/both"}, create: true},
		{name: "a copy of nothing", ref: "/apis/x", properties: props{"path": "x", "sourceApiId": "/apis/none"}, refused: "ValidationError sourceApiId", create: true},
		{name: "a type by its other name", ref: "/apis/x", properties: props{"path": "x", "apiType": "websocket"}, create: true},
		{name: "a type in capitals", ref: "/apis/x", properties: props{"path": "x", "type": "WebSocket", "protocols": []string{"WSS"}}},
		{name: "a member of another type", ref: "/apis/x", properties: props{"path": "x", "isCurrent": "yes"}, refused: "ValidationError isCurrent"},
		{name: "a name that is too long", ref: "/apis/x", properties: props{"path": "x", "displayName": strings.Repeat("x", 301)}, refused: "ValidationError displayName"},
		{name: "a member that is null", ref: "/apis/x", properties: props{"path": "x", "description": nil}},
		{name: "in a workspace", ref: "/workspaces/w/apis/x", properties: props{"path": "x", "apiVersion": "v1", "apiVersionSetId": "/apiVersionSets/own"}},
		{name: "in a workspace with another's set", ref: "/workspaces/w/apis/x", properties: props{"path": "x", "apiVersion": "v1", "apiVersionSetId": "/workspaces/other/apiVersionSets/set"}, refused: "ValidationError apiVersionSetId"},
		{name: "at an address of another workspace", ref: "/workspaces/w/apis/x", properties: props{"path": "versioned/v1"}, refused: "ValidationError path"},
		{name: "in no workspace", ref: "/workspaces/none/apis/x", properties: props{"path": "x"}, refused: "ResourceNotFound ", create: true},
	}
}

func (s *service) fillForWays() {
	s.put("/workspaces/w", `{"displayName":"W"}`)
	s.put("/workspaces/w/apiVersionSets/own", `{"displayName":"Own","versioningScheme":"Header","versionHeaderName":"x-v"}`)
	s.put("/authorizationServers/known", `{"displayName":"Known","clientRegistrationEndpoint":"https://a.example","authorizationEndpoint":"https://a.example","grantTypes":["implicit"],"clientId":"c"}`)
	s.put("/apiVersionSets/set", `{"displayName":"Set","versioningScheme":"Segment"}`)
	s.put("/apis/both", `{"path":"both"}`)
	s.put("/apis/both;rev=3", `{"path":"both"}`)
	s.put("/apis/one", `{"path":"versioned","apiVersion":"v1","apiVersionSetId":"/apiVersionSets/set"}`)
	s.put("/apis/taken", `{"path":"versioned/two"}`)
	for _, product := range []string{"open", "open2"} {
		s.put("/products/"+product, `{"displayName":"Open","subscriptionRequired":false}`)
	}
	s.do("PUT", "/products/open/apis/both", "").want(201)
}

// apiWays are the ways of writing an API; each returns the code and targets of an error.
var apiWays = []struct {
	name      string
	described bool
	write     func(s *service, w apiWrite) string
}{
	{"PUT", false, (*service).putWay},
	{"PUT with a description", true, (*service).putWay},
	{"in a stopped service", false, (*service).stoppedWay},
	{"import into a stopped service", true, (*service).stoppedWay},
	{"PATCH", false, (*service).patchWay},
}

func (s *service) putWay(w apiWrite) string {
	return s.thenAdd(s.do(http.MethodPut, escaped(w.ref), body(w.properties)), w)
}

func (s *service) patchWay(w apiWrite) string {
	if s.do("HEAD", escaped(w.ref), "").status == http.StatusNotFound {
		s.do("PUT", escaped(w.ref), `{"properties":{"path":"before"}}`).want(201)
	}
	return s.thenAdd(s.do(http.MethodPatch, escaped(w.ref), body(w.properties)), w)
}

func (s *service) thenAdd(r *response, w apiWrite) string {
	if r.status < 300 && w.product != "" {
		r = s.do("PUT", "/products/"+w.product+"/apis/"+string(w.ref.Name()), "")
	}
	if r.status < 300 {
		return ""
	}
	code, targets := r.failure()
	return code + " " + targets
}

func (s *service) stoppedWay(w apiWrite) string {
	properties, err := json.Marshal(w.properties)
	if err != nil {
		s.Fatal(err)
	}
	r := apis.Request{Ref: w.ref, Properties: properties}
	if w.product != "" {
		r.Products = []apim.Ref{apim.ProductRef(apim.Name(w.product))}
	}
	_, err = s.handler.APIs.Write(s.Context(), store.Actor{Name: "test"}, r)
	if err == nil {
		return ""
	}
	e := arm.FromError(err)
	var targets []string
	for _, d := range e.Details {
		targets = append(targets, d.Target)
	}
	return e.Code + " " + strings.Join(targets, " ")
}

func escaped(ref apim.Ref) string { return strings.ReplaceAll(string(ref), "*", "%2A") }

func body(properties map[string]any) string {
	text, _ := json.Marshal(map[string]any{"properties": properties}) // maps of plain values marshal always
	return string(text)
}

// TestEveryWayOfWritingAnAPIDoesTheSame writes each API in every way, each time to
// a service of its own, and compares what is stored or why it is refused.
func TestEveryWayOfWritingAnAPIDoesTheSame(t *testing.T) {
	t.Parallel()
	for _, w := range apiWrites() {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var first map[string]string
			for _, way := range apiWays {
				if way.name == "PATCH" && w.create {
					continue
				}
				s := newService(t)
				s.fillForWays()
				asked := w
				asked.properties = maps.Clone(w.properties)
				if way.described {
					asked.properties["format"], asked.properties["value"] = "openapi", fmt.Sprintf(`{"openapi":"3.0.3","info":{"title":%q},"paths":{"/o":{"get":{"responses":{"200":{"description":"ok"}}}}}}`, w.titled())
				}
				if refused := way.write(s, asked); refused != w.refused {
					t.Fatalf("%s is refused with %q, want %q", way.name, refused, w.refused)
				}
				stored := s.storedAPIs()
				if first == nil {
					first = stored
				}
				if diff := cmp.Diff(first, stored); diff != "" && w.refused == "" {
					t.Errorf("%s stores something else than PUT:\n%s", way.name, diff)
				}
			}
		})
	}
}

// titled is the title of a description that says nothing new.
func (w apiWrite) titled() string {
	if w.properties["sourceApiId"] != nil {
		return "both"
	}
	id, _ := apim.SplitRevision(w.ref.Name())
	return string(id)
}

// storedAPIs are the APIs, version sets and links, with version sets that were
// made on the way under their display names.
func (s *service) storedAPIs() map[string]string {
	all := map[string]string{}
	err := s.store.View(s.Context(), func(tx *store.Tx) error {
		named := strings.NewReplacer()
		for _, kind := range []*apim.Kind{apim.VersionSets, apim.APIs} {
			err := tx.Scan(kind.Path, func(d *store.Document) error {
				if kind == apim.VersionSets && strings.Contains(string(d.Body), `"displayName":"S"`) {
					named = strings.NewReplacer(string(d.Name), "S")
				}
				all[named.Replace(string(d.Ref))] = named.Replace(string(d.Body))
				return nil
			})
			if err != nil {
				return err
			}
		}
		for _, kind := range []apim.LinkKind{apim.CurrentRevision, apim.ProductAPI} {
			links, err := tx.AllLinks(kind)
			if err != nil {
				return err
			}
			for _, l := range links {
				all[string(kind)+" "+string(l.From)+" "+string(l.To)] = "linked"
			}
		}
		return nil
	})
	if err != nil || len(all) < 10 {
		s.Fatalf("%d entries, %v", len(all), err)
	}
	return all
}

// TestWarningsOfAnImportAreToldEveryWay imports a description that something is
// wrong with into a running and into a stopped service.
func TestWarningsOfAnImportAreToldEveryWay(t *testing.T) {
	t.Parallel()
	s := newService(t)
	properties := props{"path": "x", "format": "openapi", "value": `{"openapi":"3.0.3","info":{"title":"X"},"paths":{"/o":{"get":{
		"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Gone"}}}}}}}}}`}
	text, err := json.Marshal(properties)
	if err != nil {
		t.Fatal(err)
	}
	stopped, err := s.handler.APIs.Write(t.Context(), store.Actor{Name: "test"}, apis.Request{Ref: "/apis/x", Properties: text})
	if err != nil || len(stopped.Findings) == 0 {
		t.Fatalf("in a stopped service: %+v, %v", stopped, err)
	}
	told, more := arm.Warnings(s.do("PUT", "/apis/x", body(properties)).want(200).header)
	if diff := cmp.Diff(stopped.Findings, told); diff != "" || more != 0 {
		t.Errorf("a running service tells something else (%d more):\n%s", more, diff)
	}
	var kept []store.AuditEntry
	err = s.store.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.AuditLog(store.AuditQuery{Resource: "/apis/x"})
		for _, e := range all {
			if e.Action == "findings" {
				kept = append(kept, e)
			}
		}
		return err
	})
	if err != nil || len(kept) != 2 || string(kept[0].After) != string(kept[1].After) {
		t.Errorf("the history of the API has %d entries of findings: %v, %v", len(kept), kept, err)
	}
}

// TestEveryWayOfWritingAnOperationDoesTheSame adds a second operation to GET /o by
// PUT, by PATCH of another one, and by importing both: two operations of an API
// differ in method or template, and both keep to the rules of a template.
func TestEveryWayOfWritingAnOperationDoesTheSame(t *testing.T) {
	t.Parallel()
	ways := map[string]func(s *service, method, template string) bool{
		"PUT": func(s *service, method, template string) bool {
			return s.do("PUT", "/apis/x/operations/two", body(operationProps(method, template))).status == 201
		},
		"PATCH": func(s *service, method, template string) bool {
			s.do("PUT", "/apis/x/operations/two", body(operationProps("TRACE", "/before"))).want(201)
			return s.do("PATCH", "/apis/x/operations/two", body(operationProps(method, template))).status == 200
		},
		"import": func(s *service, method, template string) bool {
			paths := map[string]props{"/o": {"get": props{"responses": props{}}}}
			if paths[template] == nil {
				paths[template] = props{}
			}
			paths[template][strings.ToLower(method)] = props{"responses": props{}}
			described, _ := json.Marshal(props{"openapi": "3.0.3", "info": props{"title": "X"}, "paths": paths})
			r := s.do("PUT", "/apis/x", body(props{"path": "x", "format": "openapi+json", "value": string(described)}))
			return r.status < 300 && len(strings.Fields(s.do("GET", "/apis/x/operations", "").names())) == 2
		},
		"copy": func(s *service, method, template string) bool {
			if s.do("PUT", "/apis/x/operations/two", body(operationProps(method, template))).status != 201 {
				return false
			}
			s.do("PUT", "/apis/x;rev=2", body(props{"sourceApiId": "/apis/x"})).want(201)
			return s.do("PUT", "/apis/x;rev=2/operations/three", body(operationProps(method, template))).want(409).status == 409
		},
	}
	for _, c := range []struct {
		method, template string
		taken            bool
	}{
		{"GET", "/o", true}, {"get", "/o", true}, {"POST", "/o", false}, {"GET", "/O", false}, {"GET", "/o/{id}", false},
		{"GET", "/o/{id", true}, {"GET", "/" + strings.Repeat("o", 1000), true},
	} {
		for name, write := range ways {
			s := newService(t)
			s.put("/apis/x", `{"path":"x"}`)
			s.do("PUT", "/apis/x/operations/one", body(operationProps("GET", "/o"))).want(201)
			if ok := write(s, c.method, c.template); ok == c.taken {
				t.Errorf("%s of %s %.20s: done %t", name, c.method, c.template, ok)
			}
		}
	}
}

func operationProps(method, template string) props {
	parameters := []props{}
	for _, name := range apim.TemplateVariables(template) {
		parameters = append(parameters, props{"name": name, "type": "string"})
	}
	return props{"displayName": "O", "method": method, "urlTemplate": template, "templateParameters": parameters}
}
