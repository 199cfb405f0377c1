package store

import (
	"encoding/json"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Document is one stored resource.
type Document struct {
	Ref       apim.Ref        // service-relative id as written
	Kind      string          // kind path, "apis/operations"
	Parent    apim.Key        // of the parent resource, "" at service level
	Workspace apim.Name       // "" outside workspaces
	Name      apim.Name       // last segment as created
	Body      json.RawMessage // the `properties`
	Extra     json.RawMessage // what the wire model has no field for (operations, APIs); may be nil
	ETag      string          // opaque, without quotes; changes with every write
	Seq       int64           // the change that wrote it
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Key is the document's key, the lower-case ref.
func (d *Document) Key() apim.Key { return d.Ref.Key() }

// body is the body of a document that there need not be.
func (d *Document) body() json.RawMessage {
	if d == nil {
		return nil
	}
	return d.Body
}

// System is the name of the actor that the program itself is.
const System = "system"

// Actor is the author of a change, for the audit log.
type Actor struct {
	Name      string // user id, "integration", [System], ...
	Address   string // remote address, may be ""
	RequestID string
}

// Change is one entry of the change feed.
type Change struct {
	Seq int64
	Key apim.Key // of the resource; for a link, of its from side
	Op  Op
	At  time.Time
}

// Op is what happened to a resource.
type Op string

// The operations of the feed.
const (
	OpPut    Op = "put"
	OpDelete Op = "delete"
	OpLink   Op = "link" // an association of Key changed
)

// AuditEntry is one row of the audit log. Before and After are without secrets.
type AuditEntry struct {
	Seq           int64
	At            time.Time
	Actor         Actor
	Action        string // put, delete, link, unlink, or an action's name
	Outcome       Outcome
	Key           apim.Key
	Before, After json.RawMessage
}

// Session is a signed-in browser. The id is stored hashed.
type Session struct {
	Handle    string // names the session to its owner, and opens nothing
	UserID    apim.Name
	CreatedAt time.Time
	UsedAt    time.Time // to a few minutes
	ExpiresAt time.Time
	UserAgent string
	Address   string
	ByLink    bool   // whether a one-time link began it
	Made      string // how the token was made that began it; "": no request asked for one
}
