package reference

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

// How many operations of one group a list shows. Beside an operation they are
// those around it, few, since a browser lays them out before anything is read;
// the filter finds the others.
const (
	maxListed = 250
	maxBeside = 40
)

// operationGroups splits operations by their first tag. Those without a tag are
// split by the first part of their path that tells them apart, if they are many.
func operationGroups(ops []*catalog.Operation) []catalog.Group {
	groups := catalog.Groups(ops)
	last := len(groups) - 1
	if last < 0 || groups[last].Tag.ID != "" || len(groups[last].Operations) <= smallAPI/2 {
		return groups
	}
	byPath := pathGroups(groups[last].Operations)
	if len(byPath) < 2 {
		return groups
	}
	return append(groups[:last:last], byPath...)
}

// pathGroups splits operations by the first path segment they do not share. A
// group's id is that part of the path: with a slash, which no tag's id has.
func pathGroups(ops []*catalog.Operation) []catalog.Group {
	shared := segmentsOf(ops[0].URLTemplate)
	for _, o := range ops[1:] {
		segments := segmentsOf(o.URLTemplate)
		n := 0
		for n < len(shared) && n < len(segments) && shared[n] == segments[n] {
			n++
		}
		shared = shared[:n]
	}
	var groups []catalog.Group
	index := map[string]int{}
	for _, o := range ops {
		name := "/"
		if segments := segmentsOf(o.URLTemplate); len(segments) > len(shared) {
			name = segments[len(shared)]
		}
		i, ok := index[name]
		if !ok {
			i = len(groups)
			index[name] = i
			groups = append(groups, catalog.Group{Tag: catalog.Tag{ID: "/" + apim.PublicID(strings.TrimPrefix(name, "/")), Name: name}})
		}
		groups[i].Operations = append(groups[i].Operations, o)
	}
	return groups
}

// segmentsOf are the segments of a URL template before its first variable.
func segmentsOf(template string) []string {
	path, _, _ := strings.Cut(template, "?")
	segments := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if i := slices.IndexFunc(segments, func(s string) bool { return strings.Contains(s, "{") }); i >= 0 {
		segments = segments[:i]
	}
	return segments
}

// aroundCurrent cuts a long list: to maxBeside operations around the current
// one, or to the first maxListed when none is.
func aroundCurrent(ops []*catalog.Operation, current apim.Name) []*catalog.Operation {
	limit := maxListed
	at := -1
	if current != "" {
		at = slices.IndexFunc(ops, func(o *catalog.Operation) bool { return o.ID.Same(current) })
	}
	if at >= 0 {
		limit = maxBeside
	}
	if len(ops) <= limit {
		return ops
	}
	from := min(max(at-limit/2, 0), len(ops)-limit)
	return ops[from : from+limit]
}
