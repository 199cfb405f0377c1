package site

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/style"
	"github.com/portico-portal/portico/internal/widget"
)

// Site is a published site or the draft: immutable, safe for concurrent use.
type Site struct {
	Revision    apim.Name // "" for the draft
	Title       string
	Description string

	items   map[apim.Key]Item
	pages   []*Page // by permalink
	routes  []*Page // those with variables, most specific first
	fixed   map[string]*Page
	details map[string]string // see Details
	byKey   map[apim.Key]*Page
	layouts []*layout // most specific first
	menus   map[string]*menu
	popups  map[apim.Key]widget.Popup
	targets map[apim.Key]string // url and blob items: key → address
	media   map[string]Media    // by lower-case path
	files   []File              // media, by item
	groups  []apim.PublicID
	options Options
	styles  styles

	frames   sync.Map // documents of layouts, read once: key → *widget.Node
	findings []apim.Finding
	favicon  string

	textsOnce  sync.Once
	texts      map[*Page][]widget.Said // of the site's own pages
	textGroups []apim.PublicID

	holdersOnce sync.Once
	holders     map[string][]holder // lower-case path of a medium, or widget:name → who shows it
	widths      map[string][]int    // of the versions of pictures that are shown, by path
	author      string
}

// Options are what a site is read with.
type Options struct {
	Script   string    // address of the islands' module; "" when it is not built
	Revision apim.Name // the portal revision's name; "" for the draft

	// Pinned are the hashes of the files as the revision was published, by the key of File.Ref.
	Pinned map[apim.Key]string
}

// Media is a file that a published item names.
type Media struct {
	Blob        string // its name in the media storage
	Pinned      string // the name of its content when the site was published; "" for the draft
	ContentType string // as the item says

	path string // its own, in lower case
}

// Read makes a site of content items. Whatever is wrong with an item becomes a
// finding; the rest of the site still works.
func Read(items []Item, options Options) *Site {
	s := &Site{
		Revision: options.Revision, options: options, items: make(map[apim.Key]Item, len(items)), fixed: map[string]*Page{}, byKey: map[apim.Key]*Page{},
		menus: map[string]*menu{}, popups: map[apim.Key]widget.Popup{}, targets: map[apim.Key]string{}, media: map[string]Media{},
	}
	for _, it := range items {
		s.items[it.Ref.Key()] = it
	}
	s.readSettings()
	s.readStyles()
	for _, it := range items {
		s.readItem(it)
	}
	slices.SortStableFunc(s.layouts, func(a, b *layout) int {
		if d := b.template.Fixed() - a.template.Fixed(); d != 0 {
			return d
		}
		return len(b.template) - len(a.template)
	})
	s.readNavigation()
	s.addEnginePages()
	s.route()
	return s
}

func (s *Site) find(severity apim.Severity, item, path, message string) {
	s.findings = append(s.findings, finding(severity, item, path, message))
}

// document is the item of a well-known document: configuration, stylesheet, navigation.
func (s *Site) document(id apim.Name) (ref string, nodes []json.RawMessage) {
	for _, ref := range []apim.Ref{apim.ContentRef("document", id), apim.ContentRef(id, id)} {
		it, ok := s.items[ref.Key()]
		if !ok {
			continue
		}
		var d struct {
			Nodes []json.RawMessage `json:"nodes"`
		}
		if err := json.Unmarshal(it.Body, &d); err != nil {
			s.find(apim.SeverityError, string(it.Ref), "", "The document is not understood: "+err.Error())
		}
		return string(it.Ref), d.Nodes
	}
	return "", nil
}

func (s *Site) readSettings() {
	ref, nodes := s.document("configuration")
	if len(nodes) == 0 {
		return
	}
	var c settings
	if err := json.Unmarshal(nodes[0], &c); err != nil {
		s.find(apim.SeverityWarning, ref, "/nodes/0", "The configuration is not understood: "+err.Error())
	}
	s.Title, s.Description = c.Site.Title, c.Site.Description
	s.favicon, s.author = c.Site.FaviconSourceID, c.Site.Author
}

// readItem reads a page, layout, URL or medium.
func (s *Site) readItem(it Item) {
	contentType, id := split(it.Ref.Key())
	switch contentType {
	case "page", "layout", "popup", "url", "blob":
	default:
		return
	}
	m, err := readMeta(contentType, it.Body)
	if err != nil {
		s.find(apim.SeverityError, string(it.Ref), "", "The item is not understood: "+err.Error())
		return
	}
	switch contentType {
	case "page":
		s.addPage(newPage(string(it.Ref), m))
	case "popup":
		s.readPopup(it, m)
	case "layout":
		s.layouts = append(s.layouts, &layout{ref: string(it.Ref), template: address.ParseTemplate(m.PermalinkTemplate), documentID: m.DocumentID})
	case "url":
		to := target(m.Permalink)
		s.targets[it.Ref.Key()] = to
		if to == "" {
			s.find(apim.SeverityWarning, string(it.Ref), "", fmt.Sprintf("The address %q leads nowhere: it must be http, https, mailto, tel or a path.", m.Permalink))
		}
	case "blob":
		s.addMedia(it.Ref, id, m)
	}
}

func (s *Site) addMedia(ref apim.Ref, id string, m meta) {
	key, path := ref.Key(), mediaPath(id, m)
	blob := cmp.Or(m.BlobID, id)
	s.targets[key] = path
	pin := ref + pinnedMedium
	file := s.pinned(pin, Media{Blob: blob, ContentType: m.MimeType, path: strings.ToLower(path)})
	s.files = append(s.files, File{Ref: pin, Item: ref, Blob: blob})
	s.media[file.path], s.media[style.MediaPath(string(key))] = file, file
}

// mediaPath is the address of a medium.
func mediaPath(id string, m meta) string {
	if address.IsMedium(m.Permalink) {
		return m.Permalink
	}
	return address.Medium(id)
}

// Medium is the file at a path below /content/.
func (s *Site) Medium(path string) (Media, bool) {
	m, ok := s.media[strings.ToLower(path)]
	return m, ok
}

// Groups are the keys of the groups that rules of the site name, sorted: they
// belong to the audience of its pages.
func (s *Site) Groups() []apim.PublicID { return s.groups }

// name records the groups of a rule.
func (s *Site) name(r widget.Rule) {
	s.groups = append(s.groups, r.Groups()...)
}
