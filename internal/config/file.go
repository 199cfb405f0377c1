package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// Bind adds the sources below flags to a parser: PORTICO_* variables from env,
// then the YAML file that --config names, whose keys are flag names. A key
// without a flag is refused with its line number.
func Bind(k *kong.Kong, env func(string) (string, bool)) {
	known := map[string]bool{}
	kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && flag.Name != "help" && flag.Name != "config" {
			known[flag.Name] = true
		}
		return next(nil)
	})
	loader := func(r io.Reader) (kong.Resolver, error) {
		values, err := readSettings(r, known)
		if err != nil {
			return nil, err
		}
		return lookup(values, env), nil
	}
	kong.Configuration(loader).Apply(k)
	kong.Resolvers(lookup(nil, env)).Apply(k)
}

// lookup resolves a flag from the environment first, else from values.
func lookup(values map[string]string, env func(string) (string, bool)) kong.Resolver {
	var f kong.ResolverFunc = func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		name := "PORTICO_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		if v, ok := env(name); ok {
			return v, nil
		}
		if v, ok := values[flag.Name]; ok {
			return v, nil
		}
		return nil, nil
	}
	return f
}

func readSettings(r io.Reader, known map[string]bool) (map[string]string, error) {
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
	values := map[string]string{}
	for i := 0; i < len(root.Content); i += 2 {
		key, val := root.Content[i], root.Content[i+1]
		if !known[key.Value] {
			return nil, fmt.Errorf("configuration file: line %d: unknown setting %q; settings are named as the flags of portico serve", key.Line, key.Value)
		}
		text, err := settingText(key.Value, val)
		if err != nil {
			return nil, err
		}
		values[key.Value] = text
	}
	return values, nil
}

// settingText is a scalar as written, or a list joined by commas.
func settingText(name string, val *yaml.Node) (string, error) {
	switch val.Kind {
	case yaml.ScalarNode:
		return val.Value, nil
	case yaml.SequenceNode:
		items := make([]string, len(val.Content))
		for i, n := range val.Content {
			items[i] = n.Value
		}
		return strings.Join(items, ","), nil
	default:
		return "", fmt.Errorf("configuration file: line %d: %s must be a value or a list", val.Line, name)
	}
}
