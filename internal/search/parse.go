package search

import "strings"

const (
	maxQuery = 400 // bytes of a query that are read
	maxWords = 10  // words of a query that count
)

// Words that say nothing; they count when a query has no others.
const stopWords = " a an and are as at be by can do does for from how i if in into is it my of on or that the this to what when where which with "

// search is a query, cut up.
type search struct {
	clauses []clause // all must be met
	whole   string   // the query as one word; "" when too long
}

// clause is a word of the query: it is met when one alternative is.
type clause struct {
	alternatives []alternative
	typed        string // the word, folded; "" when it is only pieces
	last         bool   // may be unfinished
}

// alternative is met when all its terms are there.
type alternative []term

// term is an index term without its set's letter.
type term struct {
	text   string
	prefix bool
}

// parse cuts a query into words. The last one may be unfinished, unless a space follows.
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
		s.clauses = append(s.clauses, makeClause(c, i == len(telling)-1 && c.end == len(strings.TrimRight(text, "\t\r\n"))))
	}
	return s
}

func makeClause(c chunk, last bool) clause {
	cl := clause{typed: c.text, last: last}
	if c.text != "" {
		cl.add(alternative{{text: stem(c.text)}})
		if last {
			cl.add(alternative{{text: c.text, prefix: true}})
		}
	}
	if len(c.pieces) > 0 {
		var all alternative
		for i, p := range c.pieces {
			t := term{text: stem(p.text)}
			if last && i == len(c.pieces)-1 {
				t = term{text: p.text, prefix: true}
			}
			all = append(all, t)
		}
		cl.add(all)
	}
	return cl
}

// add appends an alternative whose terms can be in the index.
func (c *clause) add(a alternative) {
	for _, t := range a {
		if t.text == "" || len(t.text) > maxWord {
			return
		}
	}
	c.alternatives = append(c.alternatives, a)
}

// corrected is the clause with other words in place of the one that was typed.
func (c clause) corrected(words []string) clause {
	next := clause{typed: words[0]}
	for _, w := range words {
		next.add(alternative{{text: stem(w)}})
	}
	return next
}
