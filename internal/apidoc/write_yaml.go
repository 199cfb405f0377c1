package apidoc

import (
	"bytes"
	"encoding/json"
	"fmt"

	yaml "go.yaml.in/yaml/v3"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// writeYAML writes JSON as YAML, the order of members kept.
func writeYAML(text json.RawMessage) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(yamlNode(tree.Derived(text, tree.Node{}).Root())); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("write YAML: %w", err)
	}
	return b.Bytes(), nil
}

func yamlNode(n tree.Node) *yaml.Node {
	switch n.Kind() {
	case tree.Object:
		out := &yaml.Node{Kind: yaml.MappingNode}
		for _, m := range n.Members() {
			out.Content = append(out.Content, yamlString(m.Name), yamlNode(m.Value))
		}
		return out
	case tree.Array:
		out := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range n.Items() {
			out.Content = append(out.Content, yamlNode(item))
		}
		return out
	case tree.String:
		return yamlString(n.Text())
	case tree.Number:
		tag := "!!int"
		if bytes.ContainsAny(n.Raw(), ".eE") {
			tag = "!!float"
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Value: n.Literal(), Tag: tag}
	case tree.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: n.Literal(), Tag: "!!bool"}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: "null", Tag: "!!null"}
}

func yamlString(s string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(s)
	return n
}
