package widget

import "html/template"

// icons are the one set of drawings: 16 px, stroked, in the colour of the text.
var icons = map[string]string{
	"search":  `<circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/>`,
	"moon":    `<path d="M13.5 9.6A6 6 0 1 1 6.4 2.5a4.8 4.8 0 0 0 7.1 7.1Z"/>`,
	"menu":    `<path d="M2 4h12M2 8h12M2 12h12"/>`,
	"down":    `<path d="m4 6 4 4 4-4"/>`,
	"left":    `<path d="m9.5 3.5-4.5 4.5 4.5 4.5"/>`,
	"right":   `<path d="m6.5 3.5 4.5 4.5-4.5 4.5"/>`,
	"copy":    `<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.5v-2a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2"/>`,
	"play":    `<path d="M5 3.2v9.6L12.5 8z"/>`,
	"user":    `<circle cx="8" cy="5.5" r="2.7"/><path d="M2.8 13.8a5.3 5.3 0 0 1 10.4 0"/>`,
	"warning": `<path d="M8 2 1.8 13h12.4zM8 6.5v3M8 11.3v.2"/>`,
	"check":   `<path d="m3 8.5 3.2 3.2L13 4.8"/>`,
	"close":   `<path d="m4 4 8 8M12 4l-8 8"/>`,
	"pin":     `<path d="M8 14.5s4.5-4.6 4.5-8a4.5 4.5 0 0 0-9 0c0 3.4 4.5 8 4.5 8Z"/><circle cx="8" cy="6.5" r="1.6"/>`,
	"grid":    `<path d="M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z"/>`,
	"list":    `<path d="M2 4h12M2 8h12M2 12h12"/>`,
}

// icon is a drawing for decoration; what it means stands beside it as text or label.
func icon(name string) template.HTML {
	return template.HTML(`<svg class=i viewBox="0 0 16 16" aria-hidden=true>` + icons[name] + `</svg>`)
}
