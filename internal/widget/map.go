package widget

import (
	"cmp"
	"context"
	"net/url"
)

// Map shows where something is: its address, and a link to a map of it.
type Map struct {
	Location   string `json:"location" label:"Address"`
	Address    string `json:"address" label:"-"`
	Caption    string `json:"caption" label:"Name"`
	Zoom       any    `json:"zoom" label:"-"`
	Layout     string `json:"layout" label:"-"`
	MapType    string `json:"mapType" label:"-"`
	Controls   bool   `json:"controls" label:"-"`
	MarkerID   string `json:"markerSourceId" label:"-"`
	MarkerIcon string `json:"markerIcon" label:"-"`
	APIKey     string `json:"apiKey" label:"-"`
}

var mapWidget = Widget{Type: "map", Label: "Map", Defaults: Map{}, CSS: []string{"parts"}, Load: loadMap}

func loadMap(_ context.Context, in *Input) (any, error) {
	p := props[Map](in)
	where := cmp.Or(p.Location, p.Address)
	if where == "" {
		return nil, nil
	}
	text := where
	if p.Caption != "" {
		text = p.Caption + ", " + where
	}
	return outsideView{"https://www.openstreetmap.org/search?query=" + url.QueryEscape(where), in.T("map.open"), text}, nil
}
