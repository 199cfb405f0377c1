package catalog

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
)

// rows is what the store says, by lower-case ref. Only the goroutine that
// follows the feed touches it; build derives an immutable snapshot from it.
type rows struct {
	apis     map[apim.Key]*apiRow // by alias: current and online
	products map[apim.Key]*productRow
	holders  map[apim.Key][]apim.Key // of an API: the products in products that hold it
	tags     map[apim.Key]Tag
	sets     map[apim.Key]*apim.VersionSet
}

type apiRow struct {
	id            apim.PublicID
	ref, revision apim.Ref
	props         *apim.API
	summary       string
	tags          []apim.Key
	operations    int
}

type productRow struct {
	id           apim.PublicID
	ref          apim.Ref
	props        *apim.Product
	apis, groups []apim.Key
}

// snapshot is the catalog at one moment.
type snapshot struct {
	apiList   []*API // by name
	byAlias   feed.Table[apim.Key, *API]
	byProduct map[apim.Key]*Product
	list      []*Product      // by name
	named     []apim.PublicID // groups that links of published products name, sorted

	views     sync.Map // audience → *view
	viewCount atomic.Int32
}

// view is what one audience sees.
type view struct {
	apis     []*API
	products []*Product
	tags     []Tag
}

// maxViews bounds the views kept; an audience beyond it is computed each time.
const maxViews = 64

func (r *rows) build() *snapshot {
	s := &snapshot{byProduct: map[apim.Key]*Product{}, apiList: make([]*API, 0, len(r.apis))}
	byAlias := s.byAlias.Edit()
	for key, row := range r.apis {
		a := r.api(row)
		byAlias.Set(key, a)
		s.apiList = append(s.apiList, a)
	}
	s.byAlias = byAlias.Table()
	sortByName(s.apiList, func(a *API) (string, apim.PublicID) { return a.Name, a.ID })
	for key, row := range r.products {
		p := &Product{ID: row.id, Name: row.props.DisplayName, Props: row.props, Ref: row.ref, Groups: groupNames(row.groups)}
		s.byProduct[key] = p
		s.list = append(s.list, p)
	}
	sortByName(s.list, func(p *Product) (string, apim.PublicID) { return p.Name, p.ID })
	for _, p := range s.list {
		s.join(p, r.products[p.Ref.Key()].apis)
	}
	slices.Sort(s.named)
	s.named = slices.Compact(s.named)
	return s
}

// with is the snapshot with APIs, by alias, as the rows have them now. Which
// products hold them has not changed.
func (s *snapshot) with(r *rows, aliases map[apim.Key]bool) *snapshot {
	next := &snapshot{byProduct: s.byProduct, list: s.list, named: s.named, apiList: slices.Clone(s.apiList)}
	byAlias := s.byAlias.Edit()
	for key := range aliases {
		old := s.byAlias.Get(key)
		if old != nil {
			byAlias.Delete(key)
			if at, ok := slices.BinarySearchFunc(next.apiList, old, byName); ok {
				next.apiList = slices.Delete(next.apiList, at, at+1)
			}
		}
		row := r.apis[key]
		if row == nil {
			continue
		}
		a := r.api(row)
		if old != nil {
			a.Products, a.groups = old.Products, old.groups
		}
		byAlias.Set(key, a)
		at, _ := slices.BinarySearchFunc(next.apiList, a, byName)
		next.apiList = slices.Insert(next.apiList, at, a)
	}
	next.byAlias = byAlias.Table()
	return next
}

// byName is the order of sortByName.
func byName(a, b *API) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
}

// join links a product and its APIs both ways.
func (s *snapshot) join(p *Product, apiKeys []apim.Key) {
	if p.Props.Published() {
		s.named = append(s.named, p.Groups...)
	}
	for _, key := range apiKeys {
		a := s.byAlias.Get(key)
		if a == nil {
			continue
		}
		p.APIs = append(p.APIs, a.ID)
		a.Products = append(a.Products, p.ID)
		if p.Props.Published() {
			a.groups = append(a.groups, p.Groups...)
		}
	}
}

func (r *rows) api(row *apiRow) *API {
	a := &API{
		ID: row.id, Name: row.props.DisplayName, Path: row.props.Path, Version: row.props.APIVersion,
		Type: row.props.Type, Summary: row.summary, Props: row.props, Ref: row.ref, Revision: row.revision,
		Operations: row.operations,
	}
	a.Type = cmp.Or(a.Type, "http")
	if set := row.props.APIVersionSetID; set != "" {
		ref := apim.Ref(set)
		a.VersionSetID, a.VersionSet = ref.PublicID(), r.sets[ref.Key()]
	}
	for _, key := range row.tags {
		if t, ok := r.tags[key]; ok {
			a.Tags = append(a.Tags, t)
		}
	}
	sortByName(a.Tags, func(t Tag) (string, apim.PublicID) { return t.Name, t.ID })
	return a
}

func groupNames(keys []apim.Key) []apim.PublicID {
	var names []apim.PublicID
	for _, k := range keys {
		names = append(names, k.Ref().PublicID())
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sortByName orders by name without regard to case, then by id.
func sortByName[T any](list []T, names func(T) (name string, id apim.PublicID)) {
	type keyed struct {
		name string
		id   apim.PublicID
		v    T
	}
	keys := make([]keyed, len(list))
	for i, v := range list {
		name, id := names(v)
		keys[i] = keyed{strings.ToLower(name), id, v}
	}
	slices.SortFunc(keys, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id))
	})
	for i, k := range keys {
		list[i] = k.v
	}
}

// view is what the visitor sees, kept per audience.
func (s *snapshot) view(v Visitor) *view {
	key := s.audience(v)
	if kept, ok := s.views.Load(key); ok {
		return kept.(*view)
	}
	made := s.look(v)
	if s.viewCount.Add(1) <= maxViews {
		s.views.Store(key, made)
	}
	return made
}

func (s *snapshot) look(v Visitor) *view {
	w := &view{}
	seen := map[apim.PublicID]bool{}
	for _, a := range s.apiList {
		if !s.apiVisible(v, a) {
			continue
		}
		w.apis = append(w.apis, a)
		for _, t := range a.Tags {
			if !seen[t.ID] {
				seen[t.ID] = true
				w.tags = append(w.tags, t)
			}
		}
	}
	sortByName(w.tags, func(t Tag) (string, apim.PublicID) { return t.Name, t.ID })
	for _, p := range s.list {
		if s.productVisible(v, p) {
			w.products = append(w.products, p)
		}
	}
	return w
}

// GuestAudience is the Audience of every guest.
const GuestAudience = "-" + apim.Guests

// audience is the part of the visitor that decides what is seen. A guest and
// someone signed in never share one.
func (s *snapshot) audience(v Visitor, also ...apim.PublicID) string {
	switch {
	case v.Admin:
		return "*"
	case v.UserID == "" && len(v.Groups) == 1 && v.Groups[0] == apim.Guests:
		return GuestAudience
	}
	sign := "+"
	if v.UserID == "" {
		sign = "-"
	}
	var in []string
	for _, g := range v.Groups {
		if s.matters(g, also) {
			in = append(in, string(g))
		}
	}
	return sign + strings.Join(in, ",")
}
