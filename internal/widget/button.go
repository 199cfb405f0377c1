package widget

import "context"

// Button is a link that looks like a button.
type Button struct {
	Label     string    `json:"label" label:"Text"`
	Hyperlink Hyperlink `json:"hyperlink" label:"Leads to"`
	TargetKey string    `json:"targetKey" label:"-"`
	IconKey   string    `json:"iconKey" label:"-"`
}

var button = Widget{Type: "button", Label: "Button", Defaults: Button{}, Load: loadButton}

type buttonView struct {
	Label, Href, Target string
	Download            bool
	Popup               string // id of the popup it opens
}

func loadButton(_ context.Context, in *Input) (any, error) {
	p := props[Button](in)
	href, ok := p.Hyperlink.resolve(in)
	if !ok {
		return nil, nil // what it points at is hidden, so is the button
	}
	v := buttonView{Label: p.Label, Href: href, Download: p.Hyperlink.Target == "_download", Popup: opensPopup(href)}
	if p.Hyperlink.Target == "_blank" {
		v.Target = "_blank"
	}
	return v, nil
}
