package search

import (
	"unicode"
	"unicode/utf8"
)

// chunk is a run of letters and digits in a text: a word as written, such as
// "listUsers", with its parts.
type chunk struct {
	word
	// pieces are the parts of a compound word ("list", "users"), or the pairs of
	// neighbours in a script without spaces; nil when the word is one.
	pieces []word
}

// word is a folded word and its position in the text, in bytes.
type word struct {
	text       string
	start, end int
}

// maxWord is the longest word indexed, in bytes: longer ones are data, not language.
const maxWord = 48

// chunks splits a text into words and calls emit for each until it returns false.
func chunks(text string, emit func(chunk) bool) {
	for start := 0; start < len(text); {
		r, size := utf8.DecodeRuneInString(text[start:])
		if !isWordRune(r) {
			start += size
			continue
		}
		end, unspaced := chunkEnd(text, start, isUnspaced(r))
		c, ok := makeChunk(text, start, end, unspaced)
		if ok && !emit(c) {
			return
		}
		start = end
	}
}

// chunkEnd finds the end of a run of word characters of one kind of script.
func chunkEnd(text string, start int, unspaced bool) (int, bool) {
	for i, r := range text[start:] {
		if !isWordRune(r) || isUnspaced(r) != unspaced && !unicode.IsMark(r) {
			return start + i, unspaced
		}
	}
	return len(text), unspaced
}

func makeChunk(text string, start, end int, unspaced bool) (chunk, bool) {
	written := text[start:end]
	if written == "s" && start > 0 && (text[start-1] == '\'' || start > 2 && text[start-3:start] == "’") {
		return chunk{}, false // the genitive: user's
	}
	c := chunk{word: word{fold(written), start, end}}
	if c.text == "" {
		return c, false
	}
	if unspaced {
		c.pieces = pairs(written, start)
	} else if len(written) <= 4*maxWord {
		c.pieces = compound(written, start)
	}
	if len(c.text) > maxWord {
		if c.pieces == nil {
			return c, false
		}
		c.text = ""
	}
	return c, true
}

// compound splits camelCase: before a capital after a small letter or digit,
// and before the last of several capitals (HTTPServer). A single letter is not
// split off (OAuth, eTag), nor are digits from what precedes them (v2, s3).
func compound(s string, offset int) []word {
	var pieces []word
	from := 0
	var last rune
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		upper := unicode.IsUpper(r)
		cut := upper && last != 0 && !unicode.IsUpper(last) || // listUsers
			upper && unicode.IsUpper(last) && unicode.IsLower(next) // HTTPServer
		if cut && utf8.RuneCountInString(s[from:i]) > 1 {
			pieces = append(pieces, word{fold(s[from:i]), offset + from, offset + i})
			from = i
		}
		last = r
	}
	if from == 0 {
		return nil
	}
	return append(pieces, word{fold(s[from:]), offset + from, offset + len(s)})
}

// pairs are the overlapping pairs of characters of a text without spaces.
func pairs(s string, offset int) []word {
	var pieces []word
	first, second := -1, -1
	for i := range s {
		if first >= 0 {
			pieces = append(pieces, word{fold(s[first:i]), offset + first, offset + i})
		}
		first, second = second, i
	}
	if first >= 0 {
		pieces = append(pieces, word{fold(s[first:]), offset + first, offset + len(s)})
	}
	if len(pieces) < 2 {
		return nil
	}
	return pieces
}
