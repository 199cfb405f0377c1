package management

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/site/publish"
)

func portalRevisionBehaviour() behaviour {
	return behaviour{read: readPublication, put: putPortalRevision}
}

// publication is what a PUT or PATCH of a portal revision says about publishing it.
type publication struct {
	current   bool      // it becomes the published site now
	scheduled bool      // at was sent
	at        time.Time // when it becomes the published site; zero: never
	checked   *publish.Checked
}

// readPublication reads when a revision is to be published and, for a new one,
// checks the draft.
func readPublication(c *call, properties json.RawMessage) (json.RawMessage, error) {
	var in struct {
		IsCurrent bool            `json:"isCurrent"`
		Scheduled json.RawMessage `json:"scheduledDateTime"`
	}
	if err := arm.Unmarshal(properties, &in); err != nil {
		return nil, err
	}
	p := publication{current: in.IsCurrent, scheduled: in.Scheduled != nil}
	if p.scheduled && json.Unmarshal(in.Scheduled, &p.at) != nil { // null leaves it zero
		return nil, apim.Invalid("scheduledDateTime", fmt.Sprintf("scheduledDateTime must be a time such as 2026-12-01T09:00:00Z, or null; it is %s.", in.Scheduled))
	}
	if p.current && !p.at.IsZero() {
		return nil, apim.Invalid("scheduledDateTime", "A revision is published now (isCurrent) or later (scheduledDateTime), not both.")
	}
	if c.r.Method == http.MethodPut {
		var err error
		if p.checked, err = c.Publisher.Prepare(c.r.Context()); err != nil {
			return nil, err
		}
	}
	c.publication = p
	return properties, nil
}

// putPortalRevision makes a revision of the draft, even one with errors, which
// fails (apim-rest.md §0.8, design.md §5). A PATCH changes the description and
// when the revision is published; everything else was found by publishing.
func putPortalRevision(w *write) error {
	p, name, sent := w.publication, w.ref.Name(), w.resource.(*apim.PortalRevision)
	if w.r.Method == http.MethodPut {
		_, err := w.Publisher.PublishTx(w.tx, publish.Revision{
			Name: name, Description: sent.Description, Author: w.actor().Name, Current: p.current, At: p.at,
		}, p.checked)
		return err
	}
	next := new(apim.PortalRevision)
	if err := w.old.Decode(next); err != nil {
		return err
	}
	next.Description = sent.Description
	w.resource = next
	if err := w.validate(); err != nil {
		return err
	}
	err := w.store()
	w.doc = nil // publishing rewrites it
	switch {
	case err != nil:
	case p.current:
		_, err = w.Publisher.MakeCurrent(w.tx, name)
	case p.scheduled:
		_, err = w.Publisher.Schedule(w.tx, name, p.at)
	}
	return err
}

// revisionExtras are what portal revisions offer beyond APIM: the differences
// between two, what publishing would find, restoring the draft, and deleting
// old ones. "draft" and "current" can be given as revisions.
func revisionExtras() []*route {
	return []*route{
		read("portalRevisions/{}/diff", "portalRevisions", diffRevision).of(apim.PortalRevisions),
		read("portalRevisions/{}/findings", "portalRevisions", listFindings).of(apim.PortalRevisions),
		post("portalRevisions/{}/restoreDraft", "portalRevisions/restoreDraft", restoreDraft).of(apim.PortalRevisions),
		post("portalRevisions/{}/deleteOlder", "portalRevisions/deleteOlder", deleteOlderRevisions).of(apim.PortalRevisions),
	}
}

// diffRevision answers with what differs in ?to=, by default the draft.
func diffRevision(c *call) (*answer, error) {
	to := cmp.Or(apim.Name(c.query.Get("to")), publish.Draft)
	return ok(c.Publisher.Compare(c.r.Context(), c.ref.Name(), to))
}

// listFindings answers with what publishing the draft would find now.
func listFindings(c *call) (*answer, error) {
	if !c.ref.Name().Same(publish.Draft) {
		return nil, apim.Invalid("name", "Only the draft can be checked; what a revision's publishing found is in its statusDetails.")
	}
	found, err := c.Publisher.Check(c.r.Context())
	return ok(map[string]any{"value": append([]apim.Finding{}, found...), "count": len(found)}, err)
}

// restoreDraft makes the draft equal to the revision.
func restoreDraft(c *call) (*answer, error) {
	return ok(c.Publisher.RestoreDraft(c.r.Context(), c.actor(), c.ref.Name()))
}

// deleteOlderRevisions deletes the revisions made before this one, except the current one.
func deleteOlderRevisions(c *call) (*answer, error) {
	deleted, err := c.Publisher.DeleteOlder(c.r.Context(), c.actor(), c.ref.Name())
	return ok(map[string]any{"deleted": deleted}, err)
}
