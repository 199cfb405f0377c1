package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	snippetLength = 160 // bytes, about
	snippetBefore = 40  // bytes kept ahead of the first match
)

// mark finds the matches in a hit's title and cuts the snippet from its description.
func (s search) mark(h *Hit, text string) {
	h.TitleMarks = s.marks(h.Title)
	h.Snippet = text
	if len(text) > snippetLength {
		h.Snippet = s.cutAround(text)
	}
	h.SnippetMarks = s.marks(h.Snippet)
}

// marks are the matching words of a text, in order, without overlap.
func (s search) marks(text string) []Mark {
	var found []Mark
	chunks(text, func(c chunk) bool {
		for _, w := range append([]word{c.word}, c.pieces...) {
			if w.text != "" && s.isMatch(w.text) {
				found = append(found, Mark{w.start, w.end})
			}
		}
		return true
	})
	slices.SortFunc(found, func(a, b Mark) int { return a.Start - b.Start })
	var apart []Mark
	for _, m := range found {
		if n := len(apart); n > 0 && m.Start < apart[n-1].End {
			apart[n-1].End = max(apart[n-1].End, m.End)
			continue
		}
		apart = append(apart, m)
	}
	return apart
}

func (s search) isMatch(w string) bool {
	return slices.ContainsFunc(s.clauses, func(c clause) bool { return c.matches(w) > 0 })
}

// cutAround cuts the part of a text around the first match, at word boundaries.
func (s search) cutAround(text string) string {
	start := 0
	if marks := s.marks(text); len(marks) > 0 {
		start = max(0, marks[0].Start-snippetBefore)
	}
	start = min(start, len(text)-snippetLength)
	if start > 0 {
		if space := strings.IndexByte(text[start:], ' '); space >= 0 && space < snippetBefore {
			start += space + 1
		}
	}
	for !utf8.RuneStart(text[start]) {
		start++
	}
	cut := cutText(text[start:], snippetLength)
	if len(cut) < len(text)-start {
		if space := strings.LastIndexByte(cut, ' '); space > snippetLength/2 {
			cut = cut[:space]
		}
		cut += "…"
	}
	if start > 0 {
		cut = "…" + cut
	}
	return cut
}
