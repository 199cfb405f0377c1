package media

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// MaxSVG is the largest SVG that is shown, in bytes.
const MaxSVG = 4 << 20

const maxSVGDepth = 200

// drawing are the elements that draw, or describe what others draw.
var drawing = strings.Fields(`svg g path rect circle ellipse line polyline polygon text tspan textPath defs linearGradient
	radialGradient stop clipPath mask pattern symbol use title desc marker filter image switch
	feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight
	feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight
	feSpecularLighting feSpotLight feTile feTurbulence`)

var (
	localURL  = regexp.MustCompile(`^\s*#`)
	dataImage = regexp.MustCompile(`^\s*data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)
	elsewhere = regexp.MustCompile(`(?i)url\(\s*['"]?\s*[^#'"\s]|@import|expression|javascript:|\\\\|image-set`)
)

// SanitizeSVG keeps what draws and drops what runs or loads: scripts, event
// handlers, links, foreign content, styles and addresses that lead elsewhere.
// It fails if the SVG is not well-formed XML.
func SanitizeSVG(data []byte) ([]byte, error) {
	if len(data) > MaxSVG {
		return nil, fmt.Errorf("the SVG is larger than %d MB", MaxSVG>>20)
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("only UTF-8 is read") }
	w := svgWriter{}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the SVG is not well-formed: %w", err)
		}
		if err := w.token(token); err != nil {
			return nil, err
		}
	}
	if len(w.open) > 0 || !w.started {
		return nil, errors.New("the SVG is not whole")
	}
	return w.b.Bytes(), nil
}

type svgWriter struct {
	b       bytes.Buffer
	open    []string
	skipped int // depth inside an element that is dropped
	started bool
}

func (w *svgWriter) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return w.start(t)
	case xml.EndElement:
		if len(w.open) == 0 || w.open[len(w.open)-1] != qualified(t.Name) {
			return fmt.Errorf("the SVG closes %s, which is not open", qualified(t.Name))
		}
		w.open = w.open[:len(w.open)-1]
		if w.skipped > 0 {
			w.skipped--
			return nil
		}
		w.b.WriteString("</" + qualified(t.Name) + ">")
	case xml.CharData:
		if w.skipped == 0 && len(w.open) > 0 {
			return xml.EscapeText(&w.b, t)
		}
	}
	return nil // comments, declarations and instructions are dropped
}

func (w *svgWriter) start(t xml.StartElement) error {
	if len(w.open) == 0 && (w.started || t.Name.Local != "svg") {
		return errors.New("an SVG is one svg element")
	}
	if len(w.open) >= maxSVGDepth {
		return fmt.Errorf("the SVG nests deeper than %d elements", maxSVGDepth)
	}
	w.started = true
	w.open = append(w.open, qualified(t.Name))
	if w.skipped > 0 || !slices.Contains(drawing, t.Name.Local) || t.Name.Space != "" && t.Name.Space != "svg" {
		w.skipped++
		return nil
	}
	w.b.WriteString("<" + qualified(t.Name))
	for _, a := range t.Attr {
		if !safeAttribute(t.Name.Local, a) {
			continue
		}
		w.b.WriteString(" " + qualified(a.Name) + `="`)
		if err := xml.EscapeText(&w.b, []byte(a.Value)); err != nil {
			return err
		}
		w.b.WriteString(`"`)
	}
	w.b.WriteString(">")
	return nil
}

var attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

func safeAttribute(element string, a xml.Attr) bool {
	name := strings.ToLower(a.Name.Local)
	switch {
	case a.Name.Space == "xmlns":
		return a.Name.Local == "xlink" || a.Name.Local == "svg"
	case a.Name.Space != "" && a.Name.Space != "xlink" && a.Name.Space != "xml", !attributeName.MatchString(a.Name.Local):
		return false
	case strings.HasPrefix(name, "on"), name == "src", name == "base":
		return false
	case name == "href":
		return localURL.MatchString(a.Value) || element == "image" && dataImage.MatchString(a.Value)
	}
	return !elsewhere.MatchString(a.Value)
}

func qualified(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}
