package widget

import "context"

// Menu shows a menu of the navigation.
type Menu struct {
	NavigationItemID string `json:"navigationItemId" label:"Menu"`
	Label            string `json:"label" label:"Name for screen readers"`
	Layout           string `json:"layout" label:"Direction"`
	Collapse         bool   `json:"collapse" label:"One button on a phone"`
	MinHeading       any    `json:"minHeading" label:"-"` // headings of the page below its item
	MaxHeading       any    `json:"maxHeading" label:"-"`
}

var menu = Widget{
	Type: "menu", Label: "Menu", Defaults: Menu{NavigationItemID: "main", Layout: "horizontal"},
	Load: loadMenu,
}

type menuView struct {
	Label    string
	Collapse bool
	Vertical bool
	Items    []MenuItem
}

func loadMenu(_ context.Context, in *Input) (any, error) {
	p := props[Menu](in)
	v := menuView{Label: p.Label, Collapse: p.Collapse, Vertical: p.Layout == "vertical", Items: in.Data.Menu(p.NavigationItemID)}
	if len(v.Items) == 0 {
		return nil, nil
	}
	if v.Label == "" {
		v.Label = in.T("menu." + p.NavigationItemID)
		if v.Label == "menu."+p.NavigationItemID {
			v.Label = in.T("menu.main")
		}
	}
	return v, nil
}
