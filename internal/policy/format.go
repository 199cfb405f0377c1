package policy

import "strings"

// The formats of a policy document (apim-rest.md Part 4). They differ only in
// how expressions are written: escaped as XML requires, or bare.
const (
	XML    = "xml"
	RawXML = "rawxml"
)

const byteOrderMark = "\ufeff"

// Convert rewrites a document from one format to the other. Only values with
// expressions change; a byte order mark is dropped. The error is an
// *apim.InvalidError.
func Convert(value, from, to string) (string, error) {
	value = strings.TrimPrefix(value, byteOrderMark)
	s := &scanner{faults: &faults{src: value}, raw: from == RawXML}
	if _, ok := s.scan(); !ok {
		return "", s.err()
	}
	if from == to {
		return value, nil
	}
	var b strings.Builder
	done := 0
	for _, sp := range s.spans {
		if findExpression(sp.value) < 0 {
			continue
		}
		b.WriteString(value[done:sp.start])
		if to == RawXML {
			writeRaw(&b, sp)
		} else {
			writeEscaped(&b, value[sp.start:sp.end], sp.quote)
		}
		done = sp.end
	}
	b.WriteString(value[done:])
	return b.String(), nil
}

// writeRaw writes a decoded value with its expressions bare. The scanner has
// found the end of every expression.
func writeRaw(b *strings.Builder, sp span) {
	rest := sp.value
	for i := findExpression(rest); i >= 0; i = findExpression(rest) {
		end, _ := expressionEnd(rest, i)
		b.WriteString(escape(rest[:i], sp.quote))
		b.WriteString(rest[i:end])
		rest = rest[end:]
	}
	b.WriteString(escape(rest, sp.quote))
}

// writeEscaped writes raw source with its expressions escaped.
func writeEscaped(b *strings.Builder, source string, quote byte) {
	for {
		i := findExpression(source)
		if i < 0 {
			b.WriteString(source)
			return
		}
		end, _ := expressionEnd(source, i)
		b.WriteString(source[:i])
		b.WriteString(escape(source[i:end], quote))
		source = source[end:]
	}
}
