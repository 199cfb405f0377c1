package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// YAML is a kong configuration loader: the file's keys are flag names. It
// refuses a key that no flag of the command line has, naming its line.
func YAML(flags func(name string) bool) kong.ConfigurationLoader {
	return func(r io.Reader) (kong.Resolver, error) {
		values, err := readSettings(r, flags)
		if err != nil {
			return nil, err
		}
		var f kong.ResolverFunc = func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
			v, ok := values[flag.Name]
			if !ok {
				return nil, nil
			}
			return v, nil
		}
		return f, nil
	}
}

func readSettings(r io.Reader, known func(string) bool) (map[string]any, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&doc); err == io.EOF {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("configuration file: line %d: expected settings as \"name: value\"", root.Line)
	}
	values := map[string]any{}
	for i := 0; i < len(root.Content); i += 2 {
		key, val := root.Content[i], root.Content[i+1]
		if !known(key.Value) || key.Value == "config" {
			return nil, fmt.Errorf("configuration file: line %d: unknown setting %q; settings are named as the flags of portico serve", key.Line, key.Value)
		}
		switch val.Kind {
		case yaml.ScalarNode:
			values[key.Value] = val.Value
		case yaml.SequenceNode:
			items := make([]string, len(val.Content))
			for j, n := range val.Content {
				items[j] = n.Value
			}
			values[key.Value] = strings.Join(items, ",")
		default:
			return nil, fmt.Errorf("configuration file: line %d: %s must be a value or a list", val.Line, key.Value)
		}
	}
	return values, nil
}
