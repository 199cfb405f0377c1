package site

import (
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
)

// File is a stored file that the site is made of: a medium or a font.
type File struct {
	Ref  apim.Ref // under which a revision pins it
	Item apim.Ref // the item that names it
	Blob string   // its name in the media storage
}

// pinnedMedium ends the ref under which a blob item's file is pinned.
const pinnedMedium = "/media"

// Files are the files that the site's items name.
func (s *Site) Files() []File {
	list := slices.Clone(s.files)
	ref, _ := s.document("stylesheet")
	for _, at := range s.Fonts() {
		list = append(list, File{Ref: apim.Ref(at), Item: apim.Ref(ref), Blob: strings.TrimPrefix(at, "/")})
	}
	return list
}

var fontURL = regexp.MustCompile(`url\("(` + address.Fonts + `[^"]+)"\)`)

// Fonts are the addresses of the font files that the stylesheet names.
func (s *Site) Fonts() []string {
	var list []string
	for _, m := range fontURL.FindAllSubmatch(s.styles.rules, -1) {
		list = append(list, string(m[1]))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Font is the file of one of the Fonts.
func (s *Site) Font(at string) (Media, bool) {
	if !slices.Contains(s.Fonts(), at) {
		return Media{}, false
	}
	return s.pinned(apim.Ref(at), Media{Blob: strings.TrimPrefix(at, "/")}), true
}

// pinned makes the medium that which the revision pinned, if it did.
func (s *Site) pinned(ref apim.Ref, m Media) Media {
	if hash := s.options.Pinned[ref.Key()]; hash != "" {
		m.Pinned = blob.HashedPrefix + hash
	}
	return m
}
