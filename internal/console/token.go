package console

import (
	"regexp"
	"slices"
	"strings"
)

// Token is a run of a sample's text, for a highlighter.
type Token struct {
	Kind TokenKind
	Text string
}

// TokenKind is what a run of text is.
type TokenKind int

// The kinds of tokens.
const (
	Plain  TokenKind = iota
	Word             // a keyword, or the name of a function that is called
	String           // a literal
	Comment
	Body // the body of the request as it is sent
)

// Marks stand around what a program shows of a request: nothing in a call that
// was cleaned has them, but for bodies, which are then encoded.
const (
	literalMark = "\x00"
	bodyMark    = "\x00\x00"
)

// Tokens are the sample of a request in runs. The literals are those that the
// sample wrote: nothing that a request holds is read as a program, so the work
// grows with the length alone.
func (l Language) Tokens(r Request) []Token {
	var out []Token
	for i, text := range strings.Split(l.marked(r), bodyMark) {
		if i%2 == 1 {
			out = append(out, Token{Body, text})
			continue
		}
		for i, text := range strings.Split(text, literalMark) {
			switch {
			case i%2 == 0:
				out = l.program(out, text)
			case strings.ContainsAny(text[:min(1, len(text))], "\"'`$<#@"):
				out = append(out, Token{String, text})
			default: // a bare word of a shell
				out = append(out, Token{Plain, text})
			}
		}
	}
	return out
}

// programToken is what stands out in our programs.
var programToken = regexp.MustCompile(`"[^"\n]*"|//.*|[A-Za-z_]\w*`)

// program appends the tokens of what the sample itself says.
func (l Language) program(out []Token, text string) []Token {
	words := strings.Fields(l.words)
	at := 0
	for _, m := range programToken.FindAllStringIndex(text, -1) {
		token := Token{Plain, text[m[0]:m[1]]}
		switch {
		case token.Text[0] == '"':
			token.Kind = String
		case token.Text[0] == '/':
			token.Kind = Comment
		case slices.Contains(words, token.Text), l.words != "" && strings.HasPrefix(text[m[1]:], "("):
			token.Kind = Word
		default:
			continue
		}
		out = append(out, Token{Plain, text[at:m[0]]}, token)
		at = m[1]
	}
	return append(out, Token{Plain, text[at:]})
}
