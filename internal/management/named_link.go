package management

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// The newer associations (products/apiLinks, tags/operationLinks, ...) show the
// same rows of the link table as the older ones (products/apis, apis/tags), but
// their members have names. A document names a row; a row without one, made
// through the older association, has the name of its other side.

// namedLink is one member.
type namedLink struct {
	name  apim.Name
	owner apim.Ref
	to    apim.Ref // the other side
	doc   *store.Document
}

// namedLinks reads the members below an entity, in the order of their targets.
func (c *call) namedLinks(tx *store.Tx) (links []*namedLink, err error) {
	kind, names := c.route.kind, c.route.kind.LinkNames
	owner, err := c.namedOwner(tx)
	if err != nil {
		return nil, err
	}
	refs, err := others(tx, names.Name, owner, names.Reverse)
	if err != nil {
		return nil, err
	}
	docs, err := tx.List(kind.Path, owner)
	if err != nil {
		return nil, err
	}
	named := map[apim.Key]*store.Document{}
	for _, doc := range docs {
		var body map[string]apim.Ref
		if err := doc.Decode(&body); err != nil {
			return nil, err
		}
		named[body[names.Field].Alias().Key()] = doc
	}
	for _, ref := range refs {
		if ref.Alias().KindPath() != names.To {
			continue // tags have APIs, operations and products on the other side
		}
		links = append(links, newNamedLink(owner, ref, named[ref.Alias().Key()]))
	}
	return links, nil
}

// namedOwner is whose links the address is about.
func (c *call) namedOwner(tx *store.Tx) (apim.Ref, error) {
	parent := c.ref
	if c.ref.KindPath() == c.route.kind.Path {
		parent = c.ref.Parent()
	}
	return c.stored(tx, parent)
}

func newNamedLink(owner, to apim.Ref, doc *store.Document) *namedLink {
	if doc != nil {
		return &namedLink{name: doc.Name, owner: owner, to: to, doc: doc}
	}
	name := to.Alias().Name()
	if api := to.Alias().API().Name(); api != "" && to.KindPath() != apim.APIs.Path {
		name = api + "-" + name
	}
	return &namedLink{name: name, owner: owner, to: to}
}

// linkEnvelope shows a member.
func (c *call) linkEnvelope(l *namedLink) (arm.Envelope, error) {
	kind := c.route.kind
	body, err := json.Marshal(map[string]apim.Ref{kind.LinkNames.Field: l.to.Alias()})
	if err != nil {
		return arm.Envelope{}, err
	}
	ref := l.owner.Alias().Child(collectionOf(kind), l.name)
	return c.envelope(kind, ref, body)
}

// collectionOf is the last segment of a kind's path.
func collectionOf(kind *apim.Kind) string { return path.Base(kind.Path) }

// listNamedLinks answers GET of the collection.
func listNamedLinks(c *call) (*answer, error) {
	l, err := c.listing(c.route.kind.Filter, false)
	if err != nil {
		return nil, err
	}
	links, err := view(c, c.namedLinks)
	if err != nil {
		return nil, err
	}
	links = selected(links, l, func(n *namedLink) arm.Record {
		return arm.RecordOf(map[string]any{c.route.kind.LinkNames.Field: string(n.to.Alias()), "name": n.name})
	})
	return page(c, l, links, func(n *namedLink) (any, error) { return c.linkEnvelope(n) })
}

// getNamedLink is the member that the address names.
func (c *call) getNamedLink(tx *store.Tx) (*namedLink, error) {
	links, err := c.namedLinks(tx)
	for _, l := range links {
		if l.name.Same(c.ref.Name()) {
			return l, nil
		}
	}
	return nil, cmp.Or(err, apim.ErrNotFound)
}

// getNamedLink answers GET of a member.
func getNamedLink(c *call) (*answer, error) {
	link, err := view(c, c.getNamedLink)
	if err != nil {
		return nil, err
	}
	return c.namedAnswer(http.StatusOK, link)
}

func (c *call) namedAnswer(status int, link *namedLink) (*answer, error) {
	e, err := c.linkEnvelope(link)
	if err != nil {
		return nil, err
	}
	return &answer{status: status, body: e, etag: link.etag()}, nil
}

func (l *namedLink) etag() string {
	if l.doc == nil {
		return "link"
	}
	return l.doc.ETag
}

// admits compares If-Match with a member; nil if there is none yet.
func (c *call) admits(link *namedLink) error {
	if link == nil {
		return c.match.CheckAbsent()
	}
	return c.match.Check(link.etag())
}

// putNamedLink answers PUT of a member: 201 when the association is new, 200 when it was there.
func putNamedLink(c *call) (*answer, error) {
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	kind := c.route.kind
	if !kind.ValidName(c.ref.Name()) {
		return nil, apim.Invalid("name", fmt.Sprintf("%q is not a valid name for %s.", c.ref.Name(), kind.Path))
	}
	if properties, err = arm.StoredRefs(kind, c.linkHome(properties), properties); err != nil {
		return nil, err
	}
	isNew := false
	link, err := change(c, func(tx *store.Tx) (link *namedLink, err error) {
		link, isNew, err = c.storeNamedLink(tx, properties)
		return link, err
	})
	if err != nil {
		return nil, err
	}
	return c.namedAnswer(putStatus(isNew), link)
}

// linkHome is the workspace in which a reference is looked up. Groups of the
// service may see a workspace's products, so their ids are used as they are.
func (c *call) linkHome(properties json.RawMessage) apim.Ref {
	if c.route.kind.LinkNames.To == apim.Groups.Path {
		return ""
	}
	return c.home()
}

func (c *call) storeNamedLink(tx *store.Tx, properties json.RawMessage) (link *namedLink, created bool, err error) {
	names := c.route.kind.LinkNames
	resource := c.route.kind.New()
	if err := arm.Unmarshal(properties, resource); err != nil {
		return nil, false, err
	}
	if err := apim.Check(resource.Validate); err != nil {
		return nil, false, err
	}
	var body map[string]apim.Ref
	if err := json.Unmarshal(properties, &body); err != nil {
		return nil, false, err
	}
	owner, err := c.namedOwner(tx)
	if err != nil {
		return nil, false, err
	}
	links, err := c.namedLinks(tx)
	if err != nil {
		return nil, false, err
	}
	if c.target, err = c.linkTarget(tx, body[names.Field]); err != nil {
		return nil, false, err
	}
	if link, err = c.linkUnder(links); err == nil {
		err = c.admits(link)
	}
	if err != nil {
		return nil, false, err
	}
	if link != nil && link.doc != nil && link.to.Alias().Same(c.target.Alias()) {
		return link, false, nil
	}
	if err := c.admitNamedLink(tx, owner); err != nil {
		return nil, false, err
	}
	if link != nil { // the name referred to another target before
		if err := c.unlink(tx, link); err != nil {
			return nil, false, err
		}
	}
	from, to := inOrder(owner, c.target, names.Reverse)
	if created, err = tx.Link(names.Name, from, to); err != nil {
		return nil, false, err
	}
	created = created && link == nil
	doc, err := tx.Encode(owner.Child(collectionOf(c.route.kind), c.ref.Name()), map[string]apim.Ref{names.Field: c.target})
	return newNamedLink(owner, c.target, doc), created, err
}

// linkUnder is the member with the name in the address, or nil; it is a
// conflict if the target has another name.
func (c *call) linkUnder(links []*namedLink) (*namedLink, error) {
	target := c.target.Alias()
	var found *namedLink
	for _, l := range links {
		sameName := l.name.Same(c.ref.Name())
		sameTarget := l.to.Alias().Same(target)
		switch {
		case sameName && sameTarget:
			return l, nil
		case sameName && l.doc != nil:
			found = l
		case sameTarget && l.doc != nil:
			return nil, &apim.ConflictError{Code: "ResourceAlreadyExists", Target: c.route.kind.LinkNames.Field,
				Message: fmt.Sprintf("%s is linked already, by the name of %q.", l.to.Alias(), l.name)}
		}
	}
	return found, nil
}

// unlink removes the row between an entity and the other side of a member.
func (c *call) unlink(tx *store.Tx, l *namedLink) error {
	names := c.route.kind.LinkNames
	from, to := inOrder(l.owner, l.to, names.Reverse)
	_, err := tx.Unlink(names.Name, from, to)
	return err
}

// linkTarget finds the resource that a member refers to, in stored form.
func (c *call) linkTarget(tx *store.Tx, ref apim.Ref) (apim.Ref, error) {
	names := c.route.kind.LinkNames
	if own := c.home() + ref; names.To == apim.Groups.Path && c.home() != "" && ref.Workspace() == "" {
		if _, err := tx.Get(own); err == nil {
			ref = own // the workspace's own group rather than the service's
		}
	}
	stored, err := c.stored(tx, ref)
	if home := c.home(); home != "" && ref.Workspace() != "" && !ref.Home().Same(home) { // whether it exists or not
		return "", apim.Invalid(names.Field, fmt.Sprintf("%s names %s, which is in another workspace.", names.Field, ref))
	}
	if errors.Is(err, apim.ErrNotFound) || err == nil && stored.KindPath() != names.To {
		return "", apim.Invalid(names.Field, fmt.Sprintf("%s names %s, which does not exist.", names.Field, ref))
	}
	if err != nil {
		return "", err
	}
	if names.To == apim.APIs.Path {
		return stored.Alias(), nil
	}
	return stored, nil
}

// admitNamedLink applies the rules of the older association.
func (c *call) admitNamedLink(tx *store.Tx, owner apim.Ref) error {
	if c.route.kind.LinkNames.Name != apim.ProductAPI {
		return nil
	}
	return apis.AdmitToProduct(tx, owner, c.target)
}

// deleteNamedLink answers DELETE of a member.
func deleteNamedLink(c *call) (*answer, error) {
	return c.delete(func(tx *store.Tx) (bool, error) {
		link, err := c.getNamedLink(tx)
		if err != nil {
			return false, err
		}
		if err := c.admits(link); err != nil {
			return false, err
		}
		if link.doc != nil {
			if err := tx.Delete(link.doc.Ref); err != nil {
				return false, err
			}
		}
		if err := c.unlink(tx, link); err != nil {
			return false, err
		}
		return true, c.dropAssignments(tx, c.ref)
	})
}
