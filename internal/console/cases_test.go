package console_test

import (
	"strings"

	"github.com/portico-portal/portico/internal/console"
)

// sampleCase is a request, and what arrives of it at the server.
type sampleCase struct {
	name    string
	request console.Request
	// want is what the server receives: the request as HTTP can carry it.
	wantTarget  string
	wantHeaders map[string]string
}

const host = "https://api.meridian.example"

// nasty is every character that means something to some language's literals.
const nasty = `'"` + "`" + ` \ \\ \n $HOME ${x} $(id) #{1+1} #$0 %s %d {{x}} <%= 1 %> </script> <!-- ]]> ?> */ // -- ; & | ! ~ "@ '@ """ '''`

// binary is not UTF-8, and holds a NUL.
var binary = []byte{0, 1, 2, 0xff, 0xfe, '\'', '"', '\n', 0x80}

var sampleCases = []sampleCase{
	{
		name:       "a plain GET",
		request:    console.Request{Method: "GET", URL: host + "/echo/hello?limit=10"},
		wantTarget: "/echo/hello?limit=10",
	},
	{
		name: "JSON over several lines",
		request: console.Request{
			Method: "POST", URL: host + "/echo/shipments", ContentType: "application/json",
			Headers: []console.Header{{Name: "Ocp-Apim-Subscription-Key", Value: "YOUR_KEY"}},
			Body:    []byte("{\n  \"service\": \"express\",\n  \"note\": \"5 o'clock, \\\"sharp\\\" \\\\ $now #{x}\",\n  \"city\": \"Zürich 東京\"\n}"),
		},
		wantTarget:  "/echo/shipments",
		wantHeaders: map[string]string{"Content-Type": "application/json", "Ocp-Apim-Subscription-Key": "YOUR_KEY"},
	},
	{
		name: "a method nobody has heard of, and a query with everything",
		request: console.Request{
			Method: "purge", ContentType: "text/plain", Body: []byte("x"),
			URL: host + `/echo/a b/%zz/%2Fé'"?q=<x>|{y}^` + "`" + `\&p[]=1&s=$HOME&h=#{1}`,
		},
		wantTarget:  `/echo/a%20b/%25zz/%2F%C3%A9%27%22?q=%3Cx%3E%7C%7By%7D%5E%60%5C&p%5B%5D=1&s=$HOME&h=`,
		wantHeaders: map[string]string{"Content-Type": "text/plain"},
	},
	{
		name: "header names and values that try to break out",
		request: console.Request{
			Method: "DELETE", URL: host + "/echo/x",
			Headers: []console.Header{
				{Name: "X-Nasty", Value: nasty},
				{Name: "X-Lines", Value: "one\r\nInjected: yes\x00\x07"},
				{Name: "X-Unicode", Value: "naïve \u202e"},
				{Name: "X-Empty", Value: ""},
				{Name: "__proto__", Value: "polluted"},
				{Name: "it's`$&#%^|~!*+", Value: "token"},
				{Name: "bad name: x\r\nY", Value: "left out"},
				{Name: "Host", Value: "evil.example"},
				{Name: "X-Twice", Value: "a"}, {Name: "x-twice", Value: "b"},
			},
		},
		wantTarget: "/echo/x",
		wantHeaders: map[string]string{
			"X-Nasty": nasty, "X-Lines": "one  Injected: yes", "X-Unicode": "na%C3%AFve %E2%80%AE", "X-Empty": "",
			"__proto__": "polluted", "it's`$&#%^|~!*+": "token", "X-Twice": "a, b",
		},
	},
	bodyCase("a hostile body on one line", nasty),
	bodyCase("a hostile body over lines", "  indented\n"+nasty+"  \n\tBODY\nBODY;\n'@\n\"\"\"\n\"\"\"\"#\n\\(x)\n"+nasty+"\n\n"),
	bodyCase("a body that looks like a text block", "{\n\"a\": \"\"\"\n}\\\"\""),
	bodyCase("invisible and control characters", "a\r\nb\u202ec\u2028d\ufeffe\u00a0f\x01\x1b\x7fg\t😀\U000e0001\ue000"),
	bodyCase("typographic quotes for PowerShell", "‘a’ ‚b‛ “c” „d"),
	bodyCase("a body that ends in a backslash", `C:\`),
	bodyCase("a body that begins like an option or a file", "@/etc/passwd"),
	bodyCase("binary", string(binary)),
	bodyCase("a long line", strings.Repeat("0123456789", 200)),
}

// bodyCase sends body as text in a PUT.
func bodyCase(name, body string) sampleCase {
	return sampleCase{
		name: name,
		request: console.Request{
			Method: "PUT", URL: host + "/echo/body", ContentType: "text/plain; charset=utf-8", Body: []byte(body),
		},
		wantTarget:  "/echo/body",
		wantHeaders: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
	}
}
