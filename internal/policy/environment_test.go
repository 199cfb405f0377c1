package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
)

// watcher is an Observer that writes down what it sees.
type watcher struct{ lines []string }

func (w *watcher) Ran(ex *Exchange, o Outcome) {
	line := o.Scope.Name + " " + o.Section + " " + o.Path
	if o.Policy != strings.TrimRight(o.Path[strings.LastIndexByte(o.Path, '/')+1:], "[]0123456789") {
		line += " is " + o.Policy
	}
	if o.Stop {
		line += " stops"
	}
	if o.Err != nil {
		line += " fails: " + o.Err.Message
		if o.Err.Err != nil {
			line += " (" + o.Err.Err.Error() + ")"
		}
	}
	w.lines = append(w.lines, line)
}

// runIn lets a call pass an inbound section in an environment.
func runIn(t *testing.T, env world, inbound string) (*Exchange, *backend, *watcher) {
	t.Helper()
	if env.counters == nil {
		env.counters = NewMemoryCounters()
	}
	ex, sent := newExchange(t, "GET /x")
	ex.Subscription = "a"
	seen := new(watcher)
	ex.Observer = seen
	Merge(Scope{Name: "api", ID: "/apis/a", Policies: document(t, "inbound:"+inbound, "outbound:").Compile(Environment(env))}).Run(ex)
	return ex, sent, seen
}

var values = world{values: map[string]NamedValue{
	"host":   {Text: "other.example"},
	"markup": {Text: `<a b="c">&amp;`},
	"many":   {Text: "2"},
	"code":   {Text: "@(1)"},
	"secret": {Text: "pa55{w}ord", Secret: true},
}}

func TestNamedValuesArePutInBeforeValuesAreRead(t *testing.T) {
	t.Parallel()
	header := func(value string) string { return `<set-header name="X"><value>` + value + `</value></set-header>` }
	for inbound, want := range map[string]string{
		header("a{{host}}b{{HOST}}"):     "aother.examplebother.example",
		header("<![CDATA[{{markup}}]]>"): `<a b="c">&amp;`,
		header("{{secret}}"):             "pa55{w}ord",
		header("{{ host }}"):             "other.example",
		`<set-header name="X{{many}}"><value>1</value></set-header>` + header("2"):    "2",
		`<set-header name='X' exists-action='{{none}}'><value>1</value></set-header>`: "500 the named value 'none' does not exist or has no value",
		header("{{code}}"): "500 " + unevaluated,
	} {
		ex, sent, seen := runIn(t, values, inbound)
		got := ex.Request.Header.Get("X")
		if ex.Response.Status != 200 {
			got = fmt.Sprint(ex.Response.Status, " ", ex.LastError.Err)
		}
		if !strings.HasSuffix(got, strings.TrimPrefix(want, "500 ")) || strings.HasPrefix(want, "500") != (len(sent.sent) == 0) {
			t.Errorf("%s: got %q, sent %v, want %q; %v", inbound, got, sent.sent, want, seen.lines)
		}
	}
	ex, sent, _ := runIn(t, values, `<set-backend-service base-url="https://{{host}}/y"/><rate-limit calls="{{many}}" renewal-period="60" total-calls-header-name="Total"/>`)
	if len(sent.sent) != 1 || sent.sent[0] != "GET https://other.example/y/x" || ex.Response.Header.Get("Total") != "2" {
		t.Errorf("sent %v, %v", sent.sent, ex.Response.Header)
	}
	ex, _, _ = runIn(t, values, `<return-response><set-body><data a="{{markup}}"><!-- {{host}} -->{{host}}</data></set-body></return-response>`)
	if got, want := body(t, ex), `<data a="&lt;a b=&quot;c&quot;&gt;&amp;amp;"><!-- {{host}} -->other.example</data>`; got != want {
		t.Errorf("XML that is sent as it is written: %s, want %s", got, want)
	}
}

func TestAPolicyInAnotherFailsAtItsOwnPlace(t *testing.T) {
	t.Parallel()
	ex, _, _ := runIn(t, values, `<return-response><set-status code="201"/><set-header name="a"><value>{{none}}</value></set-header></return-response>`)
	if e := ex.LastError; ex.Response.Status != 500 || e.Path != "return-response[1]/set-header[1]" || !strings.Contains(fmt.Sprint(e.Err), "'none' does not exist") {
		t.Errorf("answered %d, %+v", ex.Response.Status, e)
	}
}

// A secret may be sent where a policy says so, and is shown nowhere else.
func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	for _, inbound := range []string{
		`<set-header name="X"><value>{{secret}}</value></set-header>`,
		`<set-header name="{{secret}}"><value>1</value></set-header>`,
		`<rate-limit calls="{{secret}}" renewal-period="1"/>`,
		`<set-backend-service backend-id="{{secret}}"/>`,
		`<set-backend-service base-url="{{secret}}"/>`,
		`<include-fragment fragment-id="{{secret}}"/>`,
		`<rewrite-uri template="/{{secret}}"/>`,
		`<return-response><set-status code="{{secret}}"/></return-response>`,
		`<return-response><set-status code="200" reason="{{secret}}"/></return-response>`,
	} {
		env := values
		env.counters = NewMemoryCounters()
		steps := document(t, "inbound:"+inbound).Compile(Environment(env)).String()
		ex, _, seen := runIn(t, values, inbound)
		shown := steps + strings.Join(seen.lines, "\n") + body(t, ex)
		if ex.LastError != nil {
			shown += ex.LastError.Error()
		}
		if strings.Contains(shown, "pa55") || strings.Contains(shown, "'w'") {
			t.Errorf("%s shows the secret:\n%s", inbound, shown)
		}
	}
}

func TestFragmentsRunInTheirPlace(t *testing.T) {
	t.Parallel()
	env := world{values: values.values, fragments: map[string]string{
		"marks":  "<fragment>" + mark("f1") + `<include-fragment fragment-id="INNER"/>` + mark("f2") + "</fragment>",
		"inner":  "<fragment>" + mark("{{many}}") + "</fragment>",
		"round":  `<fragment><include-fragment fragment-id="about"/></fragment>`,
		"about":  `<fragment><include-fragment fragment-id="Round"/></fragment>`,
		"late":   `<fragment><validate-status-code unspecified-status-code-action="ignore"/></fragment>`,
		"end":    `<fragment><return-response><set-status code="204"/></return-response></fragment>`,
		"wrong":  "<fragment>\n  <rate-limit calls='{{host}}' renewal-period='1'/></fragment>",
		"limit":  `<fragment><rate-limit calls="1" renewal-period="60"/></fragment>`,
		"origin": "<fragment>" + corsAny + "</fragment>",
	}}
	include := func(id string) string { return `<include-fragment fragment-id="` + id + `"/>` }
	for inbound, want := range map[string]string{
		mark("a") + include("Marks") + mark("b"):    "200 a|f1|2|f2|b",
		include("end") + mark("after"):              "204 ",
		include("limit") + include("limit"):         "200 ", // each place counts for itself
		include("missing"):                          "500 fragment 'missing' cannot be read",
		include("round"):                            "500 the policy fragment includes itself: round > about > round",
		include("late"):                             "500 in the policy fragment 'late'",
		include("wrong"):                            "500 in the policy fragment 'wrong': Error in element 'rate-limit' on line 2, column 20",
		mark("a") + include("{{many}}") + mark("b"): "500 fragment '2' cannot be read",
	} {
		ex, sent, seen := runIn(t, env, inbound)
		got := fmt.Sprint(ex.Response.Status, " ", strings.Join(ex.Request.Header.Values("X-Marks"), "|"))
		if ex.LastError != nil {
			got = fmt.Sprint(ex.Response.Status, " ", ex.LastError.Err)
		}
		status, text, _ := strings.Cut(want, " ")
		if !strings.HasPrefix(got, status) || !strings.Contains(got, text) || (status == "500" && len(sent.sent) > 0) {
			t.Errorf("%s: got %s, sent %v, want %s\n%v", inbound, got, sent.sent, want, seen.lines)
		}
	}
	_, _, seen := runIn(t, env, include("marks"))
	want := []string{
		"api inbound include-fragment[1]/set-header[1]",
		"api inbound include-fragment[1]/include-fragment[1]/set-header[1]",
		"api inbound include-fragment[1]/include-fragment[1]",
		"api inbound include-fragment[1]/set-header[2]",
		"api inbound include-fragment[1]",
	}
	if !slices.Equal(seen.lines[:len(want)], want) {
		t.Errorf("the observer saw\n%s\nwant\n%s", strings.Join(seen.lines, "\n"), strings.Join(want, "\n"))
	}
	ex, _ := newExchange(t, "OPTIONS /", "Origin", "https://a.example", "Access-Control-Request-Method", "GET")
	chain := Merge(Scope{Policies: document(t, "inbound:"+include("origin")).Compile(Environment(env))})
	if !chain.Preflight(ex) || ex.Response.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("cors in a fragment does not answer preflights: %v", ex.Response.Header)
	}
}

// Fragments that multiply end at the limit of a scope, in time and memory.
func TestFragmentsThatMultiplyAreBounded(t *testing.T) {
	t.Parallel()
	env := world{fragments: map[string]string{"0": "<fragment>" + mark("x") + "</fragment>"}}
	for i := 1; i < 20; i++ {
		env.fragments[fmt.Sprint(i)] = "<fragment>" + strings.Repeat(fmt.Sprintf(`<include-fragment fragment-id="%d"/>`, i-1), 10) + "</fragment>"
	}
	ex, sent, _ := runIn(t, env, `<include-fragment fragment-id="19"/>`)
	if ex.Response.Status != 500 || len(sent.sent) != 0 {
		t.Errorf("answered %d, sent %v", ex.Response.Status, sent.sent)
	}
}

func TestBackendsAreFoundByTheirID(t *testing.T) {
	t.Parallel()
	off := false
	env := world{backends: map[string]*apim.Backend{
		"plain": {URL: "https://plain.example/v1/"},
		"pool":  {Pool: &apim.BackendPool{}},
		"key":   {URL: "https://k.example", Credentials: &apim.BackendCredentials{}},
		"loose": {URL: "https://l.example", TLS: &apim.BackendTLS{ValidateCertificateName: &off}},
		"bad":   {URL: "fabric:/x"},
	}}
	for id, want := range map[string]string{
		"Plain": "GET https://plain.example/v1/x",
		"none":  "the backend 'none' does not exist",
		"pool":  "does not act on the pool of the backend 'pool' yet",
		"key":   "does not act on the credentials",
		"loose": "does not act on the TLS settings",
		"bad":   "the URL of the backend 'bad' must",
	} {
		ex, sent, _ := runIn(t, env, `<set-backend-service backend-id='`+id+`'/>`)
		got := strings.Join(sent.sent, " ")
		if ex.LastError != nil {
			got += fmt.Sprint(ex.LastError.Err)
		}
		if !strings.Contains(got, want) || id == "Plain" && ex.Backend.ID != "plain" {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestADocumentSaysWhatItRead(t *testing.T) {
	t.Parallel()
	env := world{values: values.values, fragments: map[string]string{"f": `<fragment><set-backend-service backend-id="{{many}}"/></fragment>`}}
	doc := document(t, `inbound:<include-fragment fragment-id="F"/><set-header name="a"><value>{{Host}}{{none}}{{host}}</value></set-header>`)
	var got []string
	for _, r := range doc.Compile(Environment(env)).Reads() {
		got = append(got, r.Kind.Path+" "+string(r.Name))
	}
	want := "policyFragments f, namedValues many, backends 2, namedValues host, namedValues none"
	if strings.Join(got, ", ") != want {
		t.Errorf("read %v, want %s", got, want)
	}
}

func TestCertificatesAreNamedByThumbprintToo(t *testing.T) {
	t.Parallel()
	list, err := References(`<policies><inbound><authentication-certificate thumbprint='ab' /><validate-jwt><decryption-keys><key certificate-id="C"/></decryption-keys></validate-jwt>`+
		`<validate-client-certificate><identities><identity issuer-certificate-id="I"/></identities></validate-client-certificate></inbound></policies>`, XML, nil)
	if err != nil || !Names(list, apim.Certificates, "AB") || !Names(list, apim.Certificates, "c") || !Names(list, apim.Certificates, "i") {
		t.Errorf("got %v, %v", list, err)
	}
}
