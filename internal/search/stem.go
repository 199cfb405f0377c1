package search

import "strings"

// stem removes common English endings from a folded word, so that "users",
// "creating" and "created" are found by "user" and "create". It knows only
// plurals, -ing and -ed: it is better to miss a relation than to invent one.
func stem(w string) string {
	if len(w) < 4 || !isASCII(w) || w[len(w)-1] <= '9' {
		return w
	}
	w = singular(w)
	for _, ending := range []string{"ing", "ed"} {
		base, ok := strings.CutSuffix(w, ending)
		if ok && len(base) >= 3 && hasVowel(base) && !strings.HasSuffix(w, "eed") {
			return unfinished(base)
		}
	}
	return unfinished(w)
}

func singular(w string) string {
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

// unfinished gives a base the same form with and without an ending: "create"
// and "creating" meet at "creat", "runn" is "run", "cancell" "cancel".
func unfinished(base string) string {
	n := len(base)
	last := base[n-1]
	if n > 3 && last == base[n-2] && last != 's' && last != 'z' && !isVowel(last) || n > 3 && last == 'e' {
		return base[:n-1]
	}
	return base
}

func hasVowel(w string) bool { return strings.ContainsAny(w, "aeiouy") }

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
