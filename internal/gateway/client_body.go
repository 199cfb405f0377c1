package gateway

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
)

// clientBody is the body of a call as the client sends it. It remembers why it
// broke off, which is the client's fault and not the backend's.
type clientBody struct {
	io.ReadCloser
	reading sync.Mutex // held by a Read
	broken  atomic.Pointer[policy.Error]
}

// Read reads; its error is io.EOF or a *policy.Error.
func (b *clientBody) Read(p []byte) (int, error) {
	b.reading.Lock()
	defer b.reading.Unlock()
	n, err := b.ReadCloser.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	e := &policy.Error{Status: http.StatusBadRequest, Source: "request", Reason: "BadRequestBody",
		Message: "The body of the request broke off or is not framed as HTTP requires.", Err: err}
	if errors.Is(err, apim.ErrTooSlow) {
		e.Status, e.Reason, e.Message = http.StatusRequestTimeout, "RequestTimeout", "The body of the request came too slowly."
	}
	b.broken.Store(e)
	return n, e
}

// failure is why the body broke off, or nil.
func (b *clientBody) failure() *policy.Error {
	if b == nil {
		return nil
	}
	return b.broken.Load()
}

// tooSlow is that the body came too slowly, or nil. The server calls off a call
// before the Read that has failed returns: that is waited for.
func (b *clientBody) tooSlow() *policy.Error {
	if b == nil {
		return nil
	}
	b.reading.Lock()
	defer b.reading.Unlock()
	if e := b.broken.Load(); e != nil && e.Status == http.StatusRequestTimeout {
		return e
	}
	return nil
}
