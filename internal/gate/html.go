package gate

import "strings"

// HTML refuses sanitised HTML whose elements stand deeper in one another than a
// browser, or a reader of the page, would follow. An element whose end may be left
// out ends where the next such one begins.
func HTML(text string) error {
	var open []string
	line := 1
	for {
		i := strings.IndexByte(text, '<')
		if i < 0 {
			return nil
		}
		line += strings.Count(text[:i], "\n")
		name, end := tagName(text[i+1:])
		text = text[i+1:]
		if name == "" || void[name] {
			continue
		}
		if open = follow(open, name, end); len(open) > Depth {
			return refuse(line, "elements are nested deeper than %d.", Depth)
		}
	}
}

// follow is the list of open elements after a tag.
func follow(open []string, name string, end bool) []string {
	n := len(open)
	if !end {
		for mayStayOpen[name] && n > 0 && mayStayOpen[open[n-1]] {
			n--
		}
		return append(open[:n], name)
	}
	for i := n - 1; i >= 0; i-- {
		if open[i] == name {
			return open[:i]
		}
	}
	return open
}

// tagName is the name of the tag whose text follows a "<"; "" when it is none.
func tagName(text string) (name string, end bool) {
	text, end = strings.CutPrefix(text, "/")
	n := 0
	for n < len(text) && n < 20 && isWord(text[n]) {
		n++
	}
	return text[:n], end
}

var (
	void        = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "meta": true, "link": true, "wbr": true}
	mayStayOpen = map[string]bool{"p": true, "li": true, "dt": true, "dd": true, "tr": true, "td": true, "th": true}
)
