package gateway

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
)

// line is an API at its address: the current revision and the others.
type line struct {
	current   *revision
	revisions map[string]*revision // by number
}

// pick is the revision with the number, the current one for "". Revisions that
// are not online are not there.
func (l *line) pick(number string) *revision {
	if l == nil {
		return nil
	}
	rev := l.current
	if number != "" {
		rev = l.revisions[number]
	}
	if rev == nil || !rev.online {
		return nil
	}
	return rev
}

// address is what is served at a path: an API, or several versions of one that
// a query parameter or header tells apart.
type address struct {
	plain    *line
	versions []version
}

type version struct {
	scheme  string // apim.SchemeQuery or apim.SchemeHeader
	name    string // of the query parameter, or of the header in canonical form
	version string
	line    *line
}

// choose is the line that the call's version means. It is nil when the call
// names a version that is not there, or none where one is needed.
func (a *address) choose(query string, header http.Header) *line {
	named := false
	for i := range a.versions {
		v := &a.versions[i]
		var value string
		if v.scheme == apim.SchemeQuery {
			value, _ = policy.QueryValue(query, v.name)
			value = unescape(value)
		} else if list := header[v.name]; len(list) > 0 {
			value = list[0]
		}
		if strings.EqualFold(value, v.version) {
			return v.line
		}
		named = named || value != ""
	}
	if named {
		return nil
	}
	return a.plain
}

// addresses finds the API of a path.
type addresses struct {
	byPath map[string]*address // by fold(path)
	depth  int                 // segments of the longest path
}

// maxDepth is how many segments an API's path may have: 400 characters, 2 a segment.
const maxDepth = 200

// target is the API that a call is for, and the rest of its path.
type target struct {
	revision *revision
	path     string // escaped, below the API's address; begins with "/" or is empty
}

// find takes the longest path of an API that begins the escaped path, which
// may say ";rev=n" after it. A call without match has a nil revision.
func (a *addresses) find(path, query string, header http.Header) target {
	if prefix, number, rest, ok := cutRevision(path); ok {
		if at := a.at(prefix); at != nil {
			return target{at.choose(query, header).pick(number), rest}
		}
	}
	var ends [maxDepth + 1]int
	n := 0 // ends[n] is where n segments end
	for n < a.depth && ends[n] < len(path) {
		end := len(path)
		if i := strings.IndexByte(path[ends[n]+1:], '/'); i >= 0 {
			end = ends[n] + 1 + i
		}
		n++
		ends[n] = end
	}
	for ; n >= 0; n-- {
		if n > 0 && ends[n] == 1 {
			continue // an empty segment is not the empty path
		}
		if at := a.at(path[:ends[n]]); at != nil {
			return target{at.choose(query, header).pick(""), path[ends[n]:]}
		}
	}
	return target{}
}

// cutRevision cuts "/echo;rev=2/resource" into "/echo", "2" and "/resource".
func cutRevision(path string) (prefix, number, rest string, ok bool) {
	i := strings.IndexByte(path, ';')
	if i < 0 || len(path) < i+5 || !strings.EqualFold(path[i:i+5], ";rev=") {
		return "", "", "", false
	}
	number = path[i+5:]
	if end := strings.IndexByte(number, '/'); end >= 0 {
		number, rest = number[:end], number[end:]
	}
	return strings.TrimSuffix(path[:i], "/"), strings.ToLower(number), rest, number != ""
}

// at looks up a path; short ones without allocating.
func (a *addresses) at(path string) *address {
	var buf [256]byte
	return a.byPath[string(fold(buf[:0], path))]
}

// fold appends a path in the form that paths are compared in: without the first
// slash, unescaped but for slashes, ASCII letters in lower case.
func fold(to []byte, path string) []byte {
	path = strings.TrimPrefix(path, "/")
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' && i+2 < len(path) {
			if high, low := unhex(path[i+1]), unhex(path[i+2]); high|low < 16 && high<<4|low != '/' {
				c = high<<4 | low
				i += 2
			}
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		to = append(to, c)
	}
	return to
}

// unhex is the value of a hexadecimal digit, or 255.
func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}

// add puts a line at its API's address. The first one there stays.
func (a *addresses) add(l *line, set *versionSet) {
	rev := l.current
	path := rev.path
	if rev.version != "" && set != nil && set.scheme == apim.SchemeSegment {
		path += "/" + rev.version
	}
	key := string(fold(nil, path))
	at := a.byPath[key]
	if at == nil {
		at = new(address)
		a.byPath[key] = at
		if segments := strings.Count(strings.Trim(key, "/"), "/") + 1; key != "" && segments <= maxDepth {
			a.depth = max(a.depth, segments)
		}
	}
	if rev.version == "" || set == nil || set.scheme == apim.SchemeSegment {
		if at.plain == nil {
			at.plain = l
		}
		return
	}
	at.versions = append(at.versions, version{set.scheme, set.name, rev.version, l})
}

// newAddresses lays out the APIs of a snapshot, in the order of their keys.
func newAddresses(s *snapshot) *addresses {
	lines := map[string]*line{}
	for _, rev := range s.revisions {
		l := lines[rev.alias]
		if l == nil {
			l = &line{revisions: map[string]*revision{}}
			lines[rev.alias] = l
		}
		l.revisions[rev.number] = rev
		if s.current[rev.alias] == rev.key {
			l.current = rev
		}
	}
	aliases := make([]string, 0, len(lines))
	for alias, l := range lines {
		if l.current != nil {
			aliases = append(aliases, alias)
		}
	}
	slices.Sort(aliases)
	a := &addresses{byPath: make(map[string]*address, len(aliases))}
	for _, alias := range aliases {
		l := lines[alias]
		a.add(l, s.versionSets[l.current.versionSet])
	}
	return a
}
