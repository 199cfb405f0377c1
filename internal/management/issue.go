package management

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// Issues live below their API; the service lists all of them at /issues.

func issueRoutes() []*route {
	return []*route{read("issues", "issues", listAllIssues), read("issues/{}", "issues", getAnyIssue)}
}

// serviceIssue is what an issue is at the service.
var serviceIssue = &apim.Kind{Path: "issues", Filter: apim.IssueFilter, Refs: apim.APIIssues.Refs}

// listAllIssues answers GET of the issues of all APIs.
func listAllIssues(c *call) (*answer, error) {
	l, err := c.listing(apim.IssueFilter, false)
	if err != nil {
		return nil, err
	}
	docs, err := c.allIssues()
	if err != nil {
		return nil, err
	}
	docs = selected(docs, l, func(d *store.Document) arm.Record {
		r, _ := arm.NewRecord(d.Name, d.Body, apim.IssueFilter) // a stored body is JSON
		return r
	})
	return page(c, l, docs, func(d *store.Document) (any, error) {
		return c.envelope(serviceIssue, "/issues/"+apim.Ref(d.Name), d.Body)
	})
}

// getAnyIssue answers GET of an issue by its name alone.
func getAnyIssue(c *call) (*answer, error) {
	docs, err := c.allIssues()
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		if d.Name.Same(c.ref.Name()) {
			e, err := c.envelope(serviceIssue, "/issues/"+apim.Ref(d.Name), d.Body)
			return &answer{status: http.StatusOK, etag: d.ETag, body: e}, err
		}
	}
	return nil, apim.ErrNotFound
}

func (c *call) allIssues() ([]*store.Document, error) {
	return view(c, func(tx *store.Tx) ([]*store.Document, error) {
		return tx.ListAll(apim.APIIssues.Path)
	})
}

func issueBehaviour() behaviour {
	return behaviour{prepare: prepareIssue, check: checkIssue, show: showIssue}
}

// prepareIssue sets what follows from the address, and the date of a new issue.
func prepareIssue(w *write) error {
	i := w.resource.(*apim.Issue)
	i.APIID = string(w.ref.Parent())
	if i.CreatedDate == nil {
		now := w.tx.Now()
		i.CreatedDate = &now
	}
	return nil
}

func checkIssue(w *write) error {
	return w.exists("userId", apim.Ref(w.resource.(*apim.Issue).UserID), apim.Users)
}

func commentBehaviour() behaviour {
	return behaviour{
		prepare: func(w *write) error {
			if comment := w.resource.(*apim.IssueComment); comment.CreatedDate == nil {
				now := w.tx.Now()
				comment.CreatedDate = &now
			}
			return nil
		},
		check: func(w *write) error {
			return w.exists("userId", apim.Ref(w.resource.(*apim.IssueComment).UserID), apim.Users)
		},
	}
}

// showIssue adds comments and attachments when expandCommentsAttachments asks for them.
func showIssue(c *call, doc *store.Document) (json.RawMessage, error) {
	expand, err := c.query.Bool("expandCommentsAttachments")
	if !expand || err != nil {
		return doc.Body, err
	}
	parts := map[string]any{}
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		for _, kind := range []*apim.Kind{apim.IssueComments, apim.IssueAttachments} {
			docs, err := tx.List(kind.Path, doc.Ref)
			if err != nil {
				return err
			}
			bodies := make([]arm.Envelope, 0, len(docs))
			for _, d := range docs {
				e, err := c.envelope(kind, d.Ref, d.Body)
				if err != nil {
					return err
				}
				bodies = append(bodies, e)
			}
			parts[collectionOf(kind)] = bodies
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return withMembers(doc.Body, parts)
}

// withMembers returns a body with members added.
func withMembers(body json.RawMessage, members map[string]any) (json.RawMessage, error) {
	added, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	return arm.MergePatch(body, added)
}

// exists requires that a reference names an existing entity of a kind; empty is allowed.
func (w *write) exists(field string, ref apim.Ref, kind *apim.Kind) error {
	if ref == "" {
		return nil
	}
	resolved, err := w.stored(w.tx, apim.ParseRef(string(ref)))
	if err != nil || resolved.KindPath() != kind.Path {
		return apim.Invalid(field, fmt.Sprintf("%s names %s, which does not exist.", field, ref))
	}
	return nil
}
