package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/portico-portal/portico/internal/address"
)

// indexed is a page in the index: its address and the fields that are searched.
type indexed struct {
	ref    string
	fields [3]string // title, description, body
}

var indexFields = [3]string{"title", "description", "body"}

// serveSearchIndex is the index that compatible clients search in the browser:
// lunr 2.3.9, serialised (portal-wire.md §5), of the site's pages for guests.
func (p *Portal) serveSearchIndex(w http.ResponseWriter, r *http.Request) error {
	return p.sendToAll(w, r, func(ctx context.Context, d *data) (*answer, error) {
		var docs []indexed
		for _, page := range d.listedPages() {
			text, err := p.piece(ctx, d, address.SearchIndex, []string{page.Address()}, func(ctx context.Context, d *data) ([]byte, error) {
				return p.markdownAt(ctx, d, page.Address())
			})
			if err != nil {
				return nil, err
			}
			docs = append(docs, indexed{page.Address(), [3]string{page.Title, page.Description(), string(text)}})
		}
		body, err := json.Marshal(lunrIndex(docs))
		if err != nil {
			return nil, fmt.Errorf("search index: %w", err)
		}
		return newAnswer(body, revalidate, contentType("application/json"), fragmentPolicy), nil
	})
}

// lunrIndex is the serialised index. Its pipeline is empty: words are searched
// as they stand.
func lunrIndex(docs []indexed) map[string]any {
	postings := map[string]*[3]map[string]struct{}{}
	for _, d := range docs {
		for f, text := range d.fields {
			for _, word := range wordsOf(text) {
				if postings[word] == nil {
					postings[word] = &[3]map[string]struct{}{{}, {}, {}}
				}
				postings[word][f][d.ref] = struct{}{}
			}
		}
	}
	terms := slices.Sorted(maps.Keys(postings))
	position := make(map[string]int, len(terms))
	inverted := make([]any, len(terms))
	for i, term := range terms {
		position[term] = i
		entry := map[string]any{"_index": i}
		for f, name := range indexFields {
			refs := map[string]any{}
			for ref := range postings[term][f] {
				refs[ref] = struct{}{}
			}
			entry[name] = refs
		}
		inverted[i] = []any{term, entry}
	}
	vectors := []any{}
	for _, d := range docs {
		for f, text := range d.fields {
			vectors = append(vectors, []any{indexFields[f] + "/" + d.ref, vector(wordsOf(text), position, postings, f, len(docs))})
		}
	}
	return map[string]any{
		"version": "2.3.9", "fields": indexFields, "fieldVectors": vectors, "invertedIndex": inverted, "pipeline": []string{},
	}
}

// vector weighs the words of one field: index, weight, index, weight.
func vector(list []string, position map[string]int, postings map[string]*[3]map[string]struct{}, field, docs int) []any {
	counts := map[string]int{}
	for _, w := range list {
		counts[w]++
	}
	out := []any{}
	for _, w := range slices.Sorted(maps.Keys(counts)) {
		n := float64(counts[w])
		rare := math.Log(1 + float64(docs+1)/float64(len(postings[w][field])+1))
		out = append(out, position[w], math.Round(1000*rare*2.2*n/(n+1.2))/1000)
	}
	return out
}

// wordsOf are the lower-case words of a text.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
