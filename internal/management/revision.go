package management

import (
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

func revisionRoutes() []*route {
	list := read("apis/{}/revisions", "apis/revisions", listRevisions).of(apim.APIs)
	return []*route{list, list.inWorkspace()}
}

// revision is one row of an API's revisions (apim-rest.md §2.6).
type revision struct {
	APIID       apim.Ref  `json:"apiId"`
	APIRevision string    `json:"apiRevision"`
	CreatedAt   time.Time `json:"createdDateTime"`
	UpdatedAt   time.Time `json:"updatedDateTime"`
	Description string    `json:"description,omitempty"`
	PrivateURL  string    `json:"privateUrl"`
	IsOnline    bool      `json:"isOnline"`
	IsCurrent   bool      `json:"isCurrent"`
}

// listRevisions answers GET of an API's revisions, the newest first.
func listRevisions(c *call) (*answer, error) {
	l, err := c.listing(apim.Fields{"apiRevision"}, false)
	if err != nil {
		return nil, err
	}
	var address string
	docs, err := view(c, func(tx *store.Tx) ([]*store.Document, error) {
		ref, err := c.stored(tx, c.ref)
		if err != nil {
			return nil, err
		}
		docs, err := tx.APIRevisions(ref.Alias())
		if err != nil {
			return nil, err
		}
		current, err := tx.ResolveAPI(ref.Alias())
		if err != nil {
			return nil, err
		}
		address, err = apidoc.Address(tx, current, "")
		address = "/" + strings.TrimPrefix(address, "/")
		return docs, err
	})
	if err != nil {
		return nil, err
	}
	revisions := make([]*revision, len(docs))
	for i, doc := range docs {
		if revisions[i], err = newRevision(doc, address); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(revisions, func(a, b *revision) int { return b.CreatedAt.Compare(a.CreatedAt) })
	revisions = selected(revisions, l, func(r *revision) arm.Record {
		return arm.RecordOf(map[string]any{"apiRevision": r.APIRevision})
	})
	return page(c, l, revisions, func(r *revision) (any, error) { return r, nil })
}

// newRevision describes a revision of an API with its gateway address.
func newRevision(doc *store.Document, address string) (*revision, error) {
	var api apim.API
	if err := doc.Decode(&api); err != nil {
		return nil, err
	}
	if !api.IsCurrent {
		address += ";rev=" + api.APIRevision
	}
	return &revision{
		APIID: doc.Ref, APIRevision: api.APIRevision, CreatedAt: doc.CreatedAt, UpdatedAt: doc.UpdatedAt,
		Description: api.APIRevisionDescription, PrivateURL: address, IsOnline: api.Online(), IsCurrent: api.IsCurrent,
	}, nil
}

// putRelease makes a revision current: the one in apiId, else the one in the address.
func putRelease(w *write) (err error) {
	r := w.resource.(*apim.Release)
	if named := w.call.ref.Parent(); w.old == nil && r.APIID == "" && named != named.Alias() {
		r.APIID = string(named)
	}
	w.doc, err = apis.PutRelease(w.tx, w.ref, w.old, r)
	return err
}
