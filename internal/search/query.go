package search

import (
	"context"
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
	// fewAPIs is up to how many visible APIs a query asks for by name.
	fewAPIs = 64
)

// Query returns the best matches of a text among what is visible, at most limit
// (at most MaxHits). All words must be found, the last as a beginning; when
// little is, typing errors are corrected, and in the end any word will do.
// visible is asked about APIs (/apis/x) and products (/products/x).
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
		return f.run(s)
	})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return f.hits, nil
}

// finder is one query under way.
type finder struct {
	index   *Index
	tx      *store.Tx
	limit   int
	visible func(apim.Ref) bool
	known   map[string]bool // what visible said, by key
	seen    map[int64]bool
	scanned int
	hits    []Hit
}

func (f *finder) run(s search) error {
	if err := f.tiers(s, s.exactly(), s.within(inName), s.within(inPath), s.within(inText)); err != nil {
		return err
	}
	if len(f.hits) >= min(fewHits, f.limit) {
		return nil
	}
	corrected, changed, err := f.correct(s)
	if err != nil {
		return err
	}
	if changed {
		if err := f.tiers(corrected, corrected.within(inName), corrected.within(inPath), corrected.within(inText)); err != nil {
			return err
		}
	}
	if len(f.hits) > 0 || len(s.clauses) < 2 {
		return nil
	}
	return f.tiers(corrected, corrected.anyWithin(inPath), corrected.anyWithin(inText))
}

// tiers asks one expression after the other until there are enough hits.
func (f *finder) tiers(s search, expressions ...expression) error {
	for _, e := range expressions {
		if len(f.hits) >= f.limit || f.scanned >= maxScanned {
			return nil
		}
		if len(e) == 0 || len(e[0]) == 0 {
			continue
		}
		if err := f.tier(s, e); err != nil {
			return err
		}
	}
	return nil
}

// tier reads the matches of an expression in row order, page by page. When a
// whole page holds too little that is visible, it asks for the visible APIs by
// name, if they are few.
func (f *finder) tier(s search, e expression) error {
	e, err := f.expand(e)
	if err != nil {
		return err
	}
	after, size := int64(-1), firstPage
	for page := 0; len(f.hits) < f.limit && f.scanned < maxScanned; page++ {
		ids, err := f.match(e, after, size)
		if err != nil {
			return err
		}
		if err := f.take(s, ids); err != nil {
			return err
		}
		if len(ids) < size {
			return nil
		}
		after = ids[len(ids)-1]
		f.scanned += len(ids)
		if size = nextPage; page > 0 {
			continue
		}
		apis, err := f.visibleAPIs()
		if err != nil {
			return err
		}
		if len(apis) <= fewAPIs {
			e = e.ofAny(append(apis, "")) // "": products
		}
	}
	return nil
}

// match returns the row ids of matches after one, in order.
func (f *finder) match(e expression, after int64, limit int) (ids []int64, err error) {
	dialect := f.index.store.Dialect()
	statement := `SELECT rowid, 0 FROM search_fts WHERE search_fts MATCH $1 AND rowid > $2 ORDER BY rowid LIMIT $3`
	if dialect == "postgres" {
		statement = `SELECT rowid, 0 FROM search_fts WHERE terms @@ $1::tsquery AND rowid > $2 ORDER BY rowid LIMIT $3`
	}
	err = query(f.tx, statement, []any{e.spell(dialect), after, limit}, func(id, _ int64) { ids = append(ids, id) })
	if err != nil {
		return nil, fmt.Errorf("match: %w", err)
	}
	return ids, nil
}

// isVisible asks once for each API and product.
func (f *finder) isVisible(key, ref string) bool {
	v, ok := f.known[key]
	if !ok {
		v = f.visible(apim.Ref(ref))
		f.known[key] = v
	}
	return v
}

// visibleAPIs lists the keys of the indexed APIs that are visible.
func (f *finder) visibleAPIs() (keys []string, err error) {
	all, err := f.index.apis.list(f.tx, f.index.store.Service())
	for _, key := range all {
		if f.isVisible(key, key) {
			keys = append(keys, key)
		}
	}
	return keys, err
}

// correct replaces the words that nothing in the index has by the nearest ones.
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
