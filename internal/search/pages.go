package search

import (
	"cmp"
	"slices"
	"strings"
)

// Page is a page of a site as one audience may read it.
type Page struct {
	Address     string
	Title       string
	Description string
	Keywords    string
	Text        string // what it says
}

// Pages finds pages by their words, with the rules of [Index.Query]. It is made
// for one audience, whose members may read all of it.
type Pages struct {
	pages      []indexed
	vocabulary []string // words of titles, addresses and descriptions, sorted
}

// How much of a page is indexed: bytes of its text, and terms.
const (
	maxPage      = 64 << 10
	maxPageTerms = 20_000
)

// NewPages makes an index of pages.
func NewPages(pages []Page) *Pages {
	x := &Pages{}
	for _, p := range pages {
		x.pages = append(x.pages, p.document().index(maxPage, maxPageTerms))
	}
	for _, p := range x.pages {
		x.vocabulary = append(x.vocabulary, p.vocabulary...)
	}
	slices.Sort(x.vocabulary)
	x.vocabulary = slices.Compact(x.vocabulary)
	return x
}

func (p Page) document() *document {
	text := strings.Join(strings.Fields(p.Text), " ")
	return &document{
		title: p.Title, path: p.Address, names: []string{p.Keywords}, paths: []string{p.Description},
		body: cutText(text, maxPage), text: cmp.Or(p.Description, cutText(text, maxText)),
	}
}

// Bytes is the approximate size of the index in memory.
func (x *Pages) Bytes() (n int64) {
	for _, p := range x.pages {
		n += int64(len(p.title) + len(p.path) + len(p.body) + len(p.text))
		for _, t := range p.terms {
			n += int64(len(t) + 16)
		}
	}
	return n
}

// Query returns the best matches of a text, at most limit.
func (x *Pages) Query(text string, limit int) []Hit {
	s := parse(text)
	if len(s.clauses) == 0 {
		return nil
	}
	hits := x.find(s, limit)
	if len(hits) > 0 {
		return hits
	}
	if corrected, changed := x.correct(s); changed {
		return x.find(corrected, limit)
	}
	return nil
}

// find looks for all words of a search, in titles first.
func (x *Pages) find(s search, limit int) []Hit {
	var hits []Hit
	seen := make([]bool, len(x.pages))
	for _, e := range []expression{s.exactly(), s.within(inName), s.within(inPath), s.within(inText)} {
		var found []*candidate
		for i, p := range x.pages {
			if seen[i] || !e.meets(p.terms) {
				continue
			}
			seen[i] = true
			c := &candidate{id: int64(i), text: p.text, hit: Hit{Kind: KindPage, Title: p.title, Path: p.path}}
			if len(s.marks(p.text)) == 0 {
				c.text = p.body
			}
			c.score = s.score(&c.hit)
			found = append(found, c)
		}
		rank(found)
		for _, c := range found[:min(len(found), limit-len(hits))] {
			s.mark(&c.hit, c.text)
			hits = append(hits, c.hit)
		}
	}
	return hits
}

// correct replaces words that are on no page by the nearest ones.
func (x *Pages) correct(s search) (corrected search, changed bool) {
	for _, c := range s.clauses {
		if words := x.nearest(c.typed); len(words) > 0 {
			c, changed = c.corrected(words), true
		}
		corrected.clauses = append(corrected.clauses, c)
	}
	return corrected, changed
}

// nearest returns the words of the vocabulary that w may stand for; nil if it
// is one of them.
func (x *Pages) nearest(w string) (found []string) {
	tolerance := toleranceFor(w)
	if _, known := slices.BinarySearch(x.vocabulary, w); known || tolerance == 0 {
		return nil
	}
	best := tolerance
	for _, term := range x.vocabulary {
		switch d := distance(w, term, best); {
		case d < best:
			best, found = d, []string{term}
		case d == best && len(found) < maxAlternatives:
			found = append(found, term)
		}
	}
	return found
}

// meets reports whether sorted terms satisfy the expression.
func (e expression) meets(terms []string) bool {
	return slices.ContainsFunc(e, func(c conjunction) bool {
		return !slices.ContainsFunc(c, func(g group) bool { return !g.isIn(terms) })
	})
}

func (g group) isIn(terms []string) bool {
	return slices.ContainsFunc(g, func(t term) bool {
		at, exact := slices.BinarySearch(terms, t.text)
		return exact || t.prefix && at < len(terms) && strings.HasPrefix(terms[at], t.text)
	})
}
