package tree

import (
	"fmt"
	"regexp"
	"strings"

	yaml "go.yaml.in/yaml/v3"

	"github.com/portico-portal/portico/internal/apim"
)

// parseYAML reads the first document of a YAML stream and writes it as JSON.
func parseYAML(data []byte, limits Limits) (*Document, error) {
	if parts := count(data, "\n,{["); parts > limits.YAMLParts {
		return nil, apim.TooLarge("A description in YAML may have %d lines, commas and braces; this has %d. Write it as JSON, which may have more.",
			limits.YAMLParts, parts)
	}
	root, err := decodeYAML(data)
	if err != nil {
		return nil, yamlError(err, limits)
	}
	if root.Kind == 0 {
		return nil, apim.Invalid("1:1", "the document is empty.")
	}
	w := yamlWriter{limits: limits}
	if err := w.value(root, 0); err != nil {
		return nil, err
	}
	return &Document{text: w.out.Bytes(), lines: w.lines}, nil
}

// decodeYAML calls the parser, whose panics are errors of the document.
func decodeYAML(data []byte) (root *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("yaml: %v", p)
		}
	}()
	root = new(yaml.Node)
	return root, yaml.Unmarshal(data, root)
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// yamlError is the parser's error with the line as its target.
func yamlError(err error, limits Limits) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.Contains(message, "exceeded max depth") {
		return apim.Invalid("1:1", fmt.Sprintf("objects and arrays are nested deeper than %d.", limits.Depth))
	}
	target := "1:1"
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		target, message = m[1]+":1", message[len(m[0]):]
	}
	return apim.Invalid(target, "not YAML: "+message+".")
}
