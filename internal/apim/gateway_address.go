package apim

import "strings"

// GatewayAddress is where the gateway takes calls for an API: two APIs with the
// same one would answer the same calls. Make it with [API.GatewayAddress] and compare with ==.
type GatewayAddress struct {
	Path string // folded ([AppendFolded]), without slashes at the ends
	// Scheme is SchemeQuery or SchemeHeader where calls name the version in the
	// query parameter or header Name; else "".
	Scheme, Name string
	Version      string // in lower case; "" without a scheme
}

// GatewayAddress is the API's, as a version of a set; nil: of none.
func (a *API) GatewayAddress(set *VersionSet) GatewayAddress {
	g := GatewayAddress{Path: FoldPath(a.GatewayPath(set))}
	if set != nil && a.APIVersion != "" {
		switch set.VersioningScheme {
		case SchemeQuery:
			g.Scheme, g.Name = SchemeQuery, set.VersionQueryName
		case SchemeHeader:
			g.Scheme, g.Name = SchemeHeader, set.VersionHeaderName
		}
	}
	if g.Scheme != "" {
		g.Version = strings.ToLower(a.APIVersion)
	}
	return g
}

// GatewayPath is the path below the gateway's address at which an API is
// called: its own and, when the version set says so, the version.
func (a *API) GatewayPath(set *VersionSet) string {
	path := strings.Trim(a.Path, "/")
	if set != nil && set.VersioningScheme == SchemeSegment && a.APIVersion != "" {
		path = strings.Trim(path+"/"+a.APIVersion, "/")
	}
	return path
}

// Address is where an API is called: the gateway's address and the path there.
func (a *API) Address(gateway string, set *VersionSet) string {
	address := strings.TrimSuffix(gateway, "/")
	if path := a.GatewayPath(set); path != "" {
		address += "/" + path
	}
	return address
}

// Collides reports whether two current APIs cannot both be served: they have the
// same address, or the same path without being versions of the same set.
func (a *API) Collides(set *VersionSet, b *API, setOfB *VersionSet) bool {
	one, two := a.GatewayAddress(set), b.GatewayAddress(setOfB)
	if a.APIVersionSetID != "" && Ref(a.APIVersionSetID).Same(Ref(b.APIVersionSetID)) {
		return one == two
	}
	return one.Path == two.Path || FoldPath(a.Path) == FoldPath(b.Path)
}

// VersionSet is the id of the API's version set, below the API's workspace; "" when it has none.
func (a *API) VersionSet(home Ref) Ref {
	if a.APIVersionSetID == "" {
		return ""
	}
	return home.Child(VersionSets.Path, Ref(a.APIVersionSetID).Name())
}

// RivalPaths are the folded paths of the APIs that an API may collide with: its
// own, and those from which a version as a segment leads to where it is called.
func (a *API) RivalPaths(set *VersionSet) []string {
	at := a.GatewayAddress(set).Path
	paths := []string{FoldPath(a.Path), at}
	for at != "" {
		at = at[:max(strings.LastIndexByte(at, '/'), 0)]
		paths = append(paths, at)
	}
	return paths
}

// FoldPath is a path in the form that the gateway compares.
func FoldPath(path string) string { return string(AppendFolded(nil, strings.Trim(path, "/"))) }

// AppendFolded appends a path in the form that the gateway compares: without the
// first slash, unescaped but for slashes, ASCII letters in lower case.
func AppendFolded(to []byte, path string) []byte {
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
