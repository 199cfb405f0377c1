package console

import (
	"fmt"
	"strings"
)

// php renders a program for PHP 8 without extensions.
func php(c call) string {
	var out strings.Builder
	fmt.Fprintf(&out, "<?php\n$context = stream_context_create([\"http\" => [\n    \"method\" => %s,\n", phpString(c.method))
	if len(c.headers) > 0 {
		out.WriteString("    \"header\" => [\n")
		for _, h := range c.headers {
			fmt.Fprintf(&out, "        %s,\n", phpString(h.Name+": "+h.Value))
		}
		out.WriteString("    ],\n")
	}
	if len(c.body) > 0 {
		fmt.Fprintf(&out, "    \"content\" => %s,\n", phpBody(c))
	}
	out.WriteString("    \"ignore_errors\" => true,\n]]);\n")
	fmt.Fprintf(&out, "$answer = file_get_contents(%s, false, $context);\n", phpString(c.url))
	out.WriteString("echo $http_response_header[0], \"\\n\", $answer, \"\\n\";\n")
	return out.String()
}

func phpBody(c call) string {
	text, ok := c.text()
	switch {
	case !ok:
		return fmt.Sprintf("base64_decode(%q)", c.base64())
	case isBlock(text):
		end := "BODY"
		for strings.Contains(text, end) {
			end += "_"
		}
		return "<<<'" + end + "'\n" + text + "\n" + end
	}
	return phpString(text)
}

// phpString quotes s; between single quotes PHP expands nothing.
func phpString(s string) string {
	if isPlain(s) && !strings.ContainsAny(s, "\n\t") {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	return phpEscapes.quote(s)
}

var phpEscapes = escapes{special: cSpecial(map[rune]string{'$': `\$`}), other: braceEscape}
