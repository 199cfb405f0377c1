package catalog_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/store"
)

// model is a small service written out, for the oracle.
type model struct {
	online   [4]bool
	products [3]struct {
		published, subscription bool
		apis, groups            []int
	}
}

var modelGroups = []apim.PublicID{"guests", "developers", "partners"}

// apiVisible and productVisible are the table of design.md §6, written out.
func (m *model) apiVisible(groups []apim.PublicID, api int) bool {
	for _, p := range m.products {
		for _, g := range p.groups {
			if m.online[api] && p.published && slices.Contains(p.apis, api) && slices.Contains(groups, modelGroups[g]) {
				return true
			}
		}
	}
	return false
}

func (m *model) productVisible(groups []apim.PublicID, product int) bool {
	p := m.products[product]
	for _, g := range p.groups {
		if p.published && p.subscription && slices.Contains(groups, modelGroups[g]) {
			return true
		}
	}
	return false
}

func draw(t *rapid.T) *model {
	m := &model{}
	for i := range m.online {
		m.online[i] = rapid.Bool().Draw(t, "online")
	}
	for i := range m.products {
		p := &m.products[i]
		p.published, p.subscription = rapid.Bool().Draw(t, "published"), rapid.Bool().Draw(t, "subscription")
		p.apis = rapid.SliceOfNDistinct(rapid.IntRange(0, 3), 0, 4, rapid.ID).Draw(t, "apis")
		p.groups = rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 3, rapid.ID).Draw(t, "groups")
	}
	return m
}

// write makes the service be the model: everything is put, links are set exactly.
func (m *model) write(tx *store.Tx) error {
	for i, online := range m.online {
		if err := putAPI(fmt.Sprint("a", i), func(a *apim.API) { a.IsOnline = &online })(tx); err != nil {
			return err
		}
	}
	for i, p := range m.products {
		id, state := fmt.Sprint("p", i), "notPublished"
		if p.published {
			state = "published"
		}
		if err := tx.DeleteTree(apim.ProductRef(apim.Name(id))); err != nil {
			return err
		}
		var apis, groups []string
		for _, a := range p.apis {
			apis = append(apis, fmt.Sprint("a", a))
		}
		for _, g := range p.groups {
			groups = append(groups, string(modelGroups[g]))
		}
		if err := putProduct(id, state, p.subscription, apis, groups)(tx); err != nil {
			return err
		}
	}
	return document(tx, "/tags/end", apim.Tag{DisplayName: fmt.Sprint(m)})
}

func TestVisibleAgreesWithTheTableWrittenOut(t *testing.T) {
	t.Parallel()
	s := open(t, func(tx *store.Tx) error {
		return putProduct("marker", "published", true, []string{"marker"}, nil)(tx)
	}, putAPI("marker"), func(tx *store.Tx) error {
		_, err := tx.Link(apim.TagLink, "/apis/marker", "/tags/end")
		return err
	})
	rapid.Check(t, func(rt *rapid.T) {
		m := draw(rt)
		s.write(m.write)
		s.eventually("what was written", func() bool {
			tags := s.Tags(admin)
			return len(tags) == 1 && tags[0].Name == fmt.Sprint(m)
		})
		var groups []apim.PublicID
		for _, g := range modelGroups {
			if rapid.Bool().Draw(rt, string(g)) {
				groups = append(groups, g)
			}
		}
		v := catalog.Visitor{UserID: "u", Groups: groups}
		m.check(rt, s, v)
	})
}

func (m *model) check(t *rapid.T, s *service, v catalog.Visitor) {
	listed := names(s.APIs(v))
	for i := range m.online {
		id := fmt.Sprint("a", i)
		want := m.apiVisible(v.Groups, i)
		_, err := s.API(v, apim.PublicID(id))
		for what, got := range map[string]bool{
			"Visible": s.Visible(v, apim.APIRef(apim.Name(id))), "Visible of an operation": s.Visible(v, apim.OperationRef(apim.RevisionRef(apim.Name(id), "1"), "o")),
			"APIs": slices.Contains(listed, id), "API": err == nil,
		} {
			if got != want {
				t.Errorf("%s of API %s for groups %v is %v, want %v", what, id, v.Groups, got, want)
			}
		}
	}
	for i := range m.products {
		id := fmt.Sprint("p", i)
		want := m.productVisible(v.Groups, i)
		_, err := s.Product(v, apim.PublicID(id))
		if got := s.Visible(v, apim.ProductRef(apim.Name(id))); got != want || (err == nil) != want {
			t.Errorf("product %s for groups %v: Visible %v, Product %v, want %v", id, v.Groups, got, err, want)
		}
	}
}
