package apim

import (
	"slices"
	"testing"
)

func TestOnlyOneAPIAnswersAtAnAddress(t *testing.T) {
	t.Parallel()
	sets := map[string]*VersionSet{
		"":  nil,
		"s": {VersioningScheme: SchemeSegment},
		"t": {VersioningScheme: SchemeSegment},
		"q": {VersioningScheme: SchemeQuery, VersionQueryName: "v"},
		"h": {VersioningScheme: SchemeHeader, VersionHeaderName: "X-V"},
	}
	type api struct{ path, set, version string }
	for name, c := range map[string]struct {
		a, b     api
		conflict bool
	}{
		"two without versions":                 {api{"echo", "", ""}, api{"Echo", "", ""}, true},
		"two paths":                            {api{"echo", "", ""}, api{"other", "", ""}, false},
		"slashes at the ends":                  {api{"/echo/", "", ""}, api{"echo", "", ""}, true},
		"one path with an escape":              {api{"e%63ho", "", ""}, api{"ECHO", "", ""}, true},
		"an escaped slash is none":             {api{"a%2fb", "", ""}, api{"a/b", "", ""}, false},
		"two versions of one set":              {api{"echo", "s", "v1"}, api{"echo", "s", "v2"}, false},
		"two versions by query":                {api{"echo", "q", "v1"}, api{"echo", "q", "v2"}, false},
		"one version by query twice":           {api{"echo", "q", "v1"}, api{"echo", "q", "V1"}, true},
		"one version by header twice":          {api{"echo", "h", "v1"}, api{"echo", "h", "V1"}, true},
		"one version twice":                    {api{"echo", "s", "v1"}, api{"echo", "s", "V1"}, true},
		"the original and a version":           {api{"echo", "s", ""}, api{"echo", "s", "v1"}, false},
		"two originals":                        {api{"echo", "q", ""}, api{"echo", "q", ""}, true},
		"versions of different sets":           {api{"echo", "s", "v1"}, api{"echo", "t", "v2"}, true},
		"a version and a path":                 {api{"foo/v1", "", ""}, api{"foo", "s", "v1"}, true},
		"a version and a path in another case": {api{"FOO/V1", "", ""}, api{"foo", "s", "v1"}, true},
		"a version below the root":             {api{"v1", "", ""}, api{"", "s", "v1"}, true},
		"a path as long as a header's version": {api{"foo/v1", "", ""}, api{"foo", "h", "v1"}, false},
		"one set, two ways to one address":     {api{"foo/v1", "s", ""}, api{"foo", "s", "v1"}, true},
		"sets at a version's address":          {api{"foo", "s", "v1"}, api{"foo/v1", "q", "1"}, true},
	} {
		a := &API{Path: c.a.path, APIVersionSetID: c.a.set, APIVersion: c.a.version}
		b := &API{Path: c.b.path, APIVersionSetID: c.b.set, APIVersion: c.b.version}
		if a.Collides(sets[c.a.set], b, sets[c.b.set]) != c.conflict || b.Collides(sets[c.b.set], a, sets[c.a.set]) != c.conflict {
			t.Errorf("%s: the conflict is not %v", name, c.conflict)
		}
		// Whoever collides is looked for.
		if c.conflict && !slices.Contains(a.RivalPaths(sets[c.a.set]), FoldPath(b.Path)) {
			t.Errorf("%s: %q is not among the rivals' paths %q", name, b.Path, a.RivalPaths(sets[c.a.set]))
		}
		if c.conflict && !slices.Contains(b.RivalPaths(sets[c.b.set]), FoldPath(a.Path)) {
			t.Errorf("%s: %q is not among the rivals' paths %q", name, a.Path, b.RivalPaths(sets[c.b.set]))
		}
	}
}
