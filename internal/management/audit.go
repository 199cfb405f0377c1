package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// auditRoutes are the audit log and the doctor's findings; APIM has neither.
// They show what everyone did, so they also require the right to read role
// assignments: administrators and owners have it.
func auditRoutes() []*route {
	log := read("auditLogs", "auditLogs", listAudit)
	log.also = authorizationProvider + "/roleAssignments/" + access.Write
	return []*route{log, read("doctor", "doctor", examine)}
}

// auditEntry is an entry of the audit log on the wire. Secrets are masked.
type auditEntry struct {
	Timestamp  time.Time       `json:"timestamp"`
	Actor      string          `json:"actor"`                // user id, integration, token:NAME, system, ...
	IPAddress  string          `json:"ipAddress,omitempty"`  // where the request came from
	RequestID  string          `json:"requestId,omitempty"`  // as in the server's log
	Action     string          `json:"action"`               // put, delete, link, unlink, publish, ...
	ResourceID string          `json:"resourceId,omitempty"` // in lower case, below the service
	Before     json.RawMessage `json:"before,omitempty"`
	After      json.RawMessage `json:"after,omitempty"`
}

// listAudit answers with the entries, newest first, optionally only those about
// a resource and what is below it, by an actor, or since a time.
func listAudit(c *call) (*answer, error) {
	p, err := arm.ParsePage(c.query)
	if err != nil {
		return nil, err
	}
	q := store.AuditQuery{
		Resource: apim.ParseRef(c.query.Get("resource")), Actor: c.query.Get("actor"), Skip: p.Skip, Limit: p.Top,
	}
	if text := c.query.Get("since"); text != "" {
		if q.Since, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, arm.InvalidQuery("since", fmt.Sprintf("since must be a time such as 2026-12-01T09:00:00Z; it is %q.", text))
		}
	}
	list := arm.List{Value: []any{}}
	entries, err := view(c, func(tx *store.Tx) ([]store.AuditEntry, error) {
		if list.Count, err = tx.CountAudit(q); err != nil {
			return nil, err
		}
		return tx.AuditLog(q)
	})
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		list.Value = append(list.Value, auditEntry{
			Timestamp: e.At, Actor: e.Actor.Name, IPAddress: e.Actor.Address, RequestID: e.Actor.RequestID,
			Action: e.Action, ResourceID: string(e.Key), Before: e.Before, After: e.After,
		})
	}
	if p.Skip+len(entries) < list.Count && len(entries) > 0 {
		list.NextLink = p.NextLink(c.r, c.query)
	}
	return &answer{status: http.StatusOK, body: list}, nil
}
