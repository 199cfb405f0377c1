package gateway

import (
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/policy"
)

// line is an API: its current revision and the others.
type line struct {
	alias      apim.Key
	currentKey apim.Key             // of the revision that the store says is current
	current    *revision            // nil if it does not exist: the API then has no address
	revisions  map[string]*revision // by number
	address    string               // its address: a folded path
}

// pick returns the revision with the number, the current one for "". Revisions
// that are not online are left out.
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
// a query parameter or header selects.
type address struct {
	plain    *line
	versions []version
	lines    []*line // all of them, by alias
}

type version struct {
	scheme  string // apim.SchemeQuery or apim.SchemeHeader
	name    string // of the query parameter, or of the header in canonical form
	version string
	line    *line
}

// choose returns the line for the call's version. It is nil if the call names a
// version that does not exist, or none where one is needed.
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
	byPath feed.Table[string, *address] // by folded path
	depth  int                          // segments of the longest path, now or earlier
}

// maxDepth is the most segments an API's path can have: 400 characters, 2 for each.
const maxDepth = 200

// target is the API that a call is for, and the rest of its path.
type target struct {
	revision *revision
	path     string // escaped, below the API's address; begins with "/" or is empty
}

// find finds the API with the longest path that begins the escaped path;
// ";rev=n" may follow it. If there is none, the revision is nil.
func (a *addresses) find(path, query string, header http.Header) target {
	if prefix, number, rest, ok := cutRevision(path); ok {
		if at := a.at(prefix); at != nil {
			return target{at.choose(query, header).pick(number), rest}
		}
	}
	var ends [maxDepth + 1]int
	n := 0 // ends[n] is the offset at which n segments end
	for n < a.depth && ends[n] < len(path) {
		end := len(path)
		if i := strings.IndexByte(path[ends[n]+1:], '/'); i >= 0 {
			end = ends[n] + 1 + i
		}
		n++
		ends[n] = end
	}
	for ; n >= 0; n-- {
		if ends[n] == 1 {
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

// at looks up a path, without allocating if it is short.
func (a *addresses) at(path string) *address {
	var buf [256]byte
	return a.byPath.GetBytes(apim.AppendFolded(buf[:0], path))
}

// newAddress serves lines, in the order of their aliases. Calls that name no
// version get the first line without a version in query or header.
func newAddress(lines []*line, sets feed.Table[apim.Key, *apim.VersionSet]) *address {
	at := &address{lines: lines}
	for _, l := range lines {
		g := l.current.api.GatewayAddress(sets.Get(l.current.versionSet))
		switch {
		case g.Scheme == apim.SchemeHeader:
			at.versions = append(at.versions, version{g.Scheme, http.CanonicalHeaderKey(g.Name), g.Version, l})
		case g.Scheme != "":
			at.versions = append(at.versions, version{g.Scheme, g.Name, g.Version, l})
		case at.plain == nil:
			at.plain = l
		}
	}
	return at
}

// segments counts the segments of an address, 0 for the root; an address that
// is too long is never found.
func segments(address string) int {
	n := strings.Count(strings.Trim(address, "/"), "/") + 1
	if address == "" || n > maxDepth {
		return 0
	}
	return n
}
