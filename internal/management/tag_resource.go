package management

import (
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

func tagResourceRoutes() []*route {
	return []*route{
		read("tagResources", "tagResources", listTagResources),
		read("apisByTags", "apisByTags", listByTags(apim.APIs, "includeNotTaggedApis")),
		read("productsByTags", "productsByTags", listByTags(apim.Products, "includeNotTaggedProducts")),
		read("apis/{}/operationsByTags", "apis/operationsByTags", listByTags(apim.Operations, "includeNotTaggedOperations")).of(apim.APIs),
	}
}

// tagResource is a tagged resource: {"tag":{...},"api":{...}}, with properties
// flat (apim-rest.md §2.6); without a tag, "tag" is missing.
type tagResource struct {
	Tag       *tagName       `json:"tag,omitempty"`
	API       map[string]any `json:"api,omitempty"`
	Operation map[string]any `json:"operation,omitempty"`
	Product   map[string]any `json:"product,omitempty"`

	word   string // api, operation, product
	record map[string]any
}

type tagName struct {
	ID   apim.Ref `json:"id"`
	Name string   `json:"name"`
}

// tagResourceFilter are the $filter fields of all tag resource lists; clients
// also write them with the resource before them, and tag/id and tag/name.
var tagResourceFilter = func() apim.Fields {
	plain := apim.Fields{
		"aid", "name", "displayName", "apiName", "apiRevision", "path", "description", "serviceUrl",
		"method", "urlTemplate", "terms", "state", "isCurrent",
	}
	all := append(apim.Fields{"tag/id", "tag/name"}, plain...)
	for _, word := range []string{"api", "operation", "product"} {
		for _, f := range plain {
			all = append(all, word+"/"+f)
		}
	}
	return all
}()

// listTagResources answers GET of all tagged APIs, operations and products.
func listTagResources(c *call) (*answer, error) {
	return c.tagResources(func(tx *store.Tx) ([]*tagResource, error) {
		tags, err := readTags(tx)
		if err != nil {
			return nil, err
		}
		var all []*tagResource
		for _, from := range slices.Sorted(maps.Keys(tags.of)) {
			ref, err := tx.ResolveAPI(apim.Ref(from))
			if err != nil {
				return nil, err
			}
			doc, err := tx.Get(ref)
			if err != nil {
				return nil, err
			}
			rows, err := tags.resources(apim.KindByPath(doc.Kind), []*store.Document{doc}, false)
			if err != nil {
				return nil, err
			}
			all = append(all, rows...)
		}
		return all, nil
	})
}

// listByTags answers GET of a kind's resources by tag; the query parameter flag
// adds those without a tag.
func listByTags(kind *apim.Kind, flag apim.Name) func(*call) (*answer, error) {
	return func(c *call) (*answer, error) {
		untagged, err := c.query.Bool(flag)
		if err != nil {
			return nil, err
		}
		return c.tagResources(func(tx *store.Tx) ([]*tagResource, error) {
			parent, err := c.stored(tx, c.ref)
			if err != nil {
				return nil, err
			}
			docs, err := tx.List(kind.Path, parent)
			if err != nil {
				return nil, err
			}
			tags, err := readTags(tx)
			if err != nil {
				return nil, err
			}
			return tags.resources(kind, docs, untagged)
		})
	}
}

func (c *call) tagResources(read func(tx *store.Tx) ([]*tagResource, error)) (*answer, error) {
	// Clients compare tag/id with the tag's name or its id.
	c.query = c.query.With("$filter", strings.ReplaceAll(c.query.Get("$filter"), "'/tags/", "'"))
	l, err := c.listing(tagResourceFilter, false)
	if err != nil {
		return nil, err
	}
	all, err := view(c, read)
	if err != nil {
		return nil, err
	}
	all = selected(all, l, func(t *tagResource) arm.Record { return arm.RecordOf(t.record) })
	return page(c, l, all, func(t *tagResource) (any, error) { return t, nil })
}

// tagging holds which resource has which tags, read once for a whole list.
type tagging struct {
	tx    *store.Tx
	of    map[apim.Key][]apim.Ref // by the tagged resource; an API's is its alias
	names map[apim.Key]*tagName
}

func readTags(tx *store.Tx) (*tagging, error) {
	links, err := tx.AllLinks(apim.TagLink)
	t := &tagging{tx: tx, of: map[apim.Key][]apim.Ref{}, names: map[apim.Key]*tagName{}}
	for _, l := range links {
		t.of[l.From] = append(t.of[l.From], l.To.Ref())
	}
	return t, err
}

// resources pairs resources with their tags: one row for each tag and, if asked
// for, one for a resource without tags.
func (t *tagging) resources(kind *apim.Kind, docs []*store.Document, untagged bool) ([]*tagResource, error) {
	var all []*tagResource
	for _, doc := range docs {
		from := doc.Ref
		if kind == apim.APIs {
			from = from.Alias()
		}
		tags := t.of[from.Key()]
		if doc.Workspace != "" || len(tags) == 0 && !untagged {
			continue
		}
		properties, err := flatResource(t.tx, kind, doc)
		if err != nil {
			return nil, err
		}
		if properties == nil {
			continue
		}
		if len(tags) == 0 {
			all = append(all, newTagResource(kind, nil, properties))
		}
		for _, ref := range tags {
			tag, err := t.name(ref)
			if err != nil {
				return nil, err
			}
			all = append(all, newTagResource(kind, tag, properties))
		}
	}
	return all, nil
}

func (t *tagging) name(ref apim.Ref) (*tagName, error) {
	if known := t.names[ref.Key()]; known != nil {
		return known, nil
	}
	var tag apim.Tag
	doc, err := t.tx.Decode(ref, &tag)
	if err != nil {
		return nil, err
	}
	name := &tagName{ID: doc.Ref, Name: tag.DisplayName}
	t.names[ref.Key()] = name
	return name, nil
}

// flatResource is a resource as tag resources show it; nil for an API revision that is not current.
func flatResource(tx *store.Tx, kind *apim.Kind, doc *store.Document) (map[string]any, error) {
	var p map[string]any
	if err := doc.Decode(&p); err != nil {
		return nil, err
	}
	switch kind {
	case apim.APIs:
		if p["isCurrent"] != true {
			return nil, nil
		}
	case apim.Operations:
		short, err := flatOperation(tx, doc, p)
		if short == nil || err != nil {
			return nil, err
		}
		p = short
	}
	p["id"], p["name"] = doc.Ref.Alias(), p["displayName"]
	delete(p, "displayName")
	return p, nil
}

// flatOperation leaves what tag resources show of an operation; nil when its revision is not current.
func flatOperation(tx *store.Tx, doc *store.Document, p map[string]any) (map[string]any, error) {
	var api apim.API
	if _, err := tx.Decode(doc.Ref.Parent(), &api); err != nil {
		return nil, err
	}
	if !api.IsCurrent {
		return nil, nil
	}
	short := map[string]any{"apiName": api.DisplayName, "apiRevision": api.APIRevision, "apiVersion": api.APIVersion}
	for _, f := range []string{"displayName", "description", "method", "urlTemplate"} {
		short[f] = p[f]
	}
	return short, nil
}

func newTagResource(kind *apim.Kind, tag *tagName, properties map[string]any) *tagResource {
	t := &tagResource{Tag: tag, record: map[string]any{}}
	switch kind {
	case apim.APIs:
		t.API, t.word = properties, "api"
	case apim.Operations:
		t.Operation, t.word = properties, "operation"
	default:
		t.Product, t.word = properties, "product"
	}
	if tag != nil {
		t.record["tag/id"], t.record["tag/name"] = tag.ID.Name(), tag.Name
	}
	for field, v := range properties {
		switch field {
		case "id":
			field, v = "aid", v.(apim.Ref).Name()
		case "name":
			t.record["displayName"], t.record[t.word+"/displayName"] = v, v
		}
		t.record[field], t.record[t.word+"/"+field] = v, v
	}
	return t
}
