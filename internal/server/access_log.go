package server

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/portico-portal/portico/internal/address"
)

// AccessLog writes a line for each request: no query, no header but User-Agent,
// no body.
type AccessLog struct {
	Logger *slog.Logger
	Now    func() time.Time
}

// Of is a handler that logs what the handler of a surface answers.
func (l *AccessLog) Of(surface string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, path, method := l.Now(), address.Redacted(r.URL), r.Method // the handler may change the request
		seen := &answered{ResponseWriter: w, status: http.StatusInternalServerError}
		defer func() {
			l.Logger.Info("request", "surface", surface, "method", method, "path", path, "status", seen.status, "bytes", seen.bytes,
				"ms", l.Now().Sub(began).Milliseconds(), "address", r.RemoteAddr, "agent", r.UserAgent(), "request", w.Header().Get("X-Request-Id"))
		}()
		next.ServeHTTP(seen, r)
		seen.begin(http.StatusOK)
	})
}

// answered remembers what was sent. Until something is, the status is that of a
// handler which panics.
type answered struct {
	http.ResponseWriter
	status int
	bytes  int64
	begun  bool
}

func (a *answered) begin(status int) {
	if !a.begun {
		a.begun, a.status = status >= http.StatusOK || status == http.StatusSwitchingProtocols, status
	}
}

func (a *answered) WriteHeader(status int) {
	a.begin(status)
	a.ResponseWriter.WriteHeader(status)
}

func (a *answered) Write(b []byte) (int, error) {
	a.begin(http.StatusOK)
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answered) Unwrap() http.ResponseWriter { return a.ResponseWriter }
