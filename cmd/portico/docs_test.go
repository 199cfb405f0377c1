package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestCommandsThatTextsNameExist looks up every command and flag that README and
// docs name within a line, such as `portico publish --check`; what they show as
// blocks is run by test/process.
func TestCommandsThatTextsNameExist(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`portico ([^`]+)`")
	for _, name := range append([]string{"../../README.md"}, documents...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			checkNamed(t, name, parser.Model.Node, strings.Fields(m[1]))
		}
	}
}

// checkNamed follows words down the commands and finds their flags.
func checkNamed(t *testing.T, place string, node *kong.Node, words []string) {
	t.Helper()
	for _, word := range words {
		if flag, ok := strings.CutPrefix(word, "--"); ok {
			if !hasFlag(node, strings.TrimRight(flag, ".,;")) {
				t.Errorf("%s: portico %s has no flag --%s", place, strings.Join(words, " "), flag)
			}
			continue
		}
		child := childNamed(node, word)
		if child == nil && len(node.Children) > 0 && word != "help" {
			t.Errorf("%s: portico %s: there is no command %s", place, strings.Join(words, " "), word)
		}
		if child != nil {
			node = child
		}
	}
}

func childNamed(node *kong.Node, name string) *kong.Node {
	for _, c := range node.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func hasFlag(node *kong.Node, name string) bool {
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}
