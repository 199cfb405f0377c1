package search

import (
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/store"
)

// Words of these lengths, in characters, are corrected and corrected to.
const (
	minCorrected = 4
	maxCorrected = 24
)

// learn adds words to the vocabulary. Words that are no longer in a document
// stay: correcting to one finds nothing, which does no harm.
func (x *Index) learn(tx *store.Tx, words map[string]bool) error {
	service := x.store.Service()
	all := slices.Sorted(maps.Keys(words))
	err := batches(all, func(piece []string) error {
		return query(tx, `SELECT term, '' FROM search_term WHERE service = $1 AND term IN (`+placeholders(2, len(piece))+`)`,
			withKeys([]any{service}, piece), func(term, _ string) { delete(words, term) })
	})
	if err != nil {
		return err
	}
	var terms, grams [][]any
	for _, w := range all {
		if !words[w] {
			continue
		}
		terms = append(terms, []any{service, w})
		for _, g := range trigrams(w) {
			grams = append(grams, []any{service, g, w})
		}
	}
	if err := insert(tx, "search_term", "service, term", " ON CONFLICT DO NOTHING", terms); err != nil {
		return err
	}
	return insert(tx, "search_trigram", "service, trigram, term", " ON CONFLICT DO NOTHING", grams)
}

// trigrams are the distinct runs of three characters of a word with its ends marked.
func trigrams(w string) []string {
	runes := []rune("^" + w + "$")
	var all []string
	for i := 0; i+3 <= len(runes); i++ {
		all = append(all, string(runes[i:i+3]))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isKnown reports whether a name or path contains the word, or one that begins with it.
func (x *Index) isKnown(tx *store.Tx, w string, prefix bool) (known bool, err error) {
	end := w
	if prefix {
		end += string(utf8.MaxRune)
	}
	err = query(tx, `SELECT term, '' FROM search_term WHERE service = $1 AND term >= $2 AND term <= $3 LIMIT 1`,
		[]any{x.store.Service(), w, end}, func(string, string) { known = true })
	return known, err
}

// corrections are the words of the vocabulary that somebody may have meant by w.
func (x *Index) corrections(tx *store.Tx, w string) ([]string, error) {
	tolerance := toleranceFor(w)
	if tolerance == 0 {
		return nil, nil
	}
	grams := trigrams(w)
	shared := max(1, len(grams)-3*tolerance-1) // an exchange of two letters spoils four
	best, found := tolerance, []string(nil)
	err := query(tx, `SELECT term, count(*) FROM search_trigram WHERE service = $1 AND trigram IN (`+
		placeholders(3, len(grams))+`) GROUP BY term HAVING count(*) >= $2 ORDER BY count(*) DESC, term LIMIT 200`,
		withKeys([]any{x.store.Service(), shared}, grams), func(term string, _ int) {
			switch d := distance(w, term, best); {
			case d < best:
				best, found = d, []string{term}
			case d == best:
				found = append(found, term)
			}
		})
	if len(found) > maxAlternatives {
		found = found[:maxAlternatives]
	}
	return found, err
}

const maxAlternatives = 3

// toleranceFor is the number of typing errors allowed in a word; 0: it is not corrected.
func toleranceFor(w string) int {
	switch length := utf8.RuneCountInString(w); {
	case length < minCorrected || length > maxCorrected:
		return 0
	case length < 8:
		return 1
	}
	return 2
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn b into a; anything above most is most+1.
func distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > most || -d > most {
		return most + 1
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(y)], most+1)
}
