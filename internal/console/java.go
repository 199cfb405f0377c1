package console

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// java renders a class for Java 17 and later; "java Sample.java" runs it.
func java(c call) string {
	var out strings.Builder
	out.WriteString("import java.net.URI;\nimport java.net.http.HttpClient;\nimport java.net.http.HttpRequest;\nimport java.net.http.HttpResponse;\n")
	body := javaBody(c)
	if strings.Contains(body, "Base64") {
		out.WriteString("import java.util.Base64;\n")
	}
	out.WriteString("\npublic class Sample {\n    public static void main(String[] args) throws Exception {\n")
	fmt.Fprintf(&out, "        HttpRequest request = HttpRequest.newBuilder(URI.create(%s))\n", javaEscapes.quote(c.url))
	for _, h := range c.headers {
		fmt.Fprintf(&out, "            .header(%s, %s)\n", javaEscapes.quote(h.Name), javaEscapes.quote(h.Value))
	}
	fmt.Fprintf(&out, "            .method(%s, HttpRequest.BodyPublishers.%s)\n", javaEscapes.quote(c.method), body)
	out.WriteString(`            .build();
        HttpResponse<String> response = HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(response.statusCode());
        System.out.println(response.body());
    }
}
`)
	return out.String()
}

// javaBody is a call of a body publisher.
func javaBody(c call) string {
	text, ok := c.text()
	switch {
	case len(c.body) == 0:
		return "noBody()"
	case !ok:
		return fmt.Sprintf("ofByteArray(Base64.getDecoder().decode(%q))", c.base64())
	case isJavaBlock(text):
		return "ofString(\"\"\"\n" + javaBlock(text) + "\"\"\")"
	}
	return "ofString(" + javaEscapes.quote(text) + ")"
}

// isJavaBlock reports whether a text block keeps text as it is: Java strips the
// indentation all lines share and blanks at their ends.
func isJavaBlock(text string) bool {
	if !isBlock(text) {
		return false
	}
	flush := strings.HasSuffix(text, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimRight(line, " \t") != line {
			return false
		}
		flush = flush || line != "" && line[0] != ' ' && line[0] != '\t'
	}
	return flush
}

func javaBlock(text string) string {
	text = strings.ReplaceAll(text, `\`, `\\`)
	text = strings.ReplaceAll(text, `"""`, `\"\"\"`)
	if strings.HasSuffix(text, `"`) {
		text = strings.TrimSuffix(text, `"`) + `\"`
	}
	var out strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			out.WriteRune(r)
		} else {
			out.WriteString(utf16Escape(r))
		}
	}
	return out.String()
}

// javaEscapes keep the source ASCII: before Java 18 the compiler reads files in
// the encoding of the machine. Control characters are octal, because \u000a
// would be a line break in the source.
var javaEscapes = escapes{
	special: cSpecial(nil),
	keep:    func(r rune) bool { return r < utf8.RuneSelf },
	other: func(r rune) string {
		if r < utf8.RuneSelf {
			return fmt.Sprintf(`\%03o`, r)
		}
		return utf16Escape(r)
	},
}
