package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A mutant is one change of one token. It is known by where it is in words, not
// by its line, so that an explanation outlives changes of other lines.
type mutant struct {
	File     string // below the repository
	Function string // or Type.method; empty between functions
	Change   string // the source line with the token and what it became: if a [< → <=] b {
	Line     int
	Killed   bool
}

func (m mutant) place() place { return place{m.File, m.Function, m.Change} }

// place is what an explanation names.
type place struct{ File, Function, Change string }

// change takes a Change apart.
var change = regexp.MustCompile(`^(.*?)\[(\S+) → \S+\](.*)$`)

// line is the source line before the change, without blanks.
func (p place) line() string { return squeeze(change.ReplaceAllString(p.Change, "$1$2$3")) }

func squeeze(line string) string { return strings.Join(strings.Fields(line), "") }

// swaps are what gremlins makes of a token, by the kind of mutation.
var swaps = map[string]map[token.Token]token.Token{
	"ARITHMETIC_BASE":       {token.ADD: token.SUB, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL, token.SUB: token.ADD},
	"CONDITIONALS_BOUNDARY": {token.GEQ: token.GTR, token.GTR: token.GEQ, token.LEQ: token.LSS, token.LSS: token.LEQ},
	"CONDITIONALS_NEGATION": {token.EQL: token.NEQ, token.NEQ: token.EQL, token.GEQ: token.LSS, token.LSS: token.GEQ, token.GTR: token.LEQ, token.LEQ: token.GTR},
	"INCREMENT_DECREMENT":   {token.DEC: token.INC, token.INC: token.DEC},
	"INVERT_ASSIGNMENTS":    {token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN, token.MUL_ASSIGN: token.QUO_ASSIGN, token.QUO_ASSIGN: token.MUL_ASSIGN},
	"INVERT_BITWISE":        {token.AND: token.OR, token.OR: token.AND, token.XOR: token.AND, token.AND_NOT: token.AND, token.SHL: token.SHR, token.SHR: token.SHL},
	"INVERT_LOGICAL":        {token.LAND: token.LOR, token.LOR: token.LAND},
	"INVERT_LOOPCTRL":       {token.BREAK: token.CONTINUE, token.CONTINUE: token.BREAK},
}

// become says what a kind of mutation makes of a token.
func become(kind string, was token.Token) string {
	if to, ok := swaps[kind][was]; ok {
		return to.String()
	}
	if kind == "REMOVE_SELF_ASSIGNMENTS" {
		return token.ASSIGN.String()
	}
	return strings.ToLower(kind)
}

// source is a Go file in which mutants are found again.
type source struct {
	name  string // below the repository
	text  string
	lines []string
	set   *token.FileSet
	file  *ast.File
}

func readSource(root, name string) (*source, error) {
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return nil, err
	}
	s := &source{name: name, text: string(text), lines: strings.Split(string(text), "\n"), set: token.NewFileSet()}
	s.file, err = parser.ParseFile(s.set, name, text, parser.SkipObjectResolution)
	return s, err
}

// mutant is an outcome with its place in words.
func (s *source) mutant(o outcome) (mutant, error) {
	before, was, after, err := s.split(o)
	return mutant{
		File: s.name, Function: s.function(o.Line), Line: o.Line,
		Change: strings.TrimSpace(fmt.Sprintf("%s [%s → %s] %s", strings.TrimSpace(before), was, become(o.Type, was), strings.TrimSpace(after))),
		Killed: o.Status == "KILLED" || o.Status == "TIMED OUT",
	}, err
}

// mutated is the text of the file with one token changed.
func (s *source) mutated(o outcome) (string, error) {
	before, was, after, err := s.split(o)
	lines := slices.Clone(s.lines)
	lines[o.Line-1] = before + become(o.Type, was) + after
	return strings.Join(lines, "\n"), err
}

// split is the line of an outcome before, at and after the token that is changed.
func (s *source) split(o outcome) (before string, was token.Token, after string, err error) {
	line := s.lines[o.Line-1]
	was = tokenAt(line[o.Column-1:])
	if was == token.ILLEGAL {
		return line, was, "", fmt.Errorf("%s:%d:%d: no token there", s.name, o.Line, o.Column)
	}
	return line[:o.Column-1], was, line[o.Column-1+len(was.String()):], nil
}

// tokenAt is the longest token of those that are mutated at the start of a text.
func tokenAt(text string) token.Token {
	best := token.ILLEGAL
	for t := token.ADD; t <= token.VAR; t++ {
		if strings.HasPrefix(text, t.String()) && (best == token.ILLEGAL || len(t.String()) > len(best.String())) {
			best = t
		}
	}
	return best
}

// function is the name of the function that holds a line.
func (s *source) function(line int) string {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && s.set.Position(f.Pos()).Line <= line && line <= s.set.Position(f.End()).Line {
			return functionName(f)
		}
	}
	return ""
}

// functions are the names of all functions.
func (s *source) functions() []string {
	var out []string
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			out = append(out, functionName(f))
		}
	}
	return out
}

func functionName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + f.Name.Name
		default:
			return f.Name.Name
		}
	}
}
