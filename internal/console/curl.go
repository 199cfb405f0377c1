package console

import (
	"fmt"
	"strings"
)

// curl renders a command for bash and zsh.
func curl(c call) string {
	parts := []string{"curl"}
	switch {
	case c.method == "HEAD":
		parts[0] += " --head"
	case c.method != "GET" || len(c.body) > 0:
		parts[0] += " -X " + shell(c.method)
	}
	parts[0] += " " + shell(c.url)
	for _, h := range c.headers {
		if h.Value == "" {
			parts = append(parts, "-H "+shell(h.Name+";")) // with a colon curl would leave the header out
			continue
		}
		parts = append(parts, "-H "+shell(h.Name+": "+h.Value))
	}
	input := ""
	if len(c.body) > 0 {
		if text, ok := c.text(); ok {
			parts = append(parts, "--data-raw "+shell(text))
		} else {
			input = "echo " + c.base64() + " | base64 --decode | "
			parts = append(parts, "--data-binary @-")
		}
	}
	return input + strings.Join(parts, " \\\n  ") + "\n"
}

// shell quotes a word: bare where that is safe, between single quotes where it
// is visible, else with the escapes of $'...'.
func shell(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:") == "" {
		return s
	}
	if isPlain(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return "$'" + shellEscapes.escape(s) + "'"
}

// shellEscapes are those of $'...': bytes, as bash and zsh agree on them.
var shellEscapes = escapes{
	special: map[rune]string{'\\': `\\`, '\'': `\'`, '\n': `\n`, '\r': `\r`, '\t': `\t`},
	other: func(r rune) string {
		var out strings.Builder
		for _, b := range []byte(string(r)) {
			fmt.Fprintf(&out, `\%03o`, b)
		}
		return out.String()
	},
}
