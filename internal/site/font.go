package site

import "regexp"

var fontURL = regexp.MustCompile(`url\("(/fonts/[^"]+)"\)`)

// Fonts are the addresses of the font files that the stylesheet names.
func (s *Site) Fonts() []string {
	var list []string
	for _, m := range fontURL.FindAllSubmatch(s.styles.rules, -1) {
		list = append(list, string(m[1]))
	}
	return list
}
