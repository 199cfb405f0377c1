package search

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

// document is what the index stores about one API, product, operation or schema.
type document struct {
	key      string // of the resource, lower case; of an API its alias: /apis/x; of a schema see schemaKey
	class    int    // orders kinds
	ref      string // as hits show it
	api      string // key of the API's alias; "" for products
	apiID    apim.PublicID
	name     string
	title    string
	apiTitle string
	method   string
	path     string
	text     string // description as plain text, cut to maxText
	state    string // of an API: what its operations' documents depend on

	// What is indexed beside title and name.
	names []string // other names
	paths []string // paths, methods, tags, names of the API
	body  string   // whole description
}

const (
	classAPI = iota
	classProduct
	classOperation
	classSchema
)

var kindOfClass = [...]string{classAPI: KindAPI, classProduct: KindProduct, classOperation: KindOperation, classSchema: KindSchema}

const (
	maxText  = 480  // bytes of description kept for snippets
	maxBody  = 8000 // bytes of description indexed
	maxTerms = 2000 // terms of one document
)

// The first letter of an index term says which set of words it is of. Each set
// contains the one before it.
const (
	inName  = 'n' // names
	inPath  = 'm' // names, paths, tags
	inText  = 't' // all
	asWhole = 'e' // a name or path as one word: for exact matches
	ofAPI   = 'x' // the API it belongs to
)

// indexed is a document with what the index is made from.
type indexed struct {
	*document
	terms      []string // index terms, sorted
	vocabulary []string // words of names and paths, which typing errors are corrected to
	length     int      // words of the title: shorter ones come first
}

// index makes the terms of a document, from at most so many bytes of its body,
// and at most so many terms.
func (d *document) index(body, terms int) indexed {
	all := termSet{max: terms, set: map[string]bool{}}
	known := map[string]bool{}
	for _, s := range append([]string{d.title, d.name}, d.names...) {
		all.words(s, inName, inPath, inText)
		all.whole(s)
		addVocabulary(known, s)
	}
	for _, s := range append([]string{d.path, d.method, d.apiTitle}, d.paths...) {
		all.words(s, inPath, inText)
		addVocabulary(known, s)
	}
	all.whole(d.path)
	all.whole(d.method + " " + d.path)
	all.words(cutText(d.body, body), inText)
	all.add(apiTerm(d.api))
	length := 0
	chunks(d.title, func(chunk) bool { length++; return length < 255 })
	return indexed{d, slices.Sorted(maps.Keys(all.set)), slices.Sorted(maps.Keys(known)), length}
}

// apiTerm is the term that all documents of an API have; products have that of "".
func apiTerm(api string) string {
	sum := sha256.Sum256([]byte(api))
	return string(ofAPI) + hex.EncodeToString(sum[:8])
}

// termSet collects terms up to a number.
type termSet struct {
	max int
	set map[string]bool
}

func (t termSet) add(term string) {
	if len(t.set) < t.max {
		t.set[term] = true
	}
}

// words adds every form of every word in a text to sets.
func (t termSet) words(text string, sets ...rune) {
	chunks(text, func(c chunk) bool {
		forms(c, func(form string) {
			for _, set := range sets {
				t.add(string(set) + form)
			}
		})
		return len(t.set) < t.max
	})
}

// whole adds a text as one word.
func (t termSet) whole(text string) {
	if j := joined(text); j != "" {
		t.add(string(asWhole) + j)
	}
}

// forms calls add with each form under which a word is found: itself, its
// pieces, their stems.
func forms(c chunk, add func(string)) {
	one := func(w string) {
		if w == "" || len(w) > maxWord {
			return
		}
		add(w)
		if s := stem(w); s != w {
			add(s)
		}
		if base := strings.TrimRight(w, "0123456789"); len(base) >= 3 && base != w {
			add(base) // oauth2 is found by oauth
		}
	}
	one(c.text)
	for _, p := range c.pieces {
		one(p.text)
	}
}

// joined is a text's words without what separates them; "" if it is too long.
func joined(text string) string {
	var b strings.Builder
	chunks(text, func(c chunk) bool {
		if c.text == "" {
			b.WriteString(strings.Repeat(" ", maxWord+1))
		}
		b.WriteString(c.text)
		return b.Len() <= maxWord
	})
	if b.Len() > maxWord {
		return ""
	}
	return b.String()
}

// addVocabulary collects the words that typing errors may be corrected to.
func addVocabulary(known map[string]bool, text string) {
	chunks(text, func(c chunk) bool {
		for _, w := range append([]word{c.word}, c.pieces...) {
			if n := utf8.RuneCountInString(w.text); n >= minCorrected && n <= maxCorrected && strings.Trim(w.text, "0123456789") == w.text {
				known[w.text] = true
			}
		}
		return true
	})
}

// cutText is the start of s, at most n bytes of whole characters.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
