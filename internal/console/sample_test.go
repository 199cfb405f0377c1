package console_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/console"
	"github.com/portico-portal/portico/internal/cost"
)

var update = flag.Bool("update", false, "write the golden files")

func TestSamplesAreAsReviewed(t *testing.T) {
	for _, language := range console.Languages {
		t.Run(language.Name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, c := range sampleCases {
				fmt.Fprintf(&got, "######## %s\n%s\n", c.name, language.Render(c.request))
			}
			file := filepath.Join("testdata", language.ID+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("the %s samples changed (-reviewed +now); run with -update and review:\n%s", language.Name, diff)
			}
		})
	}
}

func TestLanguagesAreFoundByID(t *testing.T) {
	t.Parallel()
	for _, want := range console.Languages {
		got, ok := console.LanguageByID(want.ID)
		if !ok || got.Name != want.Name {
			t.Errorf("LanguageByID(%q) = %q, %v", want.ID, got.Name, ok)
		}
	}
	if _, ok := console.LanguageByID("cobol"); ok {
		t.Error("LanguageByID finds a language that is not there")
	}
}

func TestARequestThatHTTPCannotCarryIsRepaired(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		request console.Request
		want    string
	}{
		{"no method is GET", console.Request{URL: "http://h/p"}, "GET /p HTTP/1.1\nHost: h\n"},
		{"a method that is no token is GET", console.Request{Method: "A B", URL: "http://h/p"}, "GET /p HTTP/1.1\nHost: h\n"},
		{"the fragment stays at home", console.Request{URL: "http://h/p?a=1#f"}, "GET /p?a=1 HTTP/1.1\nHost: h\n"},
		{"an IPv6 host keeps its brackets", console.Request{URL: "http://[::1]:80/p[]"}, "GET /p%5B%5D HTTP/1.1\nHost: [::1]:80\n"},
		{"a URL without a path", console.Request{URL: "http://h?q=[1]"}, "GET /?q=%5B1%5D HTTP/1.1\nHost: h\n"},
		{"a body without a type is bytes", console.Request{Method: "PUT", URL: "http://h/", Body: []byte("x")},
			"PUT / HTTP/1.1\nHost: h\nContent-Type: application/octet-stream\nContent-Length: 1\n\nx\n"},
		{"a content type among the headers wins", console.Request{Method: "PUT", URL: "http://h/", Body: []byte("x"), ContentType: "a/b",
			Headers: []console.Header{{Name: "content-type", Value: "c/d"}}},
			"PUT / HTTP/1.1\nHost: h\ncontent-type: c/d\nContent-Length: 1\n\nx\n"},
		{"cookies are joined by semicolons", console.Request{URL: "http://h/", Headers: []console.Header{{Name: "Cookie", Value: "a=1"}, {Name: "cookie", Value: "b=2"}}},
			"GET / HTTP/1.1\nHost: h\nCookie: a=1; b=2\n"},
	}
	language, _ := console.LanguageByID("http")
	for _, test := range tests {
		if diff := cmp.Diff(test.want, language.Render(test.request)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// FuzzSamples checks what a reader relies on: a sample is the same every time
// and holds no character that hides or reorders code.
func FuzzSamples(f *testing.F) {
	for _, c := range sampleCases {
		f.Add(c.request.Method, c.request.URL, "X-Name", nasty, c.request.Body, c.request.ContentType)
	}
	f.Fuzz(func(t *testing.T, method, url, name, value string, body []byte, contentType string) {
		defer cost.Bound(t, len(url)+len(value)+len(body))()
		r := console.Request{Method: method, URL: url, Headers: []console.Header{{Name: name, Value: value}}, Body: body, ContentType: contentType}
		for _, language := range console.Languages {
			got := language.Render(r)
			if got != language.Render(r) {
				t.Fatalf("%s: two samples of one request differ", language.Name)
			}
			if language.ID == "http" {
				continue // the message itself, not a program
			}
			for _, c := range got {
				if !unicode.IsPrint(c) && c != '\n' && c != '\t' {
					t.Fatalf("%s: the sample holds the invisible character %U:\n%s", language.Name, c, got)
				}
			}
		}
	})
}

func TestTheTokensOfASampleAreItsText(t *testing.T) {
	t.Parallel()
	for _, l := range console.Languages {
		for _, c := range sampleCases {
			var text strings.Builder
			for _, token := range l.Tokens(c.request) {
				text.WriteString(token.Text)
			}
			if diff := cmp.Diff(l.Render(c.request), text.String()); diff != "" {
				t.Errorf("%s, %s (-sample +tokens):\n%s", l.Name, c.name, diff)
			}
		}
	}
}
