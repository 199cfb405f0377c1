package widget

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/media"
)

// Picture is an image of the media library.
type Picture struct {
	SourceID  string    `json:"sourceId" label:"Image"`
	SourceURL string    `json:"sourceUrl" label:"-"`
	Caption   string    `json:"caption" label:"Description"`
	Layout    string    `json:"layout" label:"-"`
	Animation string    `json:"animation" label:"-"`
	Width     any       `json:"width" label:"Width"`
	Height    any       `json:"height" label:"Height"`
	Hyperlink Hyperlink `json:"hyperlink" label:"Leads to"`
}

var picture = Widget{Type: "picture", Label: "Picture", Defaults: Picture{}, Load: loadPicture}

type pictureView struct {
	Src, Alt, Href string
	Width, Height  int
	SrcSet         string // smaller versions, for the width it is shown in
	Popup          string // id of the popup it opens
	NewWindow      bool
}

func loadPicture(_ context.Context, in *Input) (any, error) {
	p := props[Picture](in)
	src := in.media(p.SourceID, p.SourceURL)
	if src == "" {
		return nil, nil
	}
	v := pictureView{Src: src, Alt: p.Caption, Width: pixels(p.Width), Height: pixels(p.Height)}
	v.SrcSet = sourceSet(src, v.Width)
	v.Href, _ = p.Hyperlink.resolve(in)
	v.Popup, v.NewWindow = opensPopup(v.Href), p.Hyperlink.Target == "_blank"
	return v, nil
}

// sourceSet are versions of a picture for screens of one and two pixels a point.
func sourceSet(src string, width int) string {
	if !address.IsMedium(src) || width == 0 || !slices.Contains([]string{".png", ".jpg", ".jpeg", ".webp"}, strings.ToLower(path.Ext(src))) {
		return ""
	}
	var set []string
	for i, version := range versionWidths(width) {
		set = append(set, fmt.Sprintf("%s %dx", address.MediumVersion(src, version), i+1))
	}
	return strings.Join(set, ", ")
}

// PictureWidths are the widths of the versions that a picture is shown in, by
// the width that its node says.
func PictureWidths(width any) []int { return versionWidths(pixels(width)) }

// versionWidths are those of the versions for screens of one and two pixels a point.
func versionWidths(width int) []int {
	var out []int
	for _, n := range []int{width, 2 * width} {
		if w := media.WidthFor(n); n > 0 && w > 0 {
			out = append(out, w)
		}
	}
	return out
}

// pixels is a size given as a number; other spellings are left to the style.
func pixels(v any) int {
	if n, ok := v.(float64); ok && n > 0 && n < 10000 {
		return int(n)
	}
	return 0
}
