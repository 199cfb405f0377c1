package operations

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	sdk1 "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement"
	sdk2 "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v2"
	sdk3 "github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/apimanagement/armapimanagement/v3"
)

// credential is a token the SDK sends after the word Bearer.
type credential string

func (c credential) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: string(c), ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// sasPolicy replaces the header, as scripts with a shared access signature do.
type sasPolicy string

func (p sasPolicy) Do(r *policy.Request) (*http.Response, error) {
	r.Raw().Header.Set("Authorization", string(p))
	return r.Next()
}

// TestGoSDKs runs a journey with every generation of the Go SDK over TLS: each
// resource it knows is made, read, changed, paged through and deleted.
func TestGoSDKs(t *testing.T) {
	t.Parallel()
	for name, factory := range map[string]func(azcore.TokenCredential, *arm.ClientOptions) (any, error){
		"v1.1.1": func(c azcore.TokenCredential, o *arm.ClientOptions) (any, error) {
			return sdk1.NewClientFactory("s", c, o)
		},
		"v2.1.0": func(c azcore.TokenCredential, o *arm.ClientOptions) (any, error) {
			return sdk2.NewClientFactory("s", c, o)
		},
		"v3.0.0": func(c azcore.TokenCredential, o *arm.ClientOptions) (any, error) {
			return sdk3.NewClientFactory("s", c, o)
		},
	} {
		for _, style := range []string{"bearer", "signature"} {
			t.Run(name+" "+style, func(t *testing.T) {
				t.Parallel()
				s := newSuite(t)
				s.names = map[string]string{"accessName": "gitAccess", "notificationName": "BCC", "policyId": "policy", "email": "ops@contoso.example"}
				f, err := factory(credential(strings.TrimPrefix(s.token, "SharedAccessSignature ")), s.sdkOptions(style))
				if err != nil {
					t.Fatal(err)
				}
				j := &journey{suite: s, factory: reflect.ValueOf(f)}
				j.run("", serviceFixtures())
				s.send(http.MethodPut, s.address("/users/ann"), "", map[string]any{"properties": person}, "")
				for _, f := range serviceFixtures()[2:4] {
					s.send(http.MethodPut, s.address("/"+strings.Split(f.path, "/")[1]+"/"+f.name), "", f.body(), "")
				}
				j.run("/workspaces/{workspaceId}", workspaceFixtures())
				fmt.Printf("report: Go SDK %s, %s: %d kinds, %d calls\n", name, style, j.kinds, j.calls)
				if j.kinds < 36 {
					t.Errorf("only %d kinds were known", j.kinds)
				}
			})
		}
	}
}

func (s *suite) sdkOptions(style string) *arm.ClientOptions {
	opt := &arm.ClientOptions{DisableRPRegistration: true}
	opt.Cloud = cloud.Configuration{ActiveDirectoryAuthorityHost: "https://login.example", Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
		cloud.ResourceManager: {Endpoint: s.tls.URL, Audience: "https://portico.example"},
	}}
	opt.Transport = s.tls.Client()
	opt.Retry = policy.RetryOptions{MaxRetries: -1}
	if style == "signature" {
		opt.PerRetryPolicies = []policy.Policy{sasPolicy(s.token)}
	}
	return opt
}

// journey drives one SDK by reflection: methods are found by the client and
// operation that the reference names.
type journey struct {
	*suite
	factory      reflect.Value
	kinds, calls int
}

func (j *journey) run(base string, fixtures []*fixture) {
	var known []*fixture
	for _, f := range fixtures {
		f.path = base + f.path
		if base != "" && f.path == base+"/workspaces/{workspaceId}" {
			f.path = base
		}
		if strings.HasSuffix(f.path, "}") {
			j.names[f.parameter()] = f.name
		}
		if !j.call(http.MethodPut, f.path, f.body()) {
			// A generation that does not know the kind continues; what depends on it still needs it.
			j.send(http.MethodPut, j.address(f.path), "", f.body(), "*")
			continue
		}
		j.kinds++
		known = append(known, f)
		j.call(http.MethodGet, f.path, nil)
		j.call(http.MethodHead, f.path, nil)
		for name, value := range f.changes {
			j.call(http.MethodPatch, f.path, map[string]any{"properties": map[string]any{name: value}})
		}
		if !j.call(http.MethodGet, f.collection(), nil) {
			continue
		}
	}
	for _, a := range []string{"/products/{productId}/apis/{apiId}", "/products/{productId}/groups/{groupId}", "/groups/{groupId}/users/{userId}", "/apis/{apiId}/tags/{tagId}"} {
		for _, method := range []string{http.MethodDelete, http.MethodPut, http.MethodHead, http.MethodGet, http.MethodDelete} {
			if j.has(method, base+a) {
				j.call(method, base+a, nil)
			}
		}
	}
	for _, f := range slices.Backward(fixtures) {
		if strings.HasSuffix(f.path, "}") {
			j.names[f.parameter()] = f.name
		}
		if slices.Contains(known, f) && j.has(http.MethodDelete, f.path) {
			j.call(http.MethodDelete, f.path, nil)
		}
	}
}

// call calls the SDK's method for an operation; false when it has none.
func (j *journey) call(method, path string, body any) bool {
	j.Helper()
	if !j.has(method, path) {
		return false
	}
	o := j.operation(method, path, "")
	construct := j.factory.MethodByName("New" + o.Client)
	if !construct.IsValid() {
		return false
	}
	client := construct.Call(nil)[0]
	for _, name := range []string{"Begin" + o.Operation, "New" + o.Operation + "Pager", o.Operation} {
		m := client.MethodByName(name)
		if !m.IsValid() {
			continue
		}
		args, ok := j.arguments(m.Type(), path, body)
		if !ok {
			return false
		}
		j.calls++
		j.finish(o, m.Call(args))
		return true
	}
	return false
}

var contextType = reflect.TypeOf((*context.Context)(nil)).Elem()

// arguments are the context, the names in the path, If-Match, the body, and no options.
func (j *journey) arguments(m reflect.Type, path string, body any) ([]reflect.Value, bool) {
	j.Helper()
	texts := []string{"g", "portico"}
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			texts = append(texts, j.names[strings.Trim(part, "{}")])
		}
	}
	texts = append(texts, "*")
	var args []reflect.Value
	sent := body == nil
	for i := range m.NumIn() {
		in := m.In(i)
		switch {
		case in.Implements(contextType):
			args = append(args, reflect.ValueOf(j.Context()))
		case in.Kind() == reflect.String:
			if len(texts) == 0 {
				return nil, false // an older generation has more in the path
			}
			args = append(args, reflect.ValueOf(texts[0]).Convert(in))
			texts = texts[1:]
		case in.Kind() == reflect.Struct:
			v := reflect.New(in)
			data, err := json.Marshal(body)
			if err == nil {
				err = json.Unmarshal(data, v.Interface())
			}
			if err != nil {
				j.Fatalf("body of %s: %v", path, err)
			}
			args, sent = append(args, v.Elem()), true
		default:
			args = append(args, j.options(in))
		}
	}
	return args, sent // v1.1.1 has content types and items without their bodies
}

// options are none, but for lists pages of one.
func (j *journey) options(in reflect.Type) reflect.Value {
	if in.Kind() != reflect.Pointer || in.Elem().Kind() != reflect.Struct {
		return reflect.Zero(in)
	}
	v := reflect.New(in.Elem())
	if top := v.Elem().FieldByName("Top"); top.IsValid() {
		one := int32(1)
		top.Set(reflect.ValueOf(&one))
	}
	return v
}

// finish reads all pages, or waits for the end, and wants no error.
func (j *journey) finish(o *operation, results []reflect.Value) {
	j.Helper()
	last := results[len(results)-1]
	if err, ok := last.Interface().(error); ok && err != nil {
		j.Errorf("%s.%s (%s): %v", o.Client, o.Operation, j.fill(o.Path), err)
		return
	}
	pager := results[0]
	if wait := pager.MethodByName("PollUntilDone"); wait.IsValid() {
		out := wait.Call([]reflect.Value{reflect.ValueOf(j.Context()), reflect.Zero(wait.Type().In(1))})
		if err, _ := out[1].Interface().(error); err != nil {
			j.Errorf("%s.%s: %v", o.Client, o.Operation, err)
		}
		return
	}
	if !pager.MethodByName("NextPage").IsValid() {
		return
	}
	for n := 0; pager.MethodByName("More").Call(nil)[0].Bool(); n++ {
		out := pager.MethodByName("NextPage").Call([]reflect.Value{reflect.ValueOf(j.Context())})
		if err, _ := out[1].Interface().(error); err != nil || n > 100 {
			j.Errorf("%s.%s, page %d: %v", o.Client, o.Operation, n, err)
			return
		}
	}
}
