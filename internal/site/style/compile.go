package style

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/widget"
)

// Sheet is a compiled stylesheet document.
type Sheet struct {
	Tokens string // `:root{...}`, inlined into each page; "" for none
	Rules  []byte // the rest, served beside; empty for none
}

// Compile compiles nodes[0] of the stylesheet document; nil gives an empty Sheet.
// Rules of classes that used does not know are left out, except those of default
// variations, which widgets have without saying so. A nil used keeps all.
func Compile(document json.RawMessage, used func(class string) bool) (Sheet, error) {
	if len(document) == 0 || string(document) == "null" {
		return Sheet{}, nil
	}
	var o object
	if err := json.Unmarshal(document, &o); err != nil {
		return Sheet{}, fmt.Errorf("stylesheet: %w", err)
	}
	if used == nil {
		used = func(string) bool { return true }
	}
	var rules strings.Builder
	globals(&rules, o.child("globals"), used)
	components(&rules, o.child("components"), used)
	keyframes(&rules, o.child("animations"))
	fontFaces(&rules, o.child("fonts"))
	utilities(&rules, o.child("utils"), used)
	colours := o.child("colors")
	for _, name := range colours.names() {
		if !used(widget.AppearanceClass("colors/" + propertyName(name))) {
			continue
		}
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
		members := o.child(group)
		for _, name := range members.names() {
			property(group, name, read(members.child(name)))
		}
	}
	groups("colors", func(c object) string {
		light, dark := c.text("value", true), c.text("dark", true)
		if light != "" && dark != "" {
			return "light-dark(" + light + "," + dark + ")"
		}
		return light
	})
	groups("fonts", func(f object) string {
		if family := f.text("family", true); family != "" {
			return `"` + strings.Trim(family, `"'`) + `",var(--font)`
		}
		return ""
	})
	groups("shadows", shadow)
	groups("gradients", gradient)
	if onlyLight(o) {
		b.WriteString("color-scheme:light;")
	}
	if b.Len() == 0 {
		return ""
	}
	return ":root{" + strings.TrimSuffix(b.String(), ";") + "}"
}

// onlyLight reports whether the site's own colours are for a light ground only, as
// those of sites made elsewhere are: on a dark one they could not be read.
func onlyLight(o object) bool {
	colours := o.child("colors")
	return len(colours) > 0 && !slices.ContainsFunc(colours.names(), func(name string) bool {
		return colours.child(name).text("dark", true) != ""
	})
}

// gradient is one written out, or made of its direction and stops.
func gradient(g object) string {
	if v := g.text("value", true); v != "" {
		return v
	}
	var stops []object
	_ = json.Unmarshal(g["stops"], &stops) // another type: no stops
	var parts []string
	for _, s := range stops {
		colour := cmp.Or(referenced(s, "colorKey", "colorId"), s.text("color", true))
		if colour == "" {
			continue
		}
		at := cmp.Or(s.text("length", true), s.text("position", true))
		if at != "" && strings.Trim(at, "0123456789.") == "" {
			at += "%"
		}
		parts = append(parts, strings.TrimSpace(colour+" "+at))
	}
	if len(parts) < 2 {
		return ""
	}
	if g.text("type", true) == "radial-gradient" || g.text("type", true) == "radial" {
		return "radial-gradient(" + strings.Join(parts, ",") + ")"
	}
	direction := cmp.Or(degrees(g, "direction", "angle"), "180deg")
	return "linear-gradient(" + direction + "," + strings.Join(parts, ",") + ")"
}

// keyframes are the animations; they play only for those who have nothing against motion.
func keyframes(b *strings.Builder, o object) {
	for _, name := range o.names() {
		var steps []object
		frames := o.child(name).child("keyframes")
		if json.Unmarshal(o.child(name)["keyframes"], &steps) != nil {
			for _, at := range frames.names() {
				step := frames.child(at)
				step["offset"] = json.RawMessage(fmt.Sprintf("%q", at))
				steps = append(steps, step)
			}
		}
		var body strings.Builder
		for _, step := range steps {
			at := step.text("offset", true)
			if at == "" || strings.Trim(at, "0123456789.%fromt") != "" {
				continue
			}
			if strings.Trim(at, "0123456789.") == "" {
				at += "%"
			}
			var d strings.Builder
			declare(&d, "opacity", step.text("opacity", true))
			declare(&d, "color", step.text("color", true))
			declare(&d, "background-color", step.text("backgroundColor", true))
			if t := step.child("transform"); t != nil {
				transform(&d, t)
			} else {
				declare(&d, "transform", step.text("transform", true))
			}
			if d.Len() > 0 {
				fmt.Fprintf(&body, "%s{%s}", at, strings.TrimSuffix(d.String(), ";"))
			}
		}
		if body.Len() > 0 {
			fmt.Fprintf(b, "@media (prefers-reduced-motion:no-preference){@keyframes %s{%s}}", propertyName("animations/"+name), body.String())
		}
	}
}

// fontFaces are the fonts whose files lie on this portal (portal-wire.md §3.4).
func fontFaces(b *strings.Builder, o object) {
	for _, name := range o.names() {
		family := strings.Trim(o.child(name).text("family", true), `"'`)
		var variants []object
		_ = json.Unmarshal(o.child(name)["variants"], &variants) // another type: no files
		for _, v := range variants {
			file := fontFile(v)
			if family == "" || file == "" {
				continue
			}
			fmt.Fprintf(b, "@font-face{font-family:%q;font-display:swap;src:url(%q)", family, file)
			if style := oneOf(v.text("style", true), "normal", "italic", "oblique"); style != "" {
				b.WriteString(";font-style:" + style)
			}
			if weight := v.text("weight", true); weight != "" && strings.Trim(weight, "0123456789 ") == "" || weight == "bold" || weight == "normal" {
				b.WriteString(";font-weight:" + weight)
			}
			b.WriteString("}")
		}
	}
}

// fontFile is the address of a font's file, which must lie on this portal.
func fontFile(v object) string {
	for _, name := range []string{"file", "sourceId", "sourceKey", "url"} {
		var file string
		if json.Unmarshal(v[name], &file) != nil {
			continue
		}
		file = address.FontFile(file)
		if file != "" && strings.Trim(file, fontNameCharacters) == "" && !strings.Contains(file, "..") {
			return address.Font(file)
		}
	}
	return ""
}

const fontNameCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// utilities style the classes of utils references.
func utilities(b *strings.Builder, o object, used func(string) bool) {
	for _, group := range o.names() {
		variations := o.child(group)
		for _, v := range variations.names() {
			if class := widget.AppearanceClass("utils/" + propertyName(group) + "/" + propertyName(v)); used(class) {
				states(b, "."+class, variations.child(v))
			}
		}
	}
}

func shadow(s object) string {
	x, y := s.text("offsetX", false), s.text("offsetY", false)
	if x == "" && y == "" {
		return s.text("value", true)
	}
	inset := ""
	if string(s["inset"]) == "true" {
		inset = "inset "
	}
	blur, spread := cmp.Or(s.text("blur", false), "0"), cmp.Or(s.text("spread", false), "0")
	parts := []string{inset + cmp.Or(x, "0"), cmp.Or(y, "0"), blur, spread, s.text("color", true)}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// elements are what globals style.
var elements = []string{"body", "h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "ul", "ol", "pre", "blockquote"}

// globals style elements: the default variation the element itself, another
// one the element with the variation's class.
func globals(b *strings.Builder, o object, used func(string) bool) {
	for _, name := range o.names() {
		if !slices.Contains(elements, name) {
			continue
		}
		variations := o.child(name)
		for _, v := range variations.names() {
			selector := name
			if v != "default" {
				class := widget.AppearanceClass("globals/" + propertyName(name) + "/" + propertyName(v))
				if !used(class) {
					continue
				}
				selector += "." + class
			}
			states(b, selector, variations.child(v))
		}
	}
}

// components style the classes of appearance references, and their states and sub-components.
func components(b *strings.Builder, o object, used func(string) bool) {
	for _, name := range o.names() {
		variations := o.child(name)
		for _, v := range variations.names() {
			class := widget.AppearanceClass("components/" + propertyName(name) + "/" + propertyName(v))
			if v != "default" && !used(class) {
				continue
			}
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
