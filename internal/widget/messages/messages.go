package messages

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed *.json
var messageFiles embed.FS

// Catalogue is the interface's words in one language. A text may hold {name}
// places; a text that depends on a number has one entry per plural form:
// key.one, key.other and what else the language has.
type Catalogue struct {
	tag   language.Tag
	texts map[string]string
}

// catalogues are all languages, each complete: what it lacks it takes from English.
var catalogues = sync.OnceValue(func() map[string]*Catalogue {
	all := map[string]*Catalogue{}
	english := readCatalogue("en")
	entries, err := messageFiles.ReadDir(".")
	if err != nil {
		panic(err) // embedded
	}
	for _, e := range entries {
		locale := strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
		texts := maps.Clone(english)
		maps.Copy(texts, readCatalogue(locale))
		all[locale] = &Catalogue{tag: language.Make(locale), texts: texts}
	}
	return all
})

func readCatalogue(locale string) map[string]string {
	data, err := messageFiles.ReadFile(locale + ".json")
	texts := map[string]string{}
	if err == nil {
		err = json.Unmarshal(data, &texts)
	}
	if err != nil {
		panic(fmt.Sprintf("message catalogue %s: %v", locale, err)) // embedded; a test reads each
	}
	return texts
}

// English is the complete catalogue.
func English() *Catalogue { return catalogues()["en"] }

// For is the catalogue of a locale such as fr or fr-CH; English when there is none.
func For(locale string) *Catalogue {
	locale = strings.ReplaceAll(strings.ToLower(locale), "_", "-")
	for locale != "" {
		if m, ok := catalogues()[locale]; ok {
			return m
		}
		i := strings.LastIndexByte(locale, '-')
		locale = locale[:max(i, 0)]
	}
	return English()
}

// T is the text of key with its places filled: args are name, value, name, value.
// An unknown key is shown as it is.
func (m *Catalogue) T(key string, args ...any) string {
	text, ok := m.texts[key]
	if !ok {
		return key
	}
	return fill(text, args)
}

// N is the text of key in the plural form of n; {n} is n with Thousands separated.
func (m *Catalogue) N(key string, n int, args ...any) string {
	form := forms[plural.Cardinal.MatchPlural(m.tag, n, 0, 0, 0, 0)]
	text, ok := m.texts[key+"."+form]
	if !ok {
		text = m.texts[key+".other"]
	}
	return fill(text, append([]any{"n", Thousands(n)}, args...))
}

var forms = map[plural.Form]string{
	plural.Other: "other", plural.Zero: "zero", plural.One: "one",
	plural.Two: "two", plural.Few: "few", plural.Many: "many",
}

func fill(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", args[i]), fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Thousands writes 12345 as 12,345.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
