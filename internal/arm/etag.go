package arm

import (
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Quote makes an ETag header value from an opaque tag.
func Quote(etag string) string { return `"` + etag + `"` }

// Match is a parsed If-Match header. The zero Match has no condition.
type Match struct {
	given bool
	any   bool
	tags  []string // opaque, without quotes
	isNew bool     // If-None-Match: *
}

// ParseMatch reads what a request says about the present state of the resource:
// If-Match and, of a PUT, "If-None-Match: *", which only creates.
func ParseMatch(r *http.Request) (Match, error) {
	m, err := ParseIfMatch(r.Header)
	m.isNew = OnlyNew(r)
	return m, err
}

// OnlyNew reports whether a PUT must not replace anything.
func OnlyNew(r *http.Request) bool {
	return r.Method == http.MethodPut && strings.Trim(strings.Join(r.Header.Values("If-None-Match"), ","), ", \t") == "*"
}

// ParseIfMatch reads If-Match: "*", or a list of quoted tags. An empty header
// counts as absent, since tools send one when they have no tag (as-code.md). A
// weak tag (W/) counts as its opaque part: intermediaries that compress weaken
// tags, and our tags change with every write.
func ParseIfMatch(h http.Header) (Match, error) {
	rest := strings.Trim(strings.Join(h.Values("If-Match"), ","), ", \t")
	if rest == "" {
		return Match{}, nil
	}
	m := Match{given: true}
	if rest == "*" {
		m.any = true
		return m, nil
	}
	for rest != "" {
		rest = strings.TrimPrefix(rest, "W/")
		end := -1
		if strings.HasPrefix(rest, `"`) {
			end = strings.IndexByte(rest[1:], '"')
		}
		if end < 0 {
			return Match{}, badIfMatch()
		}
		m.tags = append(m.tags, rest[1:1+end])
		rest = strings.TrimLeft(rest[end+2:], " \t")
		if rest != "" && rest[0] != ',' {
			return Match{}, badIfMatch()
		}
		rest = strings.TrimLeft(rest, ", \t")
	}
	return m, nil
}

func badIfMatch() error {
	return apim.Invalid("If-Match", `If-Match must be * or quoted ETags such as "abc", separated by commas.`)
}

// Check compares the header with the resource's tag.
func (m Match) Check(etag string) error {
	if m.isNew {
		return apim.ErrPreconditionFailed
	}
	if !m.given || m.any {
		return nil
	}
	for _, t := range m.tags {
		if t == etag {
			return nil
		}
	}
	return apim.ErrPreconditionFailed
}

// CheckAbsent is Check for a resource that does not exist: it fails only for a
// specific tag. "If-Match: *" on PUT creates, as portal scripts expect
// (portal-wire.md §1.3).
func (m Match) CheckAbsent() error {
	if m.given && !m.any {
		return apim.ErrPreconditionFailed
	}
	return nil
}
