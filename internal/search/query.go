package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

const (
	// MaxHits is the most a query returns.
	MaxHits = 100
	// fewHits: with fewer, typing errors are looked for.
	fewHits = 3
	// firstPage and nextPage are how many matches are read at once.
	firstPage = 60
	nextPage  = 500
	// maxScanned bounds the matches a query looks at whose APIs the visitor may not see.
	maxScanned = 20_000
	// fewAPIs is up to how many visible APIs are asked for by name.
	fewAPIs = 64
)

// Query returns the best matches of a text among what is visible, at most limit
// (at most MaxHits), and a few schemas. All words must be found, the last as a
// beginning. If little is found, typing errors are corrected, and finally any
// one word is enough. visible is asked about APIs (/apis/x) and products
// (/products/x).
func (x *Index) Query(ctx context.Context, text string, visible func(apim.Ref) bool, limit int) ([]Hit, error) {
	s := parse(text)
	limit = min(limit, MaxHits)
	if len(s.clauses) == 0 || limit <= 0 || !x.ready.Load() {
		return nil, nil
	}
	var f *finder
	err := x.store.View(ctx, func(tx *store.Tx) error {
		f = &finder{
			index: x, tx: tx, limit: limit, seen: map[int64]bool{},
			visible: visible, known: map[string]bool{},
		}
		return errors.Join(f.run(s), f.schemas())
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return f.hits, nil
}

// finder is one running query.
type finder struct {
	index   *Index
	tx      *store.Tx
	limit   int
	visible func(apim.Ref) bool
	known   map[string]bool // what visible said, by key of API or product
	seen    map[int64]bool
	scanned int
	from    int64  // the first row that is looked at
	asked   search // the query as it was last looked for, expanded
	only    group  // the APIs to ask for, when few are visible; nil: all
	hits    []Hit
}

func (f *finder) run(s search) error {
	if err := errors.Join(useIndexes(f.tx, f.index.store.Dialect()), f.restrict()); err != nil {
		return err
	}
	if err := f.allWords(s); err != nil || len(f.hits) >= min(fewHits, f.limit) {
		return err
	}
	corrected, changed, err := f.correct(s)
	if err != nil {
		return err
	}
	if changed {
		if err := f.allWords(corrected); err != nil {
			return err
		}
	}
	if len(f.hits) > 0 || len(s.clauses) < 2 {
		return nil
	}
	m, err := f.expand(corrected)
	if err != nil {
		return err
	}
	return f.tiers(corrected, m.anyWithin(inPath), m.anyWithin(inText))
}

// maxSchemas is the number of schemas found in addition when other hits fill the list.
const maxSchemas = 8

// schemas looks for names of schemas when other hits have filled the list,
// since schemas come last.
func (f *finder) schemas() error {
	if len(f.hits) < f.limit {
		return nil
	}
	some, first := false, rowID(classSchema, 0, 0)
	err := query(f.tx, `SELECT id, '' FROM search_document WHERE id >= $1 LIMIT 1`, []any{first}, func(int64, string) { some = true })
	if err != nil || !some {
		return err
	}
	f.limit += maxSchemas
	f.scanned, f.from = 0, first
	return f.tiers(f.asked, f.asked.exactly(), f.asked.within(inName))
}

// allWords looks for all words of a search, in names first.
func (f *finder) allWords(s search) error {
	m, err := f.expand(s)
	if err != nil {
		return err
	}
	f.asked = m
	return f.tiers(s, m.exactly(), m.within(inName), m.within(inPath), m.within(inText))
}

// tiers tries one expression after the other until there are enough hits.
func (f *finder) tiers(s search, expressions ...expression) error {
	for _, e := range expressions {
		if len(f.hits) >= f.limit || f.scanned >= maxScanned {
			return nil
		}
		if len(e) == 0 {
			continue
		}
		if err := f.tier(s, e); err != nil {
			return err
		}
	}
	return nil
}

// tier reads the matches of an expression in row order, page by page.
func (f *finder) tier(s search, e expression) error {
	if f.only != nil {
		e = e.and(f.only)
	}
	after := f.from - 1
	for size := firstPage; len(f.hits) < f.limit && f.scanned < maxScanned; size = nextPage {
		found, err := f.match(e, after, size)
		if err != nil {
			return err
		}
		if err := f.take(s, found); err != nil {
			return err
		}
		if len(found) < size {
			return nil
		}
		after = found[len(found)-1].id
		f.scanned += len(found)
	}
	return nil
}

// matches are the statements that return row ids of matches after one, in
// order, with the key of the API or product that decides their visibility.
// PostgreSQL must be kept from reading the table in that order instead, since
// it underestimates the cost of looking into a document's terms.
var matches = map[string]string{
	"sqlite": `SELECT search_fts.rowid, CASE api WHEN '' THEN key ELSE api END
		FROM search_fts CROSS JOIN search_document ON search_document.id = search_fts.rowid
		WHERE search_fts MATCH $1 AND search_fts.rowid > $2 AND service = $3 ORDER BY search_fts.rowid LIMIT $4`,
	"postgres": `WITH matching AS MATERIALIZED (SELECT rowid FROM search_fts WHERE terms @@ $1::tsquery),
		page AS MATERIALIZED (SELECT rowid FROM matching WHERE rowid > $2 ORDER BY rowid LIMIT $4)
		SELECT rowid, CASE api WHEN '' THEN key ELSE api END FROM page JOIN search_document ON id = rowid
		WHERE service = $3 ORDER BY rowid`,
}

// match is a matching document.
type match struct {
	id  int64
	key string // of its API, or of the product
}

// match returns the next matches of an expression in row order.
func (f *finder) match(e expression, after int64, limit int) (found []match, err error) {
	x := f.index
	err = query(f.tx, matches[x.store.Dialect()], []any{e.spell(x.store.Dialect()), after, x.store.Service(), limit},
		func(id int64, key string) { found = append(found, match{id, key}) })
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	return found, nil
}

// isVisible asks once for each API and product.
func (f *finder) isVisible(key string) bool {
	v, ok := f.known[key]
	if !ok {
		v = f.visible(apim.Ref(key))
		f.known[key] = v
	}
	return v
}

// restrict limits the query to the visible APIs and to products, if those are
// few of many; otherwise it would read what it must then drop.
func (f *finder) restrict() error {
	all, err := f.index.apis.list(f.tx, f.index.store.Service())
	if err != nil {
		return err
	}
	only := group{{text: apiTerm("")}} // products
	for _, key := range all {
		if f.isVisible(key) {
			only = append(only, term{text: apiTerm(key)})
		}
		if len(only) > fewAPIs {
			return nil
		}
	}
	if len(only) <= len(all) { // not all, with the one for products
		f.only = only
	}
	return nil
}

// correct replaces the words that are not in the index by the nearest ones.
func (f *finder) correct(s search) (corrected search, changed bool, err error) {
	for _, c := range s.clauses {
		known, err := f.index.isKnown(f.tx, c.typed, c.last)
		if err != nil {
			return s, false, err
		}
		if !known {
			words, err := f.index.corrections(f.tx, c.typed)
			if err != nil {
				return s, false, err
			}
			if len(words) > 0 {
				c, changed = c.corrected(words), true
			}
		}
		corrected.clauses = append(corrected.clauses, c)
	}
	return corrected, changed, nil
}
