package policy

import (
	"slices"
	"strings"
	"testing"
)

// Policies in policies are checked like all others, also below those that do
// not run yet, where a mistake would else be seen by nobody.
func TestPoliciesInPoliciesAreChecked(t *testing.T) {
	t.Parallel()
	when := func(policies string) string {
		return `<choose><when condition="@(true)">` + policies + `</when><otherwise>` + mark("x") + `</otherwise></choose>`
	}
	for inbound, want := range map[string]string{
		when(mark("a")): "",
		when(`<choose><when condition='@(1 < 2)' /></choose>`):                                                     "",
		when(`<set-header name="{{n}}" />`):                                                                        "",
		when(`<return-response response-variable-name="r" />`):                                                     "",
		when(`<rate-limit calls="2" renewal-period="9"><api name="a" calls="1" renewal-period="9"/></rate-limit>`): "",
		when(`<nonsense />`): "element 'nonsense' on line 1, column 55: the policy is not known",
		when(when(`<rate-limit calls="x" renewal-period="1"/>`)):                                    "the attribute 'calls' must be a whole number",
		when(`<cache-store duration="1" />`):                                                        "not allowed in the section 'inbound'",
		when(`<base />`):                                                                            "element 'base'",
		`<choose><if /></choose>`:                                                                   "the element is not allowed inside 'choose'",
		`<retry condition="@(true)" count="1" interval="1"><set-headr /></retry>`:                   "'set-headr'",
		`<wait for="all"><set-headr /></wait>`:                                                      "'set-headr'",
		`<limit-concurrency key="a" max-count="1"><set-headr /></limit-concurrency>`:                "'set-headr'",
		`<return-response response-variable-name="r"><rewrite-uri template="/"/></return-response>`: "the element is not allowed inside 'return-response'",
		`<return-response><set-status code="{{n}}"/><set-status code="200"/></return-response>`:     "may appear only once",
	} {
		_, err := Parse("<policies><inbound>"+inbound+"</inbound></policies>", RawXML)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", inbound, err, want)
		}
	}
}

// first is a policy as choose will be: it runs the policies of its first branch.
type first struct{ branches [][]placed }

func (f *first) Run(ex *Exchange) (bool, error) { return ex.run(f.branches[0]) }
func (f *first) String() string                 { return "first" }
func (f *first) held() []placed                 { return slices.Concat(f.branches...) }

func TestPoliciesRunInPolicies(t *testing.T) {
	t.Parallel()
	h := &holds{inside: []string{"when"}}
	definitions := append(table(), definition{name: "first", sections: anywhere, holds: h, parse: func(p *parser, el *element) Step {
		return &first{p.block(el, h)}
	}})
	compile := func(inbound string, env world) *Chain {
		t.Helper()
		p, root, err := read("<policies><inbound>"+inbound+"</inbound></policies>", XML)
		if err != nil {
			t.Fatal(err)
		}
		p.table, p.compilation = definitions, &compilation{env: Environment(env)}
		return Merge(Scope{Name: "api", ID: "/apis/a", Policies: &Compiled{sections: p.document(root)}})
	}
	env := world{values: values.values, counters: NewMemoryCounters()}
	chain := compile(`<first><when>`+mark("a")+`<first><when/><when>`+mark("no")+`</when></first><rate-limit calls="1" renewal-period="9"/></when>`+
		`<when><mock-response/></when></first>`+mark("b"), env)
	if !chain.Uses("mock-response") || chain.Uses("cors") {
		t.Error("Uses does not look into policies")
	}
	for i, want := range []string{
		"first[1]/when[1]/set-header[1], first[1]/when[1]/first[1], first[1]/when[1]/rate-limit[1], first[1], set-header[1], forward-request[1]",
		"first[1]/when[1]/set-header[1], first[1]/when[1]/first[1], first[1]/when[1]/rate-limit[1] fails, first[1] fails",
	} {
		ex, _ := newExchange(t, "GET /")
		ex.Subscription = "a"
		seen := new(watcher)
		ex.Observer = seen
		chain.Run(ex)
		for j, line := range seen.lines {
			line, _, fails := strings.Cut(line[strings.LastIndex(line[:strings.IndexByte(line, '[')], " ")+1:], ":")
			if seen.lines[j] = line; fails && !strings.HasSuffix(line, " fails") {
				t.Errorf("line %q", line)
			}
		}
		if got := strings.Join(seen.lines, ", "); got != want {
			t.Errorf("call %d: ran %s, want %s", i+1, got, want)
		}
		if i == 1 && (ex.LastError.Path != "first[1]/when[1]/rate-limit[1]" || ex.LastError.Scope != "api" || ex.LastError.Section != "inbound") {
			t.Errorf("LastError is at %+v", ex.LastError)
		}
	}
	ex, sent := newExchange(t, "GET /")
	ex.Subscription = "a"
	compile(`<first><when><return-response/></when></first>`+mark("late"), env).Run(ex)
	if ex.Response.Status != 200 || len(sent.sent) != 0 || ex.Request.Header.Get("X-Marks") != "" {
		t.Errorf("a policy that ends the call does not, inside another: sent %v", sent.sent)
	}
}
