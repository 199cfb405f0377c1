package server

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/address"
)

// entry is the first handler of every request to a surface.
type entry struct {
	next    http.Handler
	surface string
	pace    pace
	duplex  bool
	hosts   hosts
	hsts    bool
	proxied atomic.Bool // a proxy that is not trusted has been seen
	relay   bool
	ids     *requestIDs
	trusted proxies
	logger  *slog.Logger
	ready   func(ctx context.Context) error
}

// ServeHTTP answers in time a request that has a body, or is one of many on its connection.
func (e *entry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 && r.ProtoMajor == 1 {
		e.serve(w, r)
		return
	}
	d, r := e.paced(w, r)
	defer d.end()
	e.serve(d, r)
}

// serve answers the health addresses and passes everything else on with a request id.
func (e *entry) serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case address.Health:
		answer(w, http.StatusOK, "ok")
		return
	case address.Ready:
		e.serveReady(w, r)
		return
	}
	if !e.trusted.forwarded(r) && !e.proxied.Swap(true) {
		e.logger.Warn("a proxy is not trusted: all its callers count as one, and addresses may be wrong; if it is yours, name it",
			"surface", e.surface, "proxy", r.RemoteAddr, "setting", "--trust-proxy")
	}
	id := e.ids.next()
	if !e.relay || r.Header["X-Request-Id"] == nil {
		r.Header["X-Request-Id"] = []string{id}
	}
	w.Header()["X-Request-Id"] = []string{id}
	if len(r.TransferEncoding) > 0 {
		// net/http takes a Content-Length beside it away unseen: RFC 9112 §6.1
		// wants the connection of such a request closed.
		w.Header()["Connection"] = []string{"close"}
	}
	if e.hsts {
		w.Header()["Strict-Transport-Security"] = hsts
	}
	if e.hosts != nil && !e.hosts.allow(r) {
		e.misdirected(w, r)
		return
	}
	defer e.recover(w, r, id)
	e.next.ServeHTTP(w, r)
}

func (e *entry) serveReady(w http.ResponseWriter, r *http.Request) {
	if err := e.ready(r.Context()); err != nil {
		answer(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
		return
	}
	answer(w, http.StatusOK, "ok")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

// recover turns a panic into a 500 that names the request, unless an answer has begun.
func (e *entry) recover(w http.ResponseWriter, r *http.Request, id string) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	e.logger.Error("panic", "surface", e.surface, "method", r.Method, "path", address.Redacted(r.URL), "request", id,
		"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	refuse(w, http.StatusInternalServerError, "InternalServerError", "Something went wrong on our side. Quote request "+id+" when you ask about it.")
}

// refuse answers with an error in the form of the management API.
func refuse(w http.ResponseWriter, status int, code, message string) {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": code, "message": message, "details": nil}})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	w.Write(body)
}

// requestIDs makes ids that are unique across processes: a random prefix and a counter.
type requestIDs struct {
	prefix string
	count  atomic.Uint64
}

func newRequestIDs(random func([]byte) (int, error)) (*requestIDs, error) {
	var b [6]byte
	if _, err := random(b[:]); err != nil {
		return nil, fmt.Errorf("make request id prefix: %w", err)
	}
	return &requestIDs{prefix: hex.EncodeToString(b[:]) + "-"}, nil
}

func (ids *requestIDs) next() string {
	return ids.prefix + strconv.FormatUint(ids.count.Add(1), 36)
}
