package policy

import (
	"strings"
	"testing"
)

// What the gateway cannot run it keeps, but it must not let calls past it.
func TestPoliciesThatAreNotRunRefuseCalls(t *testing.T) {
	t.Parallel()
	for name, inbound := range map[string]string{
		"a known policy":   `<validate-jwt header-name="Authorization" />`,
		"an expression":    `<set-header name="a" exists-action="override"><value>@(context.User.Id)</value></set-header>`,
		"a named value":    `<set-backend-service base-url="{{backend-url}}" />`,
		"a named backend":  `<set-backend-service backend-id="b" />`,
		"a named fragment": `<include-fragment fragment-id="auth" />`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := Parse("<policies><inbound>"+inbound+"</inbound></policies>", XML)
			if err != nil {
				t.Fatalf("Parse = %v; the document is to be kept", err)
			}
			ex, backend := newExchange(t, "GET /x")
			Merge(Scope{ID: "global", Policies: doc.Compile(Environment(world{}))}).Run(ex)
			if ex.Response.Status != statusInternalError || len(backend.sent) != 0 {
				t.Errorf("status %d, backend was sent %v; want 500 and nothing sent", ex.Response.Status, backend.sent)
			}
		})
	}
}

func TestAChainThatCannotRunCallsNothing(t *testing.T) {
	t.Parallel()
	const idle = `<json-to-xml apply="always" />`
	for name, sections := range map[string][]string{
		"outbound":                         {"outbound:" + idle},
		"on-error":                         {"on-error:" + idle},
		"backend, after the call":          {"backend:<forward-request />" + idle},
		"inbound, after an answer":         {"inbound:<return-response />" + idle},
		"an expression":                    {`outbound:<set-header name="a" exists-action="override"><value>@(context.User.Id)</value></set-header>`},
		"a named value that is gone":       {`outbound:<set-header name="a" exists-action="override"><value>{{gone}}</value></set-header>`},
		"a fragment that is gone":          {`outbound:<include-fragment fragment-id="gone" />`},
		"a policy in another":              {`on-error:<return-response><set-header name="a" exists-action="override"><value>{{gone}}</value></set-header></return-response>`},
		"a backend that is gone, on error": {`inbound:<set-backend-service backend-id="gone" />`},
	} {
		chain := Merge(Scope{Name: "global", ID: "global", Policies: document(t, sections...).Compile(Environment(world{}))})
		ex, backend := newExchange(t, "GET /x")
		chain.Run(ex)
		if ex.Response.Status != statusInternalError || len(backend.sent) != 0 || ex.LastError == nil || ex.LastError.Path == "" || ex.LastError.Scope != "global" {
			t.Errorf("%s: status %d, the backend was sent %v, the error is %+v; want 500 and nothing sent", name, ex.Response.Status, backend.sent, ex.LastError)
		}
	}
}

func TestFragments(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ value, want string }{
		{`<fragment><set-header name="a" exists-action="delete" /><json-to-xml apply="always" /></fragment>`, ""},
		{`<policies />`, "must be 'fragment'"},
		{"<fragment>\n  <nonsense />\n</fragment>", "line 2, column 4"},
		{`<fragment><set-header name="" /></fragment>`, "set-header"},
		{`<fragment>`, "line 1"},
	} {
		_, err := ParseFragment(tt.value, XML)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ParseFragment(%s) = %v, want %q", tt.value, err, tt.want)
		}
	}
}

func TestHasBase(t *testing.T) {
	t.Parallel()
	if !HasBase(`<policies><inbound><base /></inbound></policies>`, XML) || HasBase(`<policies><inbound /></policies>`, XML) {
		t.Error("HasBase is wrong")
	}
}
