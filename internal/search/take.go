package search

import (
	"cmp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// candidate is a visible match before ranking.
type candidate struct {
	id    int64
	text  string
	score int
	hit   Hit
}

// take keeps the matches that are visible and new, and appends the best of them
// to the hits.
func (f *finder) take(s search, matches []match) error {
	var fresh []any
	for _, m := range matches {
		if !f.seen[m.id] && f.isVisible(m.key) {
			fresh = append(fresh, m.id)
		}
	}
	var found []*candidate
	err := batches(fresh, func(piece []any) error {
		more, err := f.read(piece)
		found = append(found, more...)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range found {
		c.score = s.score(&c.hit)
	}
	rank(found)
	for _, c := range found[:min(len(found), f.limit-len(f.hits))] {
		f.seen[c.id] = true
		s.mark(&c.hit, c.text)
		f.hits = append(f.hits, c.hit)
	}
	return nil
}

// rank sorts matches by score, best first.
func rank(found []*candidate) {
	slices.SortStableFunc(found, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
}

// read fetches documents by row id.
func (f *finder) read(ids []any) ([]*candidate, error) {
	rows, err := f.tx.Query(`SELECT id, ref, api_id, name, title, api_title, method, path, text
		FROM search_document WHERE id IN (`+placeholders(1, len(ids))+`)`, ids...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*candidate
	for rows.Next() {
		c := &candidate{}
		h := &c.hit
		var ref string
		if err := rows.Scan(&c.id, &ref, &h.APIID, &h.Name, &h.Title, &h.API, &h.Method, &h.Path, &c.text); err != nil {
			return nil, err
		}
		h.Kind, h.Ref = kindOfClass[classOf(c.id)], apim.Ref(ref)
		all = append(all, c)
	}
	return all, rows.Err()
}

// The weights of ranking within a tier. Whole words beat beginnings, the title
// beats the path, APIs and products beat operations that match as well.
const (
	exactTitle   = 100
	wordInTitle  = 12
	stemInTitle  = 10
	startInTitle = 7
	wordInPath   = 4
	sameOrder    = 3
	ofKindAPI    = 6
	perWord      = -1 // of the title
)

// score rates how well a hit matches.
func (s search) score(h *Hit) int {
	score := 0
	title := wordsOf(h.Title)
	path := wordsOf(h.Path + " " + h.Method + " " + h.Name)
	if s.whole != "" && (joined(h.Title) == s.whole || joined(h.Name) == s.whole || joined(h.Path) == s.whole) {
		score += exactTitle
	}
	before := -1
	for _, c := range s.clauses {
		at, kind := c.findIn(title)
		score += kind
		if at > before {
			score += sameOrder
			before = at
		}
		if at < 0 {
			if at, _ := c.findIn(path); at >= 0 {
				score += wordInPath
			}
		}
	}
	if h.Kind == KindAPI || h.Kind == KindProduct {
		score += ofKindAPI
	}
	return score + perWord*min(len(title), 12)
}

// findIn returns the position of the clause's best match among words, and its
// weight; -1, 0 if there is none.
func (c clause) findIn(words []word) (at, weight int) {
	at = -1
	for i, w := range words {
		if v := c.matches(w.text); v > weight {
			at, weight = i, v
		}
	}
	return at, weight
}

// matches rates a word against the clause; 0 if it does not match.
func (c clause) matches(w string) int {
	if w == c.typed {
		return wordInTitle
	}
	best := 0
	for _, a := range c.alternatives {
		for _, g := range a {
			best = max(best, g.matches(w))
		}
	}
	return best
}

func (g group) matches(w string) int {
	best := 0
	for _, t := range g {
		switch {
		case t.text == stem(w) || t.text == w:
			return stemInTitle
		case t.prefix && strings.HasPrefix(w, t.text):
			best = startInTitle
		}
	}
	return best
}

// wordsOf splits a text into words: compound ones into their pieces, and the
// whole where it stands alone.
func wordsOf(text string) []word {
	var all []word
	chunks(text, func(c chunk) bool {
		all = append(all, c.word)
		all = append(all, c.pieces...)
		return len(all) < 200
	})
	return all
}
