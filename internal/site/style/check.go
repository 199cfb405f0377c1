package style

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/widget"
)

// Names are what a stylesheet document defines: what references may name.
type Names map[string]bool

// ReadNames lists the references that a stylesheet document answers; nil when
// there is none to read.
func ReadNames(document json.RawMessage) Names {
	var o object
	if json.Unmarshal(document, &o) != nil {
		return nil
	}
	names := Names{}
	for _, group := range []string{"colors", "fonts", "shadows", "gradients", "animations"} {
		for name := range o.child(group) {
			names[group+"/"+name] = true
		}
	}
	for _, group := range []string{"components", "utils", "globals"} {
		for name := range o.child(group) {
			for variation := range o.child(group).child(name) {
				names[group+"/"+name+"/"+variation] = true
			}
		}
	}
	return names
}

// besides are the members of a node's styles that are no plugins.
var besides = []string{"instance", "appearance", "key", "id", "utils", "xs", "sm", "md", "lg", "xl", "category", "displayName"}

// Check tells in sentences what of a node's styles means nothing: groups of
// properties that are not known, and references to what the stylesheet lacks.
func (n Names) Check(styles json.RawMessage) []string {
	var o map[string]any
	if json.Unmarshal(styles, &o) != nil {
		return nil
	}
	var unknown []string
	look := func(o map[string]any) {
		for name := range o {
			if !slices.Contains(besides, name) && !slices.ContainsFunc(plugins, func(p plugin) bool { return p.name == name }) {
				unknown = append(unknown, name)
			}
		}
	}
	look(o)
	if instance, ok := o["instance"].(map[string]any); ok {
		look(instance)
	}
	var found []string
	if len(unknown) > 0 {
		slices.Sort(unknown)
		found = append(found, "Styles that mean nothing: "+strings.Join(slices.Compact(unknown), ", ")+".")
	}
	missing := map[string]bool{}
	n.missing(o, missing)
	for _, ref := range slices.Sorted(maps.Keys(missing)) {
		found = append(found, fmt.Sprintf("The stylesheet has no %s.", ref))
	}
	return found
}

// missing collects the references that the stylesheet does not have.
func (n Names) missing(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if name != "key" && name != "id" {
				n.missing(member, into)
			}
		}
	case []any:
		for _, member := range v {
			n.missing(member, into)
		}
	case string:
		if n != nil && isReference(v) && !n[strings.Trim(v, "/")] && !widget.HasLook(widget.AppearanceClass(v)) {
			into[v] = true
		}
	}
}

// isReference reports whether a text is written like a reference into the stylesheet.
func isReference(s string) bool {
	group, rest, ok := strings.Cut(strings.TrimPrefix(s, "/"), "/")
	return ok && rest != "" && slices.Contains([]string{"colors", "fonts", "shadows", "gradients", "animations", "components", "utils", "globals"}, group)
}
