package management

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/audit"
	"github.com/portico-portal/portico/internal/store"
)

// auditRoutes are the audit log and the doctor's findings; APIM has neither.
// The log shows what everyone did, so it is for who may assign roles:
// administrators and owners.
func auditRoutes() []*route {
	log := read("auditLogs", "auditLogs", listAudit)
	log.owners = true
	return []*route{log, read("doctor", "doctor", examine)}
}

// listAudit answers with the entries, newest first, optionally only those about
// a resource and what is below it, by an actor, and so on ([auditQuery]).
func listAudit(c *call) (*answer, error) {
	p, err := arm.ParsePage(c.query)
	if err != nil {
		return nil, err
	}
	q, err := auditQuery(c.query)
	if err != nil {
		return nil, err
	}
	q.Skip, q.Limit = p.Skip, p.Top
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
		list.Value = append(list.Value, audit.EntryOf(e))
	}
	if p.Skip+len(entries) < list.Count && len(entries) > 0 {
		list.NextLink = p.NextLink(c.r, c.query)
	}
	return &answer{status: http.StatusOK, body: list}, nil
}

// auditQuery reads which entries are asked for: resource, actor, action, outcome,
// address, since and until.
func auditQuery(query arm.Query) (store.AuditQuery, error) {
	q := store.AuditQuery{
		Resource: apim.ParseRef(query.Get("resource")), Actor: query.Get("actor"), Action: query.Get("action"),
		Outcome: store.Outcome(query.Get("outcome")), Address: query.Get("address"),
	}
	if q.Outcome != "" && !slices.Contains(store.Outcomes, q.Outcome) {
		return q, arm.InvalidQuery("outcome", fmt.Sprintf("outcome must be one of %v; it is %q.", store.Outcomes, q.Outcome))
	}
	for name, at := range map[apim.Name]*time.Time{"since": &q.Since, "until": &q.Until} {
		text := query.Get(name)
		if text == "" {
			continue
		}
		var err error
		if *at, err = time.Parse(time.RFC3339, text); err != nil {
			return q, arm.InvalidQuery(string(name), fmt.Sprintf("%s must be a time such as 2026-12-01T09:00:00Z; it is %q.", name, text))
		}
	}
	return q, nil
}
