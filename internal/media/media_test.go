package media_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/media"
)

func TestHostileSVGKeepsOnlyWhatDraws(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"a drawing":        {`<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0" fill="url(#g)"/></svg>`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0" fill="url(#g)"></path></svg>`},
		"a script":         {`<svg><script>alert(1)</script><g/></svg>`, `<svg><g></g></svg>`},
		"a script inside":  {`<svg><g><a href="x"><script>1</script><path/></a></g></svg>`, `<svg><g></g></svg>`},
		"handlers":         {`<svg onload="x()"><path ONCLICK="x()" d="M"/></svg>`, `<svg><path d="M"></path></svg>`},
		"foreign content":  {`<svg><foreignObject><div xmlns="http://www.w3.org/1999/xhtml"><b/></div></foreignObject></svg>`, `<svg></svg>`},
		"addresses":        {`<svg><use href="https://e.example/#x"/><use xlink:href="#a"/><image href="http://e.example/a.png"/><image href="data:image/png;base64,AA=="/><image href="data:image/svg+xml;base64,AA=="/></svg>`, `<svg><use></use><use xlink:href="#a"></use><image></image><image href="data:image/png;base64,AA=="></image><image></image></svg>`},
		"styles":           {`<svg style="background:url(https://e.example)"><style>@import 'x'</style><rect style="fill:red" fill="url( 'http://e')"/></svg>`, `<svg><rect style="fill:red"></rect></svg>`},
		"animation":        {`<svg><animate attributeName="href" to="javascript:x"/><set/></svg>`, `<svg></svg>`},
		"other namespaces": {`<svg xmlns:h="http://www.w3.org/1999/xhtml"><h:script>1</h:script></svg>`, `<svg></svg>`},
		"text":             {`<svg><text>a &lt;b&gt; &amp;</text></svg>`, `<svg><text>a &lt;b&gt; &amp;</text></svg>`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := media.SanitizeSVG([]byte(c.in))
			if err != nil || string(got) != c.want {
				t.Errorf("%s %v\nwant %s", got, err, c.want)
			}
		})
	}
	for name, in := range map[string]string{
		"an entity": `<!DOCTYPE svg [<!ENTITY x "y">]><svg>&x;</svg>`, "cut short": `<svg><g>`, "no SVG": `<html/>`, "two": `<svg/><svg/>`,
		"deep": strings.Repeat("<svg>", 300), "another coding": `<?xml version="1.0" encoding="utf-7"?><svg/>`, "nothing": ``,
	} {
		if out, err := media.SanitizeSVG([]byte(in)); err == nil {
			t.Errorf("%s becomes %s", name, out)
		}
	}
}

func FuzzSanitizeSVG(f *testing.F) {
	f.Add([]byte(`<svg onload="x"><script>1</script><a href="javascript:x"><path d="M"/></a></svg>`))
	f.Fuzz(func(t *testing.T, in []byte) {
		defer cost.Bound(t, len(in))()
		out, err := media.SanitizeSVG(in)
		if err != nil {
			return
		}
		low := strings.ToLower(string(out))
		for _, bad := range []string{"<script", " onload", "<foreignobject", "<!", "<?"} {
			if strings.Contains(low, bad) {
				t.Fatalf("%q becomes %q", in, out)
			}
		}
		if again, err := media.SanitizeSVG(out); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("%q is not stable: %q %v", out, again, err)
		}
	})
}

func TestAFileIsServedAsWhatItIs(t *testing.T) {
	t.Parallel()
	const pngHead = "\x89PNG\r\n\x1a\n"
	for name, c := range map[string]struct{ file, declared, head, want string }{
		"a picture":                      {"a.png", "image/png", pngHead, "image/png"},
		"a picture that says nothing":    {"a", "", pngHead, "image/png"},
		"HTML that says it is a picture": {"a.png", "image/png", "<html><script>", media.Unknown},
		"HTML":                           {"a.html", "text/html", "<p>", media.Unknown},
		"a script":                       {"a.js", "text/javascript", "alert(1)", media.Unknown},
		"an SVG":                         {"a.svg", "image/svg+xml", "<?xml?><svg>", media.SVG},
		"no SVG":                         {"a.svg", "image/svg+xml", "alert", media.Unknown},
		"text":                           {"a.txt", "", "hello", "text/plain; charset=utf-8"},
		"a font":                         {"a.woff2", "font/woff2", "wOF2", "font/woff2"},
		"a PDF called a picture":         {"a.png", "image/png", "%PDF-1.7", "application/pdf"},
		"XML":                            {"a.xml", "application/xml", "<?xml version", media.Unknown},
	} {
		if got := media.Kind(c.file, c.declared, []byte(c.head)); got != c.want {
			t.Errorf("%s is served as %s, want %s", name, got, c.want)
		}
	}
}
