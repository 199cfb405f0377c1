package widget

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
)

// Frame is a document of its own inside a page: the custom HTML of one node.
type Frame struct {
	Path   string // its address, made of a hash of what it holds
	HTML   string
	Styled bool   // it wants the site's styles
	guards []Rule // of the nodes around it
}

// Admits reports whether the visitor sees the node that holds the frame.
func (f *Frame) Admits(v catalog.Visitor) bool {
	return !slices.ContainsFunc(f.guards, func(r Rule) bool { return !r.Admits(v) })
}

// Frames are the documents that the page shows in frames.
func (p *Page) Frames() []Frame { return p.frames }

// CustomHTML is markup of the site's author, in a frame that can do nothing to the page around it.
type CustomHTML struct {
	Code   string `json:"htmlCode" label:"HTML"`
	Styled bool   `json:"inheritStyling" label:"The site's styles"`
	Fonts  bool   `json:"addCustomFonts" label:"The site's fonts"`
	Title  string `json:"title" label:"Name for screen readers"`
	Size   any    `json:"size" label:"-"`
}

var customHTML = Widget{
	Type: "custom-html-code", Label: "Custom HTML", Defaults: CustomHTML{}, CSS: []string{"parts"}, Compile: compileCustomHTML, Load: loadCustomHTML,
}

func compileCustomHTML(c *compiler, s *slot) {
	if p := s.props.(*CustomHTML); p.Code != "" {
		c.frames = append(c.frames, Frame{Path: p.path(), HTML: p.Code, Styled: p.Styled || p.Fonts, guards: slices.Clone(c.guards)})
	}
}

func (p *CustomHTML) path() string {
	sum := sha256.Sum256([]byte(p.Code))
	name := hex.EncodeToString(sum[:12])
	if p.Styled || p.Fonts {
		name += "-s"
	}
	return address.Frame(name)
}

type frameView struct{ Src, Title, Sandbox, Allow string }

func loadCustomHTML(_ context.Context, in *Input) (any, error) {
	p := props[CustomHTML](in)
	if p.Code == "" {
		return nil, nil
	}
	return frameView{Src: p.path(), Title: cmp.Or(p.Title, in.T("frame.html")), Sandbox: Sandbox}, nil
}

// Sandbox is what a frame may do (portal-wire.md §4.4), but for being of our
// origin: that needs a hostname of its own for widgets.
const Sandbox = "allow-scripts allow-modals allow-forms allow-popups allow-popups-to-escape-sandbox " +
	"allow-top-navigation-by-user-activation allow-pointer-lock allow-downloads allow-presentation allow-orientation-lock"

// CustomWidget is a program of the site's author, uploaded to the media storage.
type CustomWidget struct {
	Name            string `json:"name" label:"Widget"`
	DisplayName     string `json:"displayName" label:"Name for screen readers"`
	Values          string `json:"customInputValue" label:"Values"` // JSON: {"values":{...}}
	InstanceKey     string `json:"instanceKey" label:"-"`
	AllowSameOrigin bool   `json:"allowSameOrigin" label:"-"`
	Size            any    `json:"size" label:"-"`
}

var customWidget = Widget{
	Type: "custom-widget", Label: "Custom widget", Defaults: CustomWidget{}, CSS: []string{"parts"}, Load: loadCustomWidget,
}

var widgetName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)

func loadCustomWidget(_ context.Context, in *Input) (any, error) {
	p := props[CustomWidget](in)
	name := strings.TrimPrefix(p.Name, "CustomWidget-")
	if !widgetName.MatchString(name) {
		return nil, nil
	}
	data, err := json.Marshal(map[string]any{"values": p.values(), "instanceId": p.InstanceKey, "environment": "publishing"})
	if err != nil {
		return nil, err
	}
	return frameView{
		// Widgets decode the parameter twice.
		Src:   address.WidgetFile(name, "index.html") + "?editorData=" + url.QueryEscape(strings.ReplaceAll(url.QueryEscape(string(data)), "+", "%20")),
		Title: cmp.Or(p.DisplayName, name), Sandbox: Sandbox, Allow: "clipboard-write",
	}, nil
}

// values are what the editor typed into the widget's form.
func (p *CustomWidget) values() json.RawMessage {
	var v struct {
		Values json.RawMessage `json:"values"`
	}
	if json.Unmarshal([]byte(p.Values), &v) != nil || len(v.Values) == 0 {
		return json.RawMessage("{}")
	}
	return v.Values
}
