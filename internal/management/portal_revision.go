package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/site/publish"
)

// publishSite answers PUT of a portal revision: 201 always, also when the site has
// errors and the revision failed (apim-rest.md §0.8, design.md §5).
func publishSite(c *call, properties json.RawMessage) (*answer, error) {
	var in struct {
		Description string     `json:"description"`
		IsCurrent   bool       `json:"isCurrent"`
		Scheduled   *time.Time `json:"scheduledDateTime"`
	}
	if err := arm.Unmarshal(properties, &in); err != nil {
		return nil, err
	}
	if in.IsCurrent && in.Scheduled != nil {
		return nil, apim.Invalid("scheduledDateTime", "A revision is published now (isCurrent) or later (scheduledDateTime), not both.")
	}
	if !c.route.kind.ValidName(c.ref.Name()) {
		return nil, apim.Invalid("name", fmt.Sprintf("%q is not a valid name for a portal revision.", c.ref.Name()))
	}
	if err := c.match.CheckAbsent(); err != nil {
		return nil, err
	}
	var err error
	if in.Scheduled != nil {
		_, err = c.Publisher.PublishAt(c.r.Context(), c.actor(), c.ref.Name(), in.Description, *in.Scheduled)
	} else {
		_, err = c.Publisher.Publish(c.r.Context(), c.actor(), c.ref.Name(), in.Description, in.IsCurrent)
	}
	if err != nil {
		return nil, err
	}
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	return c.entity(http.StatusCreated, doc)
}

// preparePortalRevision lets a PATCH change the description alone: the rest is
// what publishing found. isCurrent is handled by makePublished.
func preparePortalRevision(w *write) error {
	var old apim.PortalRevision
	if err := json.Unmarshal(w.old.Body, &old); err != nil {
		return fmt.Errorf("decode %s: %w", w.ref, err)
	}
	old.Description = w.resource.(*apim.PortalRevision).Description
	w.resource = &old
	return nil
}

// makePublished answers a PATCH that makes a portal revision the published site,
// now or later, or takes the latter back. Whatever else it changes has been
// checked by the usual way, after this.
func makePublished(c *call, patch json.RawMessage) error {
	var in struct {
		IsCurrent bool            `json:"isCurrent"`
		Scheduled json.RawMessage `json:"scheduledDateTime"`
	}
	if err := arm.Unmarshal(patch, &in); err != nil || !in.IsCurrent && in.Scheduled == nil || c.r.Method != http.MethodPatch {
		return err
	}
	var at time.Time // stays zero for null
	if err := json.Unmarshal(orNull(in.Scheduled), &at); err != nil {
		return apim.Invalid("scheduledDateTime", fmt.Sprintf("scheduledDateTime must be a time such as 2026-12-01T09:00:00Z, or null; it is %s.", in.Scheduled))
	}
	if in.IsCurrent && !at.IsZero() {
		return apim.Invalid("scheduledDateTime", "A revision is published now (isCurrent) or later (scheduledDateTime), not both.")
	}
	doc, err := c.document()
	if err != nil {
		return err
	}
	if err := c.match.Check(doc.ETag); err != nil {
		return err
	}
	if in.IsCurrent {
		err = c.Publisher.MakeCurrent(c.r.Context(), c.actor(), doc.Name)
	} else {
		err = c.Publisher.Schedule(c.r.Context(), c.actor(), doc.Name, at)
	}
	if err != nil {
		return err
	}
	// That has written the revision: the condition on its old tag is met and used up.
	c.match = arm.Match{}
	return nil
}

func orNull(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return json.RawMessage("null")
	}
	return raw
}

func portalRevisionBehaviour() behaviour {
	return behaviour{before: makePublished, prepare: preparePortalRevision, replace: publishSite}
}

// revisionExtras are what a portal revision answers beyond what API Management
// knows: what changed between two of them, what publishing would find, the draft
// as a revision held it, and an end of old ones. "draft" and "current" stand for revisions.
func revisionExtras() []*route {
	return []*route{
		read("portalRevisions/{}/diff", "portalRevisions", diffRevision).of(apim.PortalRevisions),
		read("portalRevisions/{}/findings", "portalRevisions", listFindings).of(apim.PortalRevisions),
		post("portalRevisions/{}/restoreDraft", "portalRevisions/restoreDraft", restoreDraft).of(apim.PortalRevisions),
		post("portalRevisions/{}/deleteOlder", "portalRevisions/deleteOlder", deleteOlderRevisions).of(apim.PortalRevisions),
	}
}

// diffRevision answers what is different in ?to=, by default the draft.
func diffRevision(c *call) (*answer, error) {
	to := c.r.URL.Query().Get("to")
	if to == "" {
		to = publish.Draft
	}
	diff, err := c.Publisher.Compare(c.r.Context(), c.ref.Name(), to)
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: diff}, nil
}

// listFindings answers what publishing the draft would find now.
func listFindings(c *call) (*answer, error) {
	if !strings.EqualFold(c.ref.Name(), publish.Draft) {
		return nil, apim.Invalid("name", "Only the draft can be checked; what a revision's publishing found is in its statusDetails.")
	}
	found, err := c.Publisher.Check(c.r.Context())
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: map[string]any{"value": append([]apim.Finding{}, found...), "count": len(found)}}, nil
}

// restoreDraft makes the draft what the revision holds.
func restoreDraft(c *call) (*answer, error) {
	diff, err := c.Publisher.RestoreDraft(c.r.Context(), c.actor(), c.ref.Name())
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: diff}, nil
}

// deleteOlderRevisions deletes the revisions made before this one, except the current one.
func deleteOlderRevisions(c *call) (*answer, error) {
	deleted, err := c.Publisher.DeleteOlder(c.r.Context(), c.actor(), c.ref.Name())
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: map[string]any{"deleted": deleted}}, nil
}
