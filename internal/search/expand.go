package search

import "slices"

const (
	// shortPrefix is the longest beginning of a word that FTS5 has an index for
	// (tables: prefix, less the set's letter). For longer ones it merges the rows of
	// all words that begin so before it returns the first: slow when a common word
	// is among them.
	shortPrefix = 3
	// maxExpansion is the largest number of words that replace a longer beginning.
	maxExpansion = 24
)

// expand replaces long beginnings of words by the words that begin so, on
// SQLite. A beginning of too many words is kept.
func (f *finder) expand(s search) (search, error) {
	if f.index.store.Dialect() != "sqlite" {
		return s, nil
	}
	expanded := search{whole: s.whole}
	for _, c := range s.clauses {
		next := clause{typed: c.typed}
		for _, a := range c.alternatives {
			groups := make(alternative, len(a))
			for i, g := range a {
				var err error
				if groups[i], err = f.expandGroup(g); err != nil {
					return s, err
				}
			}
			next.alternatives = append(next.alternatives, groups)
		}
		expanded.clauses = append(expanded.clauses, next)
	}
	return expanded, nil
}

func (f *finder) expandGroup(g group) (group, error) {
	var all group
	for _, t := range g {
		if !t.prefix || len(t.text) <= shortPrefix {
			all = append(all, t)
			continue
		}
		words, err := f.beginningWith(t.text)
		if err != nil {
			return nil, err
		}
		if len(words) > maxExpansion {
			all = append(all, t)
			continue
		}
		for _, w := range words {
			if full := (term{text: w}); !slices.Contains(all, full) {
				all = append(all, full)
			}
		}
	}
	return all, nil
}

// beginningWith lists words of the widest set, at most one more than
// maxExpansion. It seeks from one to the next: reading on would pass all rows of each.
func (f *finder) beginningWith(prefix string) (words []string, err error) {
	from := string(inText) + prefix
	end := from + "\xff"
	for len(words) <= maxExpansion {
		found := ""
		err := query(f.tx, `SELECT term, '' FROM search_vocabulary WHERE term >= $1 AND term <= $2 LIMIT 1`,
			[]any{from, end}, func(term, _ string) { found = term })
		if err != nil || found == "" {
			return words, err
		}
		words = append(words, found[1:])
		from = found + "!" // before every longer term
	}
	return words, nil
}
