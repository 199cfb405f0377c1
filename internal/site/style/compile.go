package style

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/widget"
)

// Sheet is a compiled stylesheet document.
type Sheet struct {
	Tokens string // `:root{...}`, inlined into each page; "" for none
	Rules  []byte // the rest, served beside; empty for none
}

// Compile compiles nodes[0] of the stylesheet document; nil gives an empty Sheet.
func Compile(document json.RawMessage) (Sheet, error) {
	if len(document) == 0 || string(document) == "null" {
		return Sheet{}, nil
	}
	var o object
	if err := json.Unmarshal(document, &o); err != nil {
		return Sheet{}, fmt.Errorf("stylesheet: %w", err)
	}
	var rules strings.Builder
	globals(&rules, o.child("globals"))
	components(&rules, o.child("components"))
	colours := o.child("colors")
	for _, name := range colours.names() {
		fmt.Fprintf(&rules, ".color-colors-%s{color:%s}", propertyName(name), reference("colors/"+name))
	}
	sheet := Sheet{Tokens: tokens(o)}
	if rules.Len() > 0 {
		sheet.Rules = []byte(rules.String())
	}
	return sheet, nil
}

// tokens are the custom properties: the site's own tokens, which replace those
// of the default look (accent, surface, ...), then colours, fonts and shadows
// under the names of their references.
func tokens(o object) string {
	var b strings.Builder
	own := o.child("tokens")
	for _, name := range own.names() {
		if light, dark := own.child(name).text("light", true), own.child(name).text("dark", true); light != "" && dark != "" {
			fmt.Fprintf(&b, "--%s:light-dark(%s,%s);", propertyName(name), light, dark)
		} else if v := own.text(name, false); v != "" {
			fmt.Fprintf(&b, "--%s:%s;", propertyName(name), v)
		}
	}
	property := func(group, name, v string) {
		if v != "" {
			fmt.Fprintf(&b, "--%s:%s;", propertyName(group+"/"+name), v)
		}
	}
	groups := func(group string, read func(object) string) {
		for _, name := range o.child(group).names() {
			property(group, name, read(o.child(group).child(name)))
		}
	}
	groups("colors", func(c object) string { return c.text("value", true) })
	groups("fonts", func(f object) string {
		if family := f.text("family", true); family != "" {
			return `"` + strings.Trim(family, `"'`) + `",var(--font)`
		}
		return ""
	})
	groups("shadows", shadow)
	groups("gradients", func(g object) string { return g.text("value", true) })
	if b.Len() == 0 {
		return ""
	}
	return ":root{" + strings.TrimSuffix(b.String(), ";") + "}"
}

func shadow(s object) string {
	x, y := s.text("offsetX", false), s.text("offsetY", false)
	if x == "" && y == "" {
		return s.text("value", true)
	}
	parts := []string{orZero(x), orZero(y), orZero(s.text("blur", false)), orZero(s.text("spread", false)), s.text("color", true)}
	return strings.TrimSpace(strings.Join(parts, " "))
}

func orZero(s string) string {
	if s == "" {
		return "0"
	}
	return s
}

// elements are what globals style.
var elements = map[string]string{
	"body": "body", "h1": "h1", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h5", "h6": "h6",
	"p": "p", "a": "a", "ul": "ul", "ol": "ol", "pre": "pre", "blockquote": "blockquote",
}

// globals style elements: the default variation the element itself, another
// one the element with the variation's class.
func globals(b *strings.Builder, o object) {
	for _, name := range o.names() {
		element, ok := elements[name]
		if !ok {
			continue
		}
		variations := o.child(name)
		for _, v := range variations.names() {
			selector := element
			if v != "default" {
				selector += ".globals-" + propertyName(name+"/"+v)
			}
			states(b, selector, variations.child(v))
		}
	}
}

// components style the classes of appearance references, and their states and sub-components.
func components(b *strings.Builder, o object) {
	for _, name := range o.names() {
		variations := o.child(name)
		for _, v := range variations.names() {
			class := widget.AppearanceClass("components/" + propertyName(name) + "/" + propertyName(v))
			states(b, "."+class, variations.child(v))
			parts := variations.child(v).child("components")
			for _, part := range parts.names() {
				for _, pv := range parts.child(part).names() {
					sub := widget.AppearanceClass("components/" + propertyName(part) + "/" + propertyName(pv))
					states(b, "."+class+" ."+sub, parts.child(part).child(pv))
				}
			}
		}
	}
}

// pseudo are the states of a component.
var pseudo = []struct{ name, selector string }{
	{"hover", ":hover"}, {"active", ":active"}, {"focus", ":focus-visible"}, {"disabled", ":disabled"},
}

func states(b *strings.Builder, selector string, o object) {
	rules(b, selector, o)
	for _, s := range pseudo {
		if st := o.child(s.name); st != nil {
			rules(b, selector+s.selector, st)
		}
	}
}
