package tree

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v3"

	"github.com/portico-portal/portico/internal/apim"
)

// yamlWriter writes YAML nodes as JSON, aliases and merge keys resolved.
type yamlWriter struct {
	limits  Limits
	out     bytes.Buffer
	lines   []lineMark
	aliases int
	inside  int // of how many aliases the value being written is
	merged  int // members that merge keys added
}

func (w *yamlWriter) value(n *yaml.Node, depth int) error {
	if w.out.Len() > w.limits.Expanded {
		return apim.TooLarge("The description expands to more than %d MB.", w.limits.Expanded>>20)
	}
	if n.Line > 0 && w.inside == 0 {
		w.lines = append(w.lines, lineMark{w.out.Len(), n.Line})
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return w.value(n.Content[0], depth)
	case yaml.AliasNode:
		if err := w.alias(n); err != nil {
			return err
		}
		w.inside++
		err := w.value(n.Alias, depth+1)
		w.inside--
		return err
	case yaml.ScalarNode:
		w.scalar(n)
		return nil
	}
	if depth >= w.limits.Depth {
		return place(n, fmt.Sprintf("objects and arrays are nested deeper than %d.", w.limits.Depth))
	}
	if n.Kind == yaml.SequenceNode {
		return w.sequence(n, depth)
	}
	return w.mapping(n, depth)
}

// alias counts a use of an alias.
func (w *yamlWriter) alias(n *yaml.Node) error {
	if w.aliases++; w.aliases > w.limits.Aliases {
		return place(n, fmt.Sprintf("more than %d uses of aliases.", w.limits.Aliases))
	}
	return nil
}

func place(n *yaml.Node, message string) error {
	return apim.Invalid(fmt.Sprintf("%d:%d", n.Line, n.Column), message)
}

func (w *yamlWriter) sequence(n *yaml.Node, depth int) error {
	w.out.WriteByte('[')
	for i, item := range n.Content {
		if i > 0 {
			w.out.WriteByte(',')
		}
		if err := w.value(item, depth+1); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	return nil
}

func (w *yamlWriter) mapping(n *yaml.Node, depth int) error {
	pairs, err := w.pairs(n, depth)
	if err != nil {
		return err
	}
	w.out.WriteByte('{')
	for i, p := range pairs {
		if i > 0 {
			w.out.WriteByte(',')
		}
		w.quote(p.key.Value)
		w.out.WriteByte(':')
		if err := w.value(p.value, depth+1); err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	return nil
}

type yamlPair struct{ key, value *yaml.Node }

// pairs are the members of a mapping with those of its merge keys (<<), which
// its own and earlier ones override.
func (w *yamlWriter) pairs(n *yaml.Node, depth int) ([]yamlPair, error) {
	var own []yamlPair
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		for key.Kind == yaml.AliasNode {
			if err := w.alias(key); err != nil {
				return nil, err
			}
			key = key.Alias
		}
		if key.Kind != yaml.ScalarNode {
			return nil, place(key, "a key must be a string.")
		}
		if key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		own = append(own, yamlPair{key, value})
	}
	if merged == nil {
		return own, nil
	}
	has := map[string]bool{}
	for _, p := range own {
		has[p.key.Value] = true
	}
	for _, m := range merged {
		more, err := w.merge(m, depth+1)
		if err != nil {
			return nil, err
		}
		for _, p := range more {
			if !has[p.key.Value] {
				has[p.key.Value] = true
				own = append(own, p)
			}
		}
	}
	return own, nil
}

// merge are the members that the value of a merge key adds.
func (w *yamlWriter) merge(n *yaml.Node, depth int) ([]yamlPair, error) {
	if depth >= w.limits.Depth {
		return nil, place(n, fmt.Sprintf("objects and arrays are nested deeper than %d.", w.limits.Depth))
	}
	switch n.Kind {
	case yaml.AliasNode:
		if err := w.alias(n); err != nil {
			return nil, err
		}
		return w.merge(n.Alias, depth+1)
	case yaml.MappingNode:
		if w.merged += len(n.Content); w.merged > w.limits.YAMLParts {
			return nil, place(n, "merge keys (<<) add too many members.")
		}
		return w.pairs(n, depth)
	case yaml.SequenceNode:
		var all []yamlPair
		for _, item := range n.Content {
			more, err := w.merge(item, depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	}
	return nil, place(n, "a merge key (<<) needs a mapping.")
}

// scalar writes a scalar by its resolved tag. Dates stay as they are written.
func (w *yamlWriter) scalar(n *yaml.Node) {
	switch n.ShortTag() {
	case "!!null":
		w.out.WriteString("null")
	case "!!bool":
		w.out.WriteString(strconv.FormatBool(strings.EqualFold(n.Value, "true")))
	case "!!int", "!!float":
		if s, ok := number(n.Value); ok {
			w.out.WriteString(s)
			return
		}
		w.quote(n.Value)
	default:
		w.quote(n.Value)
	}
}

// number is a YAML number in JSON's spelling; false for those JSON has not (.inf, .nan).
func number(s string) (string, bool) {
	if s == "" || len(s) > 400 || !strings.ContainsAny(s[:1], "+-.0123456789") {
		return "", false
	}
	if json.Valid([]byte(s)) {
		return s, true
	}
	plain := strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+")
	if i, ok := new(big.Int).SetString(plain, 0); ok {
		return i.String(), true
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", false
	}
	return strconv.FormatFloat(f, 'g', -1, 64), true
}

// quote writes a JSON string.
func (w *yamlWriter) quote(s string) {
	e := json.NewEncoder(&w.out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a buffer does not fail
	w.out.Truncate(w.out.Len() - 1)
}
