package audit

import (
	"encoding/json"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// Entry is an entry of the audit log on the wire and in logs. Secrets are masked.
type Entry struct {
	Timestamp  time.Time       `json:"timestamp"`
	Actor      string          `json:"actor"`                // user id, integration, token:NAME, system, unknown, ...
	IPAddress  string          `json:"ipAddress,omitempty"`  // where the request came from
	RequestID  string          `json:"requestId,omitempty"`  // as in the server's log
	Action     string          `json:"action"`               // put, delete, link, unlink, publish, signIn, ...
	Outcome    store.Outcome   `json:"outcome"`              // succeeded, or failed, throttled, denied
	ResourceID string          `json:"resourceId,omitempty"` // in lower case, below the service
	Before     json.RawMessage `json:"before,omitempty"`
	After      json.RawMessage `json:"after,omitempty"`
}

// EntryOf is a stored entry as it is shown.
func EntryOf(e store.AuditEntry) Entry {
	return Entry{
		Timestamp: e.At, Actor: e.Actor.Name, IPAddress: e.Actor.Address, RequestID: e.Actor.RequestID,
		Action: e.Action, Outcome: e.Outcome, ResourceID: string(e.Key), Before: e.Before, After: e.After,
	}
}
