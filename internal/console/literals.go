package console

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// The string literals of each language. Blocks get text of several lines that
// holds visible characters only.

// shell quotes a word for bash and zsh: bare where that is safe, between single
// quotes where it is visible, else with the escapes of $'...'.
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

var pythonEscapes = escapes{special: cSpecial(nil), other: longEscape}

func pythonBlock(text string) (string, bool) { return `"""` + tripleQuoted(text) + `"""`, true }

// tripleQuoted escapes text between three double quotes.
func tripleQuoted(text string) string {
	text = strings.ReplaceAll(text, `\`, `\\`)
	text = strings.ReplaceAll(text, `"""`, `\"\"\"`)
	if strings.HasSuffix(text, `"`) {
		text = strings.TrimSuffix(text, `"`) + `\"`
	}
	return text
}

// javaScriptString quotes s. It may stand in a page's script element.
func javaScriptString(s string) string {
	return strings.ReplaceAll(javaScriptEscapes.quote(s), "</", `<\/`)
}

var javaScriptEscapes = escapes{special: cSpecial(nil), other: utf16Escape}

func javaScriptBlock(text string) (string, bool) {
	return "`" + strings.NewReplacer(`\`, `\\`, "`", "\\`", "${", `\${`, "</", `<\/`).Replace(text) + "`", true
}

func golangBlock(text string) (string, bool) { return "`" + text + "`", !strings.Contains(text, "`") }

var cSharpEscapes = escapes{special: cSpecial(nil), other: longEscape}

func cSharpBlock(text string) (string, bool) {
	fence := strings.Repeat(`"`, max(3, longestRun(text, '"')+1))
	return fence + "\n" + text + "\n" + fence, true
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

// javaBlock is a text block unless that would change text: Java strips the
// indentation all lines share and blanks at their ends.
func javaBlock(text string) (string, bool) {
	flush := strings.HasSuffix(text, "\n")
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimRight(line, " \t") != line {
			return "", false
		}
		flush = flush || line != "" && line[0] != ' ' && line[0] != '\t'
	}
	ascii := escapes{special: map[rune]string{'\n': "\n", '\t': "\t"}, keep: javaEscapes.keep, other: utf16Escape}
	return "\"\"\"\n" + ascii.escape(tripleQuoted(text)) + `"""`, flush
}

// phpString quotes s; between single quotes PHP expands nothing.
func phpString(s string) string {
	if isPlain(s) && !strings.ContainsAny(s, "\n\t") {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
	}
	return phpEscapes.quote(s)
}

var phpEscapes = escapes{special: cSpecial(map[rune]string{'$': `\$`}), other: braceEscape}

func phpBlock(text string) (string, bool) {
	end := hereEnd(text)
	return "<<<'" + end + "'\n" + text + "\n" + end, true
}

// hereEnd is a word to end a here-document of text with.
func hereEnd(text string) string {
	end := "BODY"
	for strings.Contains(text, end) {
		end += "_"
	}
	return end
}

// rubyEscapes: # begins an interpolation before {, $ and @, and may be escaped anywhere.
var rubyEscapes = escapes{special: cSpecial(map[rune]string{'#': `\#`}), other: braceEscape}

func rubyBlock(text string) (string, bool) {
	end := hereEnd(text)
	return "<<'" + end + "'.chomp\n" + text + "\n" + end, true
}

var swiftEscapes = escapes{special: cSpecial(nil), other: braceEscape}

func swiftBlock(text string) (string, bool) {
	fence := strings.Repeat("#", longestRun(text, '#')+1) // neither """# nor \#( can occur inside
	return fence + "\"\"\"\n" + text + "\n\"\"\"" + fence, true
}

// powerShellString quotes s; between single quotes PowerShell expands nothing.
func powerShellString(s string) string {
	if isPlain(s) {
		return "'" + powerShellQuotes.Replace(s) + "'"
	}
	return powerShellEscapes.quote(s)
}

// powerShellQuotes doubles quotes. Typographic quotes are quotes to PowerShell.
var powerShellQuotes = strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019",
	"\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")

var powerShellEscapes = escapes{
	special: map[rune]string{
		'`': "``", '"': "`\"", '$': "`$", '\n': "`n", '\r': "`r", '\t': "`t",
		'\u201c': "`\u201c", '\u201d': "`\u201d", '\u201e': "`\u201e",
	},
	other: func(r rune) string { return fmt.Sprintf("`u{%x}", r) },
}

func powerShellBlock(text string) (string, bool) {
	return "@'\n" + text + "\n'@", !powerShellEnd.MatchString(text)
}

// powerShellEnd is what closes a here-string.
var powerShellEnd = regexp.MustCompile(`(?m)^\s*['\x{2018}-\x{201b}]@`)
