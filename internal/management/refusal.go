package management

import (
	"errors"
	"net/http"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/audit"
	"github.com/portico-portal/portico/internal/store"
)

// unknown notes a caller without a good token: why, and whose it was if that is
// certain.
func (h *handler) unknown(r *http.Request, err error) {
	if !errors.Is(err, apim.ErrUnauthorized) {
		return
	}
	what := audit.Refusal{Action: "authenticate", Outcome: store.Failed, Reason: err.Error()}
	var refused *account.RefusedError
	if errors.As(err, &refused) {
		what.Reason, what.Actor = refused.Reason, refused.Subject
	}
	h.note(r, what)
}

// denied notes that a caller may not do what was asked for, and returns err.
func (c *call) denied(err error) error {
	var denied *access.DeniedError
	if !errors.As(err, &denied) && !errors.Is(err, apim.ErrForbidden) {
		return err
	}
	c.note(c.r, audit.Refusal{
		Actor: c.principal.Name(), Action: "authorize", Outcome: store.Denied, Resource: c.ref, Reason: err.Error(),
	})
	return err
}

func (h *handler) note(r *http.Request, what audit.Refusal) {
	what.Address, what.RequestID = r.RemoteAddr, r.Header.Get("X-Request-Id")
	h.Refusals.Note(r.Context(), what)
}

// serveBeside answers what needs no token in Authorization: links to exports,
// media and the status. A wrong or old signature in an address is noted.
func (h *handler) serveBeside(w http.ResponseWriter, r *http.Request) bool {
	seen := &statusWriter{ResponseWriter: w}
	if !h.serveLink(seen, r) && !h.media.Serve(seen, r) && !h.serveStatus(seen, r) {
		return false
	}
	if seen.status == http.StatusForbidden || seen.status == http.StatusUnauthorized {
		h.note(r, audit.Refusal{Action: "authenticate", Outcome: store.Failed, Reason: "the signature of an address is wrong or has expired"})
	}
	return true
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
