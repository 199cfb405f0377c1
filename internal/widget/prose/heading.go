package prose

import (
	"regexp"
	"slices"
	"strconv"
)

var heading16 = regexp.MustCompile(`(?i)<(/?)h([1-6])\b[^>]*>`)

// headingsBelow renumbers the headings of an HTML text: its largest come right
// below level, and no level is left out.
func headingsBelow(level int, html string) string {
	var used []string
	for _, m := range heading16.FindAllStringSubmatch(html, -1) {
		if !slices.Contains(used, m[2]) {
			used = append(used, m[2])
		}
	}
	slices.Sort(used)
	return heading16.ReplaceAllStringFunc(html, func(tag string) string {
		m := heading16.FindStringSubmatch(tag)
		n := min(6, level+1+slices.Index(used, m[2]))
		return "<" + m[1] + "h" + strconv.Itoa(n) + ">"
	})
}
