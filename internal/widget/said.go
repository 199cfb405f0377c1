package widget

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/catalog"
)

// Said is a stretch of a document's text and the rules it stands behind.
type Said struct {
	Text  string
	Rules []Rule
}

// To reports whether a visitor may read it.
func (s Said) To(v catalog.Visitor) bool {
	return !slices.ContainsFunc(s.Rules, func(r Rule) bool { return !r.Admits(v) })
}

// Said lists what the document below the node says in its own words: texts and
// labels. What widgets show of APIs and products is not in it.
func (n *Node) Said() []Said {
	var l listener
	l.node(n, nil, 0)
	return l.said
}

// listener collects a document's text, one piece for each stretch behind the same rules.
type listener struct{ said []Said }

func (l *listener) node(n *Node, rules []Rule, depth int) {
	if depth > maxDepth {
		return
	}
	rule, err := nodeHead(n).rule()
	if err != nil {
		return // nobody is shown it
	}
	if len(rule.Groups()) > 0 {
		rules = append(slices.Clip(rules), rule)
	}
	if n.Type == "text-block" {
		l.say(rules, blockText(n, 0))
		return
	}
	for _, member := range []string{"label", "title", "text"} {
		var words string
		if json.Unmarshal(n.members[member], &words) == nil {
			l.say(rules, words)
		}
	}
	for _, child := range n.Nodes {
		l.node(child, rules, depth+1)
	}
}

func (l *listener) say(rules []Rule, text string) {
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	if last := len(l.said) - 1; last >= 0 && len(l.said[last].Rules) == len(rules) && (len(rules) == 0 || &l.said[last].Rules[0] == &rules[0]) {
		l.said[last].Text += " " + text
		return
	}
	l.said = append(l.said, Said{text, rules})
}

// blockText is the text of a block: leaves run together, blocks stand apart.
func blockText(n *Node, depth int) string {
	if depth > maxDepth {
		return ""
	}
	var b strings.Builder
	var leaf string
	if json.Unmarshal(n.members["text"], &leaf) == nil {
		b.WriteString(leaf)
	}
	for _, child := range n.Nodes {
		b.WriteString(blockText(child, depth+1))
	}
	if _, block := blockTags[n.Type]; block {
		b.WriteByte(' ')
	}
	return b.String()
}
