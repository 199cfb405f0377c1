package style

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// breakpoints are the widths that styles may differ by, in px, smallest first.
var breakpoints = []struct {
	name string
	min  int
}{{"xs", 0}, {"sm", 576}, {"md", 768}, {"lg", 1024}, {"xl", 1280}}

// Class compiles a node's local styles to a class and its rules. The class is
// made of the rules' hash, so equal styles share it. Both are "" when the
// styles are only an appearance.
func Class(styles json.RawMessage) (class, css string) {
	var o object
	if json.Unmarshal(styles, &o) != nil {
		return "", ""
	}
	if instance := o.child("instance"); instance != nil {
		for name, v := range instance {
			if _, taken := o[name]; !taken {
				o[name] = v
			}
		}
	}
	var b strings.Builder
	rules(&b, "&", o)
	if b.Len() == 0 {
		return "", ""
	}
	sum := sha256.Sum256([]byte(b.String()))
	class = "s" + hex.EncodeToString(sum[:4])
	return class, strings.ReplaceAll(b.String(), "&", "."+class)
}

// rules writes the rules of a style object for a selector, each plugin's
// values for each width.
func rules(b *strings.Builder, selector string, o object) {
	for _, w := range breakpoints {
		var d strings.Builder
		for _, p := range plugins {
			of := o.child(p.name)
			if of == nil {
				continue
			}
			if at, split := byWidth(of, w.name); split {
				of = at
			} else if w.min > 0 {
				continue
			}
			p.write(&d, of)
		}
		if d.Len() == 0 {
			continue
		}
		rule := selector + "{" + strings.TrimSuffix(d.String(), ";") + "}"
		if w.min > 0 {
			rule = fmt.Sprintf("@media (min-width:%dpx){%s}", w.min, rule)
		}
		b.WriteString(rule)
	}
}

// byWidth is a plugin's object for a width; split is false when it does not differ by width.
func byWidth(o object, width string) (at object, split bool) {
	for _, w := range breakpoints {
		if _, ok := o[w.name]; ok {
			split = true
		}
	}
	return o.child(width), split
}

// plugin is a group of properties that styles may have.
type plugin struct {
	name  string
	write func(b *strings.Builder, o object)
}

// plugins are all of them, in the order they are written.
var plugins = []plugin{
	{"typography", typography},
	{"background", background},
	{"border", border},
	{"borderRadius", lengths([][2]string{
		{"topLeftRadius", "border-top-left-radius"}, {"topRightRadius", "border-top-right-radius"},
		{"bottomRightRadius", "border-bottom-right-radius"}, {"bottomLeftRadius", "border-bottom-left-radius"},
	})},
	{"margin", sides("margin-")},
	{"padding", sides("padding-")},
	{"shadow", func(b *strings.Builder, o object) { declare(b, "box-shadow", referenced(o, "shadowKey", "shadowId")) }},
	{"size", lengths([][2]string{
		{"width", "width"}, {"height", "height"}, {"minWidth", "min-width"}, {"maxWidth", "max-width"},
		{"minHeight", "min-height"}, {"maxHeight", "max-height"},
	})},
	{"grid", grid},
	{"grid-area", gridArea},
	{"alignment", alignment},
	{"container", container},
	{"transform", transform},
	{"position", position},
	{"animation", animation},
	{"display", display},
	{"visibility", display},
}

// Plugins are the names of the groups of properties that styles may have.
func Plugins() []string {
	names := make([]string, len(plugins))
	for i, p := range plugins {
		names[i] = p.name
	}
	return names
}

// container is how a section's content lies, and whether the section stays in view.
func container(b *strings.Builder, o object) {
	declare(b, "overflow", oneOf(o.text("overflow", true), "auto", "hidden", "scroll", "visible", "clip"))
	if p := o.text("position", true); p == "sticky" || p == "sticky-top" {
		b.WriteString("position:sticky;top:0;z-index:5;")
	} else {
		declare(b, "position", oneOf(p, "static", "relative", "absolute", "fixed"))
	}
}

// transform turns, moves, scales and skews.
func transform(b *strings.Builder, o object) {
	var parts []string
	add := func(function, v string) {
		if v != "" {
			parts = append(parts, function+"("+v+")")
		}
	}
	translate, scale, skew := o.child("translate"), o.child("scale"), o.child("skew")
	add("translateX", translate.text("x", false))
	add("translateY", translate.text("y", false))
	add("scaleX", scale.text("x", true))
	add("scaleY", scale.text("y", true))
	add("rotate", degrees(o, "rotate", "angle"))
	add("skewX", degrees(skew, "x"))
	add("skewY", degrees(skew, "y"))
	declare(b, "transform", strings.Join(parts, " "))
	declare(b, "transform-origin", o.child("origin").text("value", true))
}

// degrees is an angle: a bare number is in degrees; so is an object's member of the other name.
func degrees(o object, names ...string) string {
	for _, n := range names {
		if inner := o.child(n); inner != nil {
			if v := degrees(inner, "angle", "value"); v != "" {
				return v
			}
			continue
		}
		v := o.text(n, true)
		if v != "" && strings.Trim(v, "0123456789.-") == "" {
			v += "deg"
		}
		if v != "" {
			return v
		}
	}
	return ""
}

// position places a node over others.
func position(b *strings.Builder, o object) {
	declare(b, "position", oneOf(o.text("position", true), "static", "relative", "absolute", "fixed", "sticky"))
	sides("")(b, o)
	declare(b, "z-index", o.text("zIndex", true))
}

// animation plays one of the stylesheet's animations, for those who have nothing against motion.
func animation(b *strings.Builder, o object) {
	name := cmp.Or(o.text("animationKey", true), o.text("animationId", true))
	if name == "" {
		return
	}
	duration := cmp.Or(o.text("duration", true), "1")
	if strings.Trim(duration, "0123456789.") == "" {
		duration += "s"
	}
	declare(b, "animation", strings.TrimSpace(propertyName(name)+" "+duration+" "+oneOf(o.text("timingFunction", true), "ease", "linear", "ease-in", "ease-out", "ease-in-out")+" "+o.text("iterationCount", true)))
}

// display hides a node at a width.
func display(b *strings.Builder, o object) {
	v := cmp.Or(o.text("display", true), o.text("value", true))
	if v == "hidden" {
		v = "none"
	}
	declare(b, "display", oneOf(v, "none", "block", "inline", "inline-block", "flex", "grid"))
}

// oneOf is v if it is one of the words, else "".
func oneOf(v string, words ...string) string {
	if slices.Contains(words, v) {
		return v
	}
	return ""
}

// declare writes a declaration, if it has a value.
func declare(b *strings.Builder, property, v string) {
	if v != "" {
		b.WriteString(property + ":" + v + ";")
	}
}

// referenced is the custom property that one of the members names: editors
// say colorKey, storage colorId.
func referenced(o object, names ...string) string {
	for _, n := range names {
		if ref := o.text(n, true); ref != "" {
			return reference(ref)
		}
	}
	return ""
}

func typography(b *strings.Builder, o object) {
	declare(b, "font-family", referenced(o, "fontKey", "fontId"))
	declare(b, "font-size", o.text("fontSize", false))
	declare(b, "font-weight", o.text("fontWeight", true))
	declare(b, "font-style", o.text("fontStyle", true))
	declare(b, "line-height", o.text("lineHeight", true))
	declare(b, "letter-spacing", o.text("letterSpacing", false))
	declare(b, "text-transform", o.text("textTransform", true))
	declare(b, "text-decoration", o.text("textDecoration", true))
	declare(b, "text-align", o.text("textAlign", true))
	declare(b, "color", referenced(o, "colorKey", "colorId"))
	declare(b, "text-shadow", referenced(o, "shadowKey", "shadowId"))
}

func background(b *strings.Builder, o object) {
	declare(b, "background-color", referenced(o, "colorKey", "colorId"))
	declare(b, "background-image", referenced(o, "gradientKey", "gradientId"))
	if o.text("sourceKey", true) != "" || o.text("sourceId", true) != "" || o.child("image") != nil {
		declare(b, "background-image", imageURL(o))
	}
	declare(b, "background-position", o.text("position", true))
	declare(b, "background-size", o.text("size", true))
	declare(b, "background-repeat", o.text("repeat", true))
}

// sources is what a style object refers to media with: editors say sourceKey,
// storage sourceId.
func sources(o object) string { return cmp.Or(o.text("sourceId", true), o.text("sourceKey", true)) }

// imageURL is a background's picture.
func imageURL(o object) string {
	ref := cmp.Or(sources(o), sources(o.child("image")))
	if ref == "" {
		return ""
	}
	return `url("` + MediaPath(ref) + `")`
}

// MediaPath is an address of a medium that styles use, made of a hash of its
// item's ref: a style is in every page that has the node, also for people who do
// not see the node, and must not tell them what the file is called.
func MediaPath(ref string) string {
	sum := sha256.Sum256([]byte(apim.Ref("/" + strings.Trim(ref, "/")).Key()))
	return address.HiddenMedium(hex.EncodeToString(sum[:12]))
}

func border(b *strings.Builder, o object) {
	for _, side := range []string{"top", "right", "bottom", "left"} {
		s := o.child(side)
		declare(b, "border-"+side+"-width", s.text("width", false))
		declare(b, "border-"+side+"-style", s.text("style", true))
		declare(b, "border-"+side+"-color", referenced(s, "colorKey", "colorId"))
	}
}

// lengths writes members that are lengths: pairs of a member's name and a property.
func lengths(members [][2]string) func(b *strings.Builder, o object) {
	return func(b *strings.Builder, o object) {
		for _, m := range members {
			declare(b, m[1], o.text(m[0], false))
		}
	}
}

// sides writes the lengths of the four sides as properties that begin alike.
func sides(prefix string) func(b *strings.Builder, o object) {
	return lengths([][2]string{
		{"top", prefix + "top"}, {"right", prefix + "right"}, {"bottom", prefix + "bottom"}, {"left", prefix + "left"},
	})
}

func grid(b *strings.Builder, o object) {
	var d strings.Builder
	declare(&d, "grid-template-columns", tracks(o["cols"]))
	declare(&d, "grid-template-rows", tracks(o["rows"]))
	declare(&d, "column-gap", o.text("colGap", false))
	declare(&d, "row-gap", o.text("rowGap", false))
	if d.Len() > 0 {
		b.WriteString("display:grid;" + d.String())
	}
}

// tracks are a grid's columns or rows.
func tracks(raw json.RawMessage) string {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return ""
	}
	for i, t := range list {
		if list[i] = value(t); list[i] == "" {
			return ""
		}
	}
	return strings.Join(list, " ")
}

func gridArea(b *strings.Builder, o object) {
	var a struct{ X, Y, W, H int }
	for member, into := range map[string]*int{"x": &a.X, "y": &a.Y, "w": &a.W, "h": &a.H} {
		_ = json.Unmarshal(o[member], into) // another type: 0, which is none
	}
	if a.X > 0 && a.W > 0 {
		fmt.Fprintf(b, "grid-column:%d/span %d;", a.X, a.W)
	}
	if a.Y > 0 && a.H > 0 {
		fmt.Fprintf(b, "grid-row:%d/span %d;", a.Y, a.H)
	}
}

// places are the values of alignment.
var places = map[string]string{
	"start": "start", "center": "center", "end": "end", "stretch": "stretch",
	"around": "space-around", "between": "space-between", "top": "start", "bottom": "end", "left": "start", "right": "end",
}

func alignment(b *strings.Builder, o object) {
	h, v := places[o.text("horizontal", true)], places[o.text("vertical", true)]
	if h == "" && v == "" {
		return
	}
	b.WriteString("display:flex;flex-wrap:wrap;")
	declare(b, "justify-content", h)
	declare(b, "align-items", v)
}
