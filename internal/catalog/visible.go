package catalog

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Visible reports whether the visitor may see a resource, by the table of
// design.md §6:
//
//   - an administrator sees everything;
//   - a product is visible when it is published, needs a subscription and is
//     linked to a group the visitor is in;
//   - an API is visible when ref means its current revision, it is online, and
//     it is in a published product, open or not, that is linked to a group the
//     visitor is in;
//   - a tag is visible when an API that has it is;
//   - what lies below an API or a product is visible when that is;
//   - anything else is for administrators. Content has rules of its own, which
//     package widget knows.
func (c *Catalog) Visible(v Visitor, ref apim.Ref) bool {
	return v.Admin || c.snapshot().visible(v, ref)
}

func (s *snapshot) visible(v Visitor, ref apim.Ref) bool {
	root, kind := head(ref.Key())
	switch kind {
	case "apis":
		a := s.byAlias.Get(root.Alias())
		return a != nil && (root == root.Alias() || a.Revision.Key() == root) && s.apiVisible(v, a)
	case "products":
		p, ok := s.byProduct[root]
		return ok && s.productVisible(v, p)
	case "tags":
		tag := root.Ref().PublicID()
		return slices.ContainsFunc(s.view(v).tags, func(t Tag) bool { return t.ID.Same(tag) })
	}
	return false
}

func (s *snapshot) apiVisible(v Visitor, a *API) bool { return v.Admin || v.In(a.groups) }

func (s *snapshot) productVisible(v Visitor, p *Product) bool {
	return v.Admin || p.Props.Published() && p.Props.NeedsSubscription() && v.In(p.Groups)
}

// head is what a key is at or below: the first resource, of the workspace if it
// is in one, and its collection.
func head(key apim.Key) (root apim.Key, kind string) {
	home := key.Home()
	kind, rest, _ := strings.Cut(strings.TrimPrefix(string(key[len(home):]), "/"), "/")
	name, _, _ := strings.Cut(rest, "/")
	return home + apim.Key("/"+kind+"/"+name), kind
}

// APIs are the APIs the visitor sees, by name. The slice is shared: do not change it.
func (c *Catalog) APIs(v Visitor) []*API { return c.snapshot().view(v).apis }

// API is the API with an id, in any case; apim.ErrNotFound when it is absent or hidden.
func (c *Catalog) API(v Visitor, id apim.PublicID) (*API, error) {
	s := c.snapshot()
	if a := s.byAlias.Get(id.Ref(apim.APIs).Key()); a != nil && s.apiVisible(v, a) {
		return a, nil
	}
	return nil, apim.ErrNotFound
}

// Versions are the visible APIs of a version set, oldest first: the one without
// a version, then by version, numbers in them compared as numbers.
func (c *Catalog) Versions(v Visitor, set apim.PublicID) []*API {
	var list []*API
	for _, a := range c.APIs(v) {
		if set != "" && a.VersionSetID.Same(set) {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b *API) int { return compareNatural(a.Version, b.Version) })
	return list
}

// Products are the products the visitor sees, by name. The slice is shared: do not change it.
func (c *Catalog) Products(v Visitor) []*Product { return c.snapshot().view(v).products }

// Product is the product with an id, in any case; apim.ErrNotFound when it is absent or hidden.
func (c *Catalog) Product(v Visitor, id apim.PublicID) (*Product, error) {
	s := c.snapshot()
	if p, ok := s.byProduct[id.Ref(apim.Products).Key()]; ok && s.productVisible(v, p) {
		return p, nil
	}
	return nil, apim.ErrNotFound
}

// APIsOf are the visible APIs of a product, by name.
func (c *Catalog) APIsOf(v Visitor, p *Product) []*API {
	held := make(map[apim.PublicID]bool, len(p.APIs))
	for _, id := range p.APIs {
		held[id] = true
	}
	var list []*API
	for _, a := range c.APIs(v) {
		if held[a.ID] {
			list = append(list, a)
		}
	}
	return list
}

// ProductsOf are the visible products that hold an API, by name.
func (c *Catalog) ProductsOf(v Visitor, a *API) []*Product {
	s := c.snapshot()
	var list []*Product
	for _, id := range a.Products {
		if p, ok := s.byProduct[id.Ref(apim.Products).Key()]; ok && s.productVisible(v, p) {
			list = append(list, p)
		}
	}
	return list
}

// Audience is the part of the visitor that decides what the catalog shows: two
// visitors of one audience see the same. Groups that content rules name are
// given in also. It is a cache key part.
func (c *Catalog) Audience(v Visitor, also ...apim.PublicID) string {
	return c.snapshot().audience(v, also...)
}

// Shared is the visitor for whom something is made that all visitors of the
// audience are shown: nobody in particular, in the groups that matter.
func (c *Catalog) Shared(v Visitor, also ...apim.PublicID) Visitor {
	if v.UserID == "" {
		return v
	}
	s := c.snapshot()
	groups := slices.DeleteFunc(slices.Clone(v.Groups), func(g apim.PublicID) bool { return !s.matters(g, also) })
	return Visitor{UserID: "someone", Groups: groups, Admin: v.Admin, Locale: v.Locale}
}

// matters reports whether what is seen may depend on a group.
func (s *snapshot) matters(group apim.PublicID, also []apim.PublicID) bool {
	_, named := slices.BinarySearch(s.named, group)
	return named || group == apim.Guests || slices.Contains(also, group)
}

// compareNatural compares strings with runs of digits as numbers: v2 < v10.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		if isDigit(a[0]) && isDigit(b[0]) {
			x, restA := number(a)
			y, restB := number(b)
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number is the run of digits s begins with, without leading zeros, and the rest.
func number(s string) (digits, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}
