package policy

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
)

var update = flag.Bool("update", false, "write the golden files")

// String lists the policies, a line each.
func (c *Compiled) String() string {
	var b strings.Builder
	for i, content := range c.sections {
		if content.present {
			fmt.Fprintf(&b, "%s\n", sections[i].name)
			for _, e := range content.policies {
				fmt.Fprintf(&b, "  %s\n", &e)
			}
		}
	}
	return b.String()
}

// dump is what a golden file holds: the compiled document or its faults.
func dump(value, format string) string {
	doc, err := Parse(value, format)
	if err == nil {
		return doc.Compile(world{counters: NewMemoryCounters()}).String()
	}
	var invalid *apim.InvalidError
	if !errors.As(err, &invalid) {
		return "not an InvalidError: " + err.Error()
	}
	var b strings.Builder
	for _, v := range invalid.Violations {
		b.WriteString(v.Target + " | " + v.Message + "\n")
	}
	return b.String()
}

func TestDocumentsCompileToTheirGoldenFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/documents/*.xml")
	if err != nil || len(files) < 15 {
		t.Fatalf("golden inputs: %d, %v", len(files), err)
	}
	for _, file := range files {
		input, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		format := XML
		if strings.HasPrefix(filepath.Base(file), "raw_") {
			format = RawXML
		}
		got := dump(string(input), format)
		golden := strings.TrimSuffix(file, ".xml") + ".golden"
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-golden +got):\n%s", file, diff)
		}
	}
}

func TestLimitsOfADocumentAreReported(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ value, want string }{
		"a document larger than 256 KiB":  {"<policies>" + strings.Repeat(" ", maxBytes) + "</policies>", "at most 262144 are allowed"},
		"elements nested 10,000 deep":     {"<policies>" + strings.Repeat("<a>", 10_000), "nested deeper than 100"},
		"more elements than allowed":      {"<policies>" + strings.Repeat("<a/>", maxElements) + "</policies>", "more than 10000 elements"},
		"text that is not UTF-8":          {"<policies>\xff</policies>", "line 1, column 11: the text is not valid UTF-8"},
		"a control character":             {"<policies>\n \x01</policies>", "line 2, column 2: the character U+0001"},
		"a character number out of range": {"<policies>&#x110000;</policies>", "'&#x110000;' is not known"},
		"nothing at all":                  {"", "starts with the element 'policies'"},
		"two roots":                       {"<policies/><policies/>", "nothing may follow"},
		"an attribute twice":              {`<policies a="" a=""/>`, "the attribute 'a' is repeated"},
		"an attribute without quotes":     {`<policies a=b/>`, "must be in quotes"},
		"attributes not separated":        {`<policies a="1"b="2"/>`, "white space or '>' is expected"},
		"an attribute that does not end":  {`<policies a="`, "does not end"},
		"a tag that does not end":         {`<policies `, "does not end"},
		"a comment that does not end":     {`<policies><!-- `, "the comment does not end"},
		"an angle bracket in a value":     {`<policies a="<"/>`, "must be written &lt;"},
		"columns count characters":        {"<policies>äöü<a b/></policies>", "line 1, column 18"},
	}
	for name, tt := range tests {
		if got := dump(tt.value, XML); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %q, want it to contain %q", name, got, tt.want)
		}
	}
}

func TestManyFaultsAreCutOff(t *testing.T) {
	t.Parallel()
	got := dump("<policies><inbound>"+strings.Repeat("<x/>", 1000)+"</inbound></policies>", XML)
	if n := strings.Count(got, "\n"); n != maxFaults {
		t.Errorf("%d faults were reported, want %d", n, maxFaults)
	}
}

func TestConvertingChangesOnlyExpressions(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ raw, xml string }{
		"constants stay as written": {
			"<policies>\r\n<a b='&quot;'>&lt;&#65;</a><!-- @( --> </policies>",
			"<policies>\r\n<a b='&quot;'>&lt;&#65;</a><!-- @( --> </policies>",
		},
		"an attribute in double quotes": {
			`<policies><a b="@(x("y") && z < 1)"/></policies>`,
			`<policies><a b="@(x(&quot;y&quot;) &amp;&amp; z &lt; 1)"/></policies>`,
		},
		"an attribute in single quotes": {
			`<policies><a b='@(x('y'))'/></policies>`,
			`<policies><a b='@(x(&apos;y&apos;))'/></policies>`,
		},
		"text with strings that hold brackets": {
			`<policies><a>@{ return ")}" + @"""}" + '}' /* } */; // }` + "\n" + `}</a></policies>`,
			`<policies><a>@{ return ")}" + @"""}" + '}' /* } */; // }` + "\n" + `}</a></policies>`,
		},
		"text around an expression": {
			`<policies><a>1 &lt; @(a<b) &gt; 2</a></policies>`,
			`<policies><a>1 &lt; @(a&lt;b) &gt; 2</a></policies>`,
		},
	}
	for name, tt := range tests {
		if got, err := Convert(tt.raw, RawXML, XML); err != nil || got != tt.xml {
			t.Errorf("%s: rawxml to xml: %v\n got %s\nwant %s", name, err, got, tt.xml)
		}
		if got, err := Convert(tt.xml, XML, RawXML); err != nil || got != tt.raw {
			t.Errorf("%s: xml to rawxml: %v\n got %s\nwant %s", name, err, got, tt.raw)
		}
	}
}

func TestConvertingDropsAByteOrderMark(t *testing.T) {
	t.Parallel()
	got, err := Convert(byteOrderMark+"<policies/>", XML, XML)
	if err != nil || got != "<policies/>" {
		t.Errorf("got %q, %v", got, err)
	}
}

var place = regexp.MustCompile(`on line \d+, column \d+`)

// FuzzParse: no input may crash or hang, and what is accepted survives both conversions.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/documents/*.xml")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(string(b), strings.Contains(file, "raw_"))
		}
	}
	f.Fuzz(func(t *testing.T, value string, raw bool) {
		defer cost.Bound(t, len(value))()
		format, other := XML, RawXML
		if raw {
			format, other = other, format
		}
		doc, err := Parse(value, format)
		var invalid *apim.InvalidError
		if err != nil {
			if !errors.As(err, &invalid) {
				t.Fatalf("not an InvalidError: %v", err)
			}
			return
		}
		there, err := Convert(value, format, other)
		if err != nil {
			t.Fatalf("convert an accepted document: %v", err)
		}
		again, err := Parse(there, other)
		if err != nil {
			t.Fatalf("the converted document is refused: %v\n%s", err, there)
		}
		steps := func(d *Document) string { // without the places of policies that cannot run
			return place.ReplaceAllString(d.Compile(world{counters: NewMemoryCounters()}).String(), "")
		}
		if diff := cmp.Diff(steps(doc), steps(again)); diff != "" {
			t.Errorf("the converted document differs:\n%s", diff)
		}
	})
}

// FuzzConvert: the decoded values of a document do not change with its format.
func FuzzConvert(f *testing.F) {
	f.Add(`<policies><a b="@(x("y") && z < 1)">@{ "<" }</a></policies>`)
	f.Add(`<policies><a b='@(")")'/></policies>`)
	f.Fuzz(func(t *testing.T, raw string) {
		defer cost.Bound(t, len(raw))()
		before := &scanner{faults: &faults{src: strings.TrimPrefix(raw, byteOrderMark)}, raw: true}
		if _, ok := before.scan(); !ok {
			return
		}
		converted, err := Convert(raw, RawXML, XML)
		if err != nil {
			t.Fatalf("convert: %v", err)
		}
		after := &scanner{faults: &faults{src: converted}}
		if _, ok := after.scan(); !ok {
			if len(converted) > maxBytes {
				return
			}
			t.Fatalf("the converted document is not well formed: %v\n%s", after.err(), converted)
		}
		for i, sp := range before.spans {
			if after.spans[i].value != sp.value {
				t.Errorf("value %d: %q became %q", i, sp.value, after.spans[i].value)
			}
		}
	})
}
