package widget

import "context"

// Picture is an image of the media library.
type Picture struct {
	SourceID  string    `json:"sourceId" label:"Image"`
	SourceURL string    `json:"sourceUrl" label:"-"`
	Caption   string    `json:"caption" label:"Description"`
	Width     any       `json:"width" label:"Width"`
	Height    any       `json:"height" label:"Height"`
	Hyperlink Hyperlink `json:"hyperlink" label:"Leads to"`
}

var picture = Widget{Type: "picture", Label: "Picture", Defaults: Picture{}, Load: loadPicture}

type pictureView struct {
	Src, Alt, Href string
	Width, Height  int
}

func loadPicture(_ context.Context, in *Input) (any, error) {
	p := props[Picture](in)
	src := p.SourceURL
	if p.SourceID != "" {
		in.Data.Reads("media")
		src, _ = in.Data.Link(p.SourceID)
	}
	if src == "" || !safeHref(src) {
		return nil, nil
	}
	href, _ := p.Hyperlink.resolve(in)
	return pictureView{Src: src, Alt: p.Caption, Href: href, Width: pixels(p.Width), Height: pixels(p.Height)}, nil
}

// pixels is a size given as a number; other spellings are left to the style.
func pixels(v any) int {
	if n, ok := v.(float64); ok && n > 0 && n < 10000 {
		return int(n)
	}
	return 0
}
