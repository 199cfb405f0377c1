package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// explanations say of survivors why no test can or need tell them from the code.
type explanations map[place]string

// head is the first line of an explanation: file, function or -.
var head = regexp.MustCompile(`^(internal/\S+\.go) (\S+)$`)

// readExplanations reads paragraphs of three or more lines: the file and the
// function, the line with its mutation, and the reason. Lines that begin with #
// are comments.
func readExplanations(path string) (explanations, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	out := explanations{}
	for _, paragraph := range strings.Split(string(text), "\n\n") {
		lines := uncommented(paragraph)
		if len(lines) == 0 {
			continue
		}
		where := head.FindStringSubmatch(lines[0])
		if where == nil || len(lines) < 3 {
			return nil, fmt.Errorf("%s: %q: want a line with file and function, one with the mutation, and the reason", path, lines[0])
		}
		p := place{where[1], strings.TrimSuffix(where[2], "-"), lines[1]}
		if out[p] != "" {
			return nil, fmt.Errorf("%s: %s %s is explained twice", path, lines[0], lines[1])
		}
		out[p] = strings.Join(lines[2:], " ")
	}
	return out, nil
}

func uncommented(paragraph string) []string {
	var out []string
	for _, line := range strings.Split(paragraph, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// needless are the explanations of a package of which no mutant lives.
func (e explanations) needless(t target, lived []mutant) []place {
	alive := map[place]bool{}
	for _, m := range lived {
		alive[m.place()] = true
	}
	var out []place
	for p := range e {
		if strings.HasPrefix(p.File, t.folder()+"/") && !alive[p] {
			out = append(out, p)
		}
	}
	return out
}
