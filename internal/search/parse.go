package search

import "strings"

const (
	maxQuery = 400 // bytes of a query that are read
	maxWords = 10  // words of a query that count
)

// Words that say nothing; they count when a query has no others.
const stopWords = " a an and are as at be by can do does for from how i if in into is it my of on or that the this to what when where which with "

// search is a parsed query.
type search struct {
	clauses []clause // all must be met
	whole   string   // the query as one word; "" when too long
}

// clause is a word of the query; it is met if one alternative is.
type clause struct {
	alternatives []alternative
	typed        string // the word, folded; "" when it is only pieces
	last         bool   // may be unfinished
}

// alternative is met if all its groups are: one group for a word, one for each
// piece of a compound word.
type alternative []group

// group is met if one of its terms is present.
type group []term

// term is an index term without the letter of its set.
type term struct {
	text   string
	prefix bool
}

// parse splits a query into words. The last one may be unfinished, unless a space follows.
func parse(text string) search {
	text = strings.ToValidUTF8(cutText(text, maxQuery), " ")
	var all, telling []chunk
	chunks(text, func(c chunk) bool {
		all = append(all, c)
		if !strings.Contains(stopWords, " "+c.text+" ") {
			telling = append(telling, c)
		}
		return len(telling) < maxWords
	})
	if len(telling) == 0 {
		telling = all[:min(len(all), maxWords)]
	}
	s := search{whole: joined(text)}
	for i, c := range telling {
		s.clauses = append(s.clauses, makeClause(c, i == len(telling)-1 && c.end == len(text)))
	}
	return s
}

func makeClause(c chunk, last bool) clause {
	cl := clause{typed: c.text, last: last}
	if g := makeGroup(c.text, last); g != nil {
		cl.alternatives = append(cl.alternatives, alternative{g})
	}
	var pieces alternative
	for i, p := range c.pieces {
		g := makeGroup(p.text, last && i == len(c.pieces)-1)
		if g == nil {
			return cl
		}
		pieces = append(pieces, g)
	}
	if pieces != nil {
		cl.alternatives = append(cl.alternatives, pieces)
	}
	return cl
}

// makeGroup makes the terms under which a word is found; nil if it cannot be in the index.
func makeGroup(w string, last bool) group {
	if w == "" || len(w) > maxWord {
		return nil
	}
	g := group{{text: stem(w)}}
	if last {
		g = append(g, term{text: w, prefix: true})
	}
	return g
}

// corrected is the clause with other words in place of the typed one.
func (c clause) corrected(words []string) clause {
	var g group
	for _, w := range words {
		g = append(g, term{text: stem(w)})
	}
	return clause{typed: words[0], alternatives: []alternative{{g}}}
}
