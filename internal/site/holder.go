package site

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// holder is a place that shows a medium: on a page, or on every page, behind rules.
type holder struct {
	page  *Page // nil: a layout, a popup, a menu, the styles
	rules []widget.Rule
}

func (h holder) admits(v catalog.Visitor, open func(*Page) bool) bool {
	if h.page != nil && !open(h.page) {
		return false
	}
	return !slices.ContainsFunc(h.rules, func(r widget.Rule) bool { return !r.Admits(v) })
}

var (
	blobRef     = regexp.MustCompile(`(?i)/?contenttypes/blob/contentitems/[^"'/\\?#\s]+`)
	contentPath = regexp.MustCompile(regexp.QuoteMeta(address.Content) + `[^"'\\?#\s<>)]+`)
)

// MediumFor is the file at a path below /content/, if an element that the
// visitor sees holds it (design.md §6). open tells which pages may be seen at all.
func (s *Site) MediumFor(v catalog.Visitor, path string, open func(*Page) bool) (Media, bool) {
	m, ok := s.Medium(path)
	if !ok {
		if name, file, found := address.ReadWidgetFile(path); found && (v.Admin || s.held(v, "widget:"+strings.ToLower(name), open)) {
			return Media{Blob: "custom-widgets/data/" + name + "/" + file}, true
		}
		return Media{}, false
	}
	return m, v.Admin || s.held(v, m.path, open)
}

// Widths are those of the versions of a picture that elements of the site show.
func (s *Site) Widths(path string) []int {
	s.holdersOnce.Do(s.findHolders)
	return s.widths[strings.ToLower(path)]
}

func (s *Site) held(v catalog.Visitor, key string, open func(*Page) bool) bool {
	s.holdersOnce.Do(s.findHolders)
	return slices.ContainsFunc(s.holders[key], func(h holder) bool { return h.admits(v, open) })
}

// findHolders notes which elements show which media.
func (s *Site) findHolders() {
	s.holders, s.widths = map[string][]holder{}, map[string][]int{}
	for _, p := range s.pages {
		h := holder{page: p, rules: []widget.Rule{p.rule}}
		s.holdAll(h, s.items[refKey(p.meta.DocumentID)].Body)
		s.holdAll(h, s.items[refKey(p.Ref)].Body)
	}
	for _, l := range s.layouts {
		s.holdAll(holder{}, s.items[refKey(l.documentID)].Body)
	}
	for key, it := range s.items {
		if contentType, _ := split(key); contentType == "popup" {
			if m, err := readMeta(contentType, it.Body); err == nil {
				s.holdAll(holder{rules: []widget.Rule{s.popups[key].Rule}}, s.items[refKey(m.DocumentID)].Body)
			}
		}
	}
	for _, id := range []apim.Name{"navigation", "stylesheet", "configuration"} {
		_, nodes := s.document(id)
		for _, node := range nodes {
			s.holdAll(holder{}, node)
		}
	}
}

// holdAll notes the media that a JSON text names.
func (s *Site) holdAll(h holder, raw json.RawMessage) {
	if len(raw) == 0 || !bytes.Contains(bytes.ToLower(raw), []byte("content")) {
		return
	}
	var v any
	if json.Unmarshal(raw, &v) == nil {
		s.hold(h, v, 0)
	}
}

// maxHolderDepth is how deep JSON is looked into: documents that nest deeper are not shown.
const maxHolderDepth = 400

func (s *Site) hold(h holder, v any, depth int) {
	if depth > maxHolderDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, child := range v {
			s.hold(h, child, depth+1)
		}
	case map[string]any:
		if rule, ok := ruleOf(v); ok {
			h.rules = append(slices.Clone(h.rules), rule)
		}
		if v["type"] == "custom-widget" {
			if name, ok := v["name"].(string); ok {
				s.note("widget:"+strings.ToLower(strings.TrimPrefix(name, "CustomWidget-")), h)
			}
		}
		if v["type"] == "picture" {
			s.noteWidths(v)
		}
		for _, child := range v {
			s.hold(h, child, depth+1)
		}
	case string:
		for _, ref := range blobRef.FindAllString(v, -1) {
			s.note(strings.ToLower(s.targets[refKey(ref)]), h)
		}
		for _, path := range contentPath.FindAllString(v, -1) {
			s.note(strings.ToLower(path), h)
		}
	}
}

func (s *Site) note(key string, h holder) {
	if key != "" {
		s.holders[key] = append(s.holders[key], h)
	}
}

// noteWidths notes the versions that a picture's node shows.
func (s *Site) noteWidths(node map[string]any) {
	path, _ := node["sourceUrl"].(string)
	if id, ok := node["sourceId"].(string); ok && s.targets[refKey(id)] != "" {
		path = s.targets[refKey(id)]
	}
	key := strings.ToLower(path)
	for _, width := range widget.PictureWidths(node["width"]) {
		if !slices.Contains(s.widths[key], width) {
			s.widths[key] = append(s.widths[key], width)
		}
	}
	slices.Sort(s.widths[key])
}

// ruleOf is the rule that an object of a document states; one that is not
// understood admits nobody but administrators.
func ruleOf(v map[string]any) (widget.Rule, bool) {
	raw, ok := v["security"]
	if !ok {
		if roles, old := v["roles"]; old {
			raw, ok = map[string]any{"roles": roles}, true
		}
	}
	if !ok || raw == nil {
		return widget.Rule{}, false
	}
	text, err := json.Marshal(raw)
	if err != nil {
		return widget.Nobody, true
	}
	rule, err := widget.ParseRule(text)
	if err != nil {
		return widget.Nobody, true
	}
	return rule, true
}
