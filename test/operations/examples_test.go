package operations

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
)

const sdkModule = "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"

// exceptions are examples that fail here, by a part of their name or of the
// error, with the reason.
var exceptions = []struct{ example, failure, reason string }{
	{"", "NotSupportedSelfHosted", "belongs to a service run by Azure, or is not built yet; answered 501 with the reason"},
	{"ServiceClient_BeginCreateOrUpdate", "self-hosted instance", "SKU, location, network and host names of a self-hosted instance come from its configuration"},
	{"ServiceClient_BeginCreateOrUpdate", "sku.name must be one of Developer", "a self-hosted instance has one SKU"},
	{"ServiceClient_BeginUpdate", "self-hosted instance", "SKU, location, network and host names of a self-hosted instance come from its configuration"},
	{"ServiceClient_BeginDelete", "OperationNotAllowed", "deleting takes an operator who allowed it"},
	{"ApiNewVersionUsingExistingApi", "same address", "another example has made an API with the path"},
	{"CertificateClient_CreateOrUpdate", "certificate in base64", "its certificate is a row of asterisks"},
	{"DocumentationClient", "PreconditionFailed", "its If-Match is an ETag of another service"},
	{"DocumentationClient", "If-Match must be", "its If-Match is an ETag without quotes"},
	{"NetworkStatusClient_ListByLocation", "ResourceNotFound", "asks for a region the instance does not run in"},
	{"PolicyRestrictionClient", "which does not exist", "its scope is a sentence"},
	{"PortalRevisionClient_BeginCreateOrUpdate", "exists already", "another example has published under the name, and a publication cannot be replaced"},
	{"UserClient_Update", "e-mail address exists", "another example has made a user with the address"},
	{"UserClient_GetSharedAccessToken", "in the future", "its expiry lies in the past"},
}

// TestExamplesOfTheGoSDK runs the examples that come with the Go SDK against a
// server. What an example needs to be there is made first.
func TestExamplesOfTheGoSDK(t *testing.T) {
	t.Parallel()
	s := newSuite(t)
	p := &preparer{suite: s, answers: map[string]string{}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	examples, documented, overlay := generateExamples(t)
	command := exec.Command("go", "run", "-overlay", overlay, "./generated")
	command.Env = append(os.Environ(), "EXAMPLES_URL="+server.URL, "EXAMPLES_TOKEN="+strings.TrimPrefix(s.token, "SharedAccessSignature "))
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("run the examples: %v\n%s", err, stderr.String())
	}
	ran, accepted, excepted := 0, 0, 0
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var result struct{ Name, Error string }
		if err := decoder.Decode(&result); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		ran++
		switch {
		case result.Error == "":
			accepted++
			p.compareShape(result.Name, documented[result.Name])
		case exceptionTo(result.Name, result.Error):
			excepted++
		default:
			t.Errorf("%s: %s", result.Name, brief(result.Error))
		}
	}
	fmt.Printf("report: examples of the Go SDK v3.0.0: %d, accepted %d, exceptions with a reason %d\n", ran, accepted, excepted)
	if ran != examples || ran < 600 {
		t.Errorf("%d of %d examples ran", ran, examples)
	}
}

// misspelled are types that examples show, and what the service's own are.
var misspelled = strings.NewReplacer("api-version-sets", "apiVersionSets", "workspaces.", "workspaces/", "groupLinkId", "groupLinks", "workspaces/pis", "workspaces/apis")

// otherShapes are examples whose comments show another resource than their request is for.
var otherShapes = []string{"APIPolicyClient_CreateOrUpdate_apiManagementCreateApiPolicyNonXmlEncoded", "WorkspaceNamedValueClient_BeginUpdate"}

// compareShape requires the answer to be of the type that the example shows.
func (p *preparer) compareShape(name string, types []string) {
	p.Helper()
	if slices.Contains(otherShapes, name) {
		return
	}
	for _, typ := range types {
		typ = misspelled.Replace(typ)
		answer := strings.ToLower(p.answers[name])
		if answer == `{"value":[],"count":0}` {
			continue // the example's list has something in it, ours may have nothing
		}
		if !strings.Contains(answer, `"type":"`+strings.ToLower(typ)+`"`) {
			p.Errorf("%s: the answer has no resource of the type %s: %.300s", name, typ, p.answers[name])
		}
	}
}

func exceptionTo(name, failure string) bool {
	for _, e := range exceptions {
		if strings.Contains(name, e.example) && strings.Contains(failure, e.failure) {
			return true
		}
	}
	return false
}

func brief(failure string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(failure, "-----", "")), " ")
}

var (
	exampleFunc = regexp.MustCompile(`(?m)^func Example(\w+)\(\) \{`)
	// documentedType is the type of a resource in the comment that shows the answer.
	documentedType = regexp.MustCompile(`(?m)^\t+// \t+Type: to\.Ptr\("(Microsoft\.ApiManagement/[^"]+)"\)`)

	importLine = regexp.MustCompile(`(?m)^\t"(log|github.com/Azure/azure-sdk-for-go/sdk/azidentity)"\n`)
)

// generateExamples makes a program of the SDK's examples, which are read where
// the module is kept. It returns their number, the types of the resources that
// each one's comments show as the answer, and the overlay that has the program.
func generateExamples(t *testing.T) (n int, documented map[string][]string, overlay string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sdkFolder(t), "*_example_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the SDK has no examples: %v", err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	documented = map[string][]string{}
	var names []string
	add := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, "generated", name)] = path
	}
	for i, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		found := exampleFunc.FindAllStringSubmatchIndex(text, -1)
		for k, m := range found {
			name, end := text[m[2]:m[3]], len(text)
			if k+1 < len(found) {
				end = found[k+1][0]
			}
			names = append(names, name)
			for _, typ := range documentedType.FindAllStringSubmatch(text[m[1]:end], 1) {
				documented[name] = append(documented[name], typ[1])
			}
		}
		text = strings.NewReplacer("package armapimanagement_test", "package main",
			"azidentity.NewDefaultAzureCredential(nil)", "newCredential()",
			`NewClientFactory("<subscription-id>", cred, nil)`, `NewClientFactory("s", cred, options())`).Replace(text)
		add(fmt.Sprintf("example_%d.go", i), importLine.ReplaceAllString(text, ""))
	}
	main, err := os.ReadFile("testdata/examples_main.go.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for _, name := range names {
		fmt.Fprintf(&list, "\t{%q, Example%s},\n", name, name)
	}
	add("main.go", strings.Replace(string(main), "// EXAMPLES\n", list.String(), 1))
	overlay = filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return len(names), documented, overlay
}

// sdkFolder is where the Go SDK's source is kept.
func sdkFolder(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", sdkModule).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// preparer is in front of the server: it makes what a request takes to be there.
type preparer struct {
	*suite
	answers map[string]string // the last body by example
}

func (p *preparer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mint()
	r.Header.Set("Authorization", p.token)
	if address, err := arm.ParseAddress(r.URL.EscapedPath()); err == nil && address.ARM() {
		p.prepare(r.Method, address.Segments, body)
	}
	p.forward(w, r, body)
}

var serviceName = regexp.MustCompile(`/service/[A-Za-z0-9-]+`)

// forward passes the request on, with the name of the server's own service.
func (p *preparer) forward(w http.ResponseWriter, r *http.Request, body []byte) {
	target, _ := url.Parse(p.url)
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI, out.Host = target.Scheme, target.Host, "", target.Host
	out.URL.Path = serviceName.ReplaceAllString(out.URL.Path, "/service/portico")
	out.URL.RawPath = serviceName.ReplaceAllString(out.URL.RawPath, "/service/portico")
	body = serviceName.ReplaceAll(body, []byte("/service/portico"))
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	answer, err := http.DefaultTransport.RoundTrip(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if answer.StatusCode < 300 && len(data) > 0 {
		p.answers[r.Header.Get("X-Example")] = string(data)
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = w.Write(data)
}

// prepare makes the entity of an address, unless a PUT does, what it is below,
// and what the body names.
func (p *preparer) prepare(method string, segments []string, body []byte) {
	p.names = map[string]string{}
	ref := apim.Ref("")
	for i := 0; i+1 < len(segments); i += 2 {
		last := i+3 >= len(segments) && len(segments)%2 == 0
		parent := ref
		ref = ref.Child(segments[i], apim.Name(segments[i+1]))
		switch kindOf(ref) { // what a PUT names in its address
		case apim.RecipientUsers.Path:
			p.ensure(apim.UserRef(ref.Name()))
		case apim.TagDescriptions.Path:
			p.ensure(apim.TagRef(ref.Name()))
		}
		if last && method == http.MethodPut && apim.KindByPath(kindOf(ref)) != nil {
			break
		}
		p.ensureBelow(parent, ref, last && method != http.MethodPut)
	}
	if len(segments) == 4 && strings.EqualFold(segments[0], "quotas") && method == http.MethodGet {
		p.send(http.MethodPatch, servicePrefix+escaped(ref), "", map[string]any{"properties": map[string]any{}}, "")
	}
	if len(segments) == 4 && strings.EqualFold(segments[0], "users") && strings.EqualFold(segments[2], "subscriptions") {
		p.send(http.MethodPatch, servicePrefix+"/subscriptions/"+segments[3], "", map[string]any{"properties": map[string]any{"ownerId": "/users/" + segments[1]}}, "*")
	}
	for _, text := range textsOf(body) {
		p.ensureNamed(segments, text)
	}
}

// ensureBelow makes an entity, or the other side of an association and, when it
// is to be there, the association.
func (p *preparer) ensureBelow(parent, ref apim.Ref, associated bool) {
	if apim.KindByPath(kindOf(ref)) != nil {
		p.ensure(ref)
		return
	}
	parts := strings.Split(string(ref), "/")
	other := apim.Ref("").Child(parts[len(parts)-2], apim.Name(parts[len(parts)-1]))
	if apim.KindByPath(kindOf(other)) == nil {
		return // not a resource: reports, actions
	}
	p.ensure(other)
	if associated {
		p.put(ref, nil)
	}
}

func kindOf(ref apim.Ref) string {
	path := ref.KindPath()
	for _, k := range apim.Kinds {
		if strings.EqualFold(k.Path, path) {
			return k.Path
		}
	}
	return path
}

// textsOf are all strings in a JSON text.
func textsOf(body []byte) []string {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	var texts []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			texts = append(texts, v)
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for name, e := range v {
				if id, ok := e.(string); ok {
					switch name { // ids that are written as names alone
					case "authorizationServerId":
						e = "/authorizationServers/" + id
					case "openidProviderId":
						e = "/openidConnectProviders/" + id
					case "documentationId":
						e = "/documentations/" + string(apim.ParseRef(id).Name())
					}
				}
				walk(e)
			}
		}
	}
	walk(v)
	return texts
}

// ensureNamed makes what an id in a body names.
func (p *preparer) ensureNamed(segments []string, text string) {
	ref := apim.ParseRef(text)
	parts := strings.Split(string(ref), "/")
	if len(parts) < 3 || len(parts)%2 == 0 || strings.Contains(string(ref), " ") {
		return
	}
	if kind := apim.KindByPath(kindOf(ref)); ref.Workspace() == "" && len(segments) > 1 && strings.EqualFold(segments[0], "workspaces") && kind != nil && kind.Workspace {
		ref = apim.WorkspaceRef(apim.Name(segments[1])) + ref
	}
	if apim.KindByPath(kindOf(ref)) == nil {
		return
	}
	var chain []apim.Ref
	for r := ref; r != ""; r = r.Parent() {
		chain = append(chain, r)
	}
	for _, r := range slices.Backward(chain) {
		p.ensure(r)
	}
}

// ensure makes an entity that is not there, from the fixture of its kind.
func (p *preparer) ensure(ref apim.Ref) {
	if got := p.send(http.MethodGet, servicePrefix+escaped(ref), "", nil, ""); got.status == http.StatusOK {
		return
	}
	f := fixtureOf(kindOf(ref))
	if f == nil {
		return
	}
	home := ref.Home()
	for _, text := range textsOf([]byte(mustJSON(f.properties))) {
		p.ensureNamed(strings.Split(strings.TrimPrefix(string(home), "/"), "/"), text)
	}
	properties := map[string]any{}
	for name, v := range f.properties {
		properties[name] = v
	}
	own := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, string(ref))
	switch kindOf(ref) {
	case "apis":
		properties["path"], properties["type"] = own, "http"
		for _, name := range []string{"apiRevision", "isCurrent", "apiVersion", "apiVersionSetId", "authenticationSettings"} {
			delete(properties, name)
		}
	case "users":
		properties["email"] = own + "@contoso.example"
	case "subscriptions":
		delete(properties, "primaryKey")
		delete(properties, "secondaryKey")
		if home != "" {
			p.ensure(home + "/products/starter")
			properties["scope"] = id(string(home) + "/products/starter")
		}
	case "namedValues":
		properties["displayName"] = own
	case "apis/releases":
		api := ref.Parent()
		if name, revision := apim.SplitRevision(api.Name()); revision == "" {
			api = api.Parent().Child("apis", name+";rev=1")
		}
		properties["apiId"] = id(string(api))
	case "apis/tagDescriptions":
		p.ensure(apim.TagRef(ref.Name()))
	case "apis/operations":
		properties["urlTemplate"] = "/" + own + "/{id}"
	}
	p.put(ref, map[string]any{"properties": properties})
}

func (p *preparer) put(ref apim.Ref, body any) {
	got := p.send(http.MethodPut, servicePrefix+escaped(ref), "", body, "")
	if got.status >= 300 && got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed && got.status != http.StatusNotImplemented {
		p.Logf("make %s: %d %s", ref, got.status, got.text)
	}
}

func escaped(ref apim.Ref) string {
	parts := strings.Split(string(ref), "/")
	for i, s := range parts {
		parts[i] = url.PathEscape(s)
	}
	return strings.Join(parts, "/")
}

func mustJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

var pathParameter = regexp.MustCompile(`/\{[^}]*\}|/default$|/policy$`)

// fixtureOf is the fixture of a kind.
func fixtureOf(kind string) *fixture {
	all := append(serviceFixtures(), &fixture{path: "/workspaces/{workspaceId}", properties: p(`{"displayName":"W"}`)})
	for _, f := range all {
		if strings.EqualFold(strings.Trim(pathParameter.ReplaceAllString(f.path, ""), "/"), kind) && !f.fixed {
			return f
		}
	}
	return nil
}
