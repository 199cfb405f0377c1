package search

import "slices"

const (
	// shortPrefix is the longest beginning, with the set's letter, that FTS5 has an
	// index for. For longer ones it merges the rows of all words that begin so,
	// before it returns the first: slow when a common word is among them.
	shortPrefix = 4
	// maxExpansion is up to how many words a longer beginning is replaced by.
	maxExpansion = 24
)

// expand replaces long beginnings of words by the words that begin so, on SQLite.
// A beginning of too many words stays one.
func (f *finder) expand(e expression) (expression, error) {
	if f.index.store.Dialect() != "sqlite" {
		return e, nil
	}
	var expanded expression
	for _, g := range e {
		var next group
		for _, a := range g {
			more, err := f.expandLast(a)
			if err != nil {
				return nil, err
			}
			next = append(next, more...)
		}
		expanded = append(expanded, next)
	}
	return expanded, nil
}

// expandLast makes alternatives of one that ends in a long beginning.
func (f *finder) expandLast(a alternative) ([]alternative, error) {
	last := a[len(a)-1]
	if !last.prefix || len(last.text) <= shortPrefix {
		return []alternative{a}, nil
	}
	words, err := f.beginningWith(last.text)
	if err != nil || len(words) > maxExpansion {
		return []alternative{a}, err
	}
	all := []alternative{append(slices.Clone(a[:len(a)-1]), term{text: last.text})}
	for _, w := range words {
		if w != last.text {
			all = append(all, append(slices.Clone(a[:len(a)-1]), term{text: w}))
		}
	}
	return all, nil
}

// beginningWith lists terms, at most one more than maxExpansion. It seeks from
// one to the next: reading on would pass all rows of each.
func (f *finder) beginningWith(prefix string) (terms []string, err error) {
	from, end := prefix, prefix+"\xff"
	for len(terms) <= maxExpansion {
		found := ""
		err := query(f.tx, `SELECT term, '' FROM search_vocabulary WHERE term >= $1 AND term <= $2 LIMIT 1`,
			[]any{from, end}, func(term, _ string) { found = term })
		if err != nil || found == "" {
			return terms, err
		}
		terms = append(terms, found)
		from = found + "!" // before every longer term
	}
	return terms, nil
}
