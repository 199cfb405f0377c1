package portal

import (
	"context"
	"errors"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/widget"
	"time"
)

// Failures of requests that no domain service knows of.
var (
	errMethod      = errors.New("method not allowed")
	errForeign     = errors.New("the request comes from another site")
	errUnpublished = errors.New("no site has been published yet")
)

// problem is what the visitor is told of a failure.
type problem struct {
	status      int
	title, text string
}

// problemOf maps an error to what the visitor is told. 404 and 500 are pages of
// the site; the others are rare enough for a page of our own.
func problemOf(err error) problem {
	var invalid *apim.InvalidError
	var large *apim.TooLargeError
	switch {
	case errors.Is(err, apim.ErrNotFound):
		return problem{404, words("failure.missing.title"), words("failure.missing.text")}
	case errors.Is(err, errMethod):
		return problem{405, words("failure.method.title"), words("failure.method.text")}
	case errors.Is(err, errForeign):
		return problem{403, words("failure.foreign.title"), words("failure.foreign.text")}
	case errors.Is(err, settings.ErrDelegated):
		return problem{403, words("failure.delegated.title"), words("failure.delegated.text")}
	case errors.Is(err, settings.ErrPasswordsOff):
		return problem{403, words("failure.forbidden.title"), words("signin.closed")}
	case errors.Is(err, apim.ErrForbidden):
		return problem{403, words("failure.forbidden.title"), words("failure.forbidden.text")}
	case errors.Is(err, apim.ErrTooManyRequests):
		return problem{429, words("failure.tooMany.title"), words("failure.tooMany.text")}
	case errors.As(err, &large):
		return problem{413, words("failure.tooLarge.title"), large.Message}
	case errors.Is(err, apim.ErrTooSlow):
		return problem{408, words("failure.tooSlow.title"), words("failure.tooSlow.text")}
	case errors.Is(err, apim.ErrTooLarge):
		return problem{413, words("failure.tooLarge.title"), words("failure.tooLarge.text")}
	case errors.As(err, &invalid):
		return problem{400, words("failure.invalid.title"), sentences(invalid)}
	case errors.Is(err, errStopping):
		return problem{503, words("failure.stopping.title"), words("failure.stopping.text")}
	case errors.Is(err, apim.ErrFull):
		return problem{507, words("failure.unwritable.title"), words("failure.full.text")}
	case errors.Is(err, apim.ErrReadOnly):
		return problem{507, words("failure.unwritable.title"), words("failure.readOnly.text")}
	case errors.Is(err, apim.ErrUnavailable):
		return problem{503, words("failure.unavailable.title"), words("failure.unavailable.text")}
	case errors.Is(err, errUnpublished):
		return problem{503, words("failure.unpublished.title"), words("failure.unpublished.text")}
	}
	return problem{500, words("failure.failed.title"), words("failure.failed.text")}
}

// sentences are what is wrong with the fields of a form.
func sentences(e *apim.InvalidError) string {
	var list []string
	for _, v := range e.Violations {
		list = append(list, v.Message)
	}
	return strings.Join(list, " ")
}

// fail tells the visitor why a request was not answered, and the log when it is our fault.
func (p *Portal) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the browser has gone
	}
	var elsewhere *moved
	if errors.As(err, &elsewhere) {
		if err = p.lead(w, r, elsewhere); err == nil {
			return
		}
	}
	if errors.Is(err, apim.ErrUnauthorized) && r.Method == http.MethodPost {
		redirect(w, r, address.SignInFor(cameFrom(r)), http.StatusSeeOther)
		return
	}
	about := problemOf(err)
	if about.status >= 500 {
		p.cfg.Logger.Error("request failed", "method", r.Method, "path", address.Redacted(r.URL), "request", requestID(r), "error", err)
	}
	retryAfter(w, err)
	for _, name := range []string{"Content-Encoding", "Content-Length", "Etag", "Content-Disposition"} {
		w.Header().Del(name)
	}
	if page := problemPages[about.status]; page != "" && p.problemPage(w, r, page, about.status) == nil {
		return
	}
	p.plainProblem(w, r, about)
}

// retryAfter tells a client that tried too often when to come back, in whole
// seconds, and one that met a database that is away; 0 for any other error.
func retryAfter(w http.ResponseWriter, err error) (seconds int) {
	if errors.Is(err, errStopping) {
		w.Header().Set("Retry-After", "10")
	}
	var limited interface{ RetryIn() time.Duration }
	switch {
	case errors.As(err, &limited):
		seconds = int(limited.RetryIn().Seconds()) + 1
	case errors.Is(err, apim.ErrUnavailable):
		seconds = arm.RetryAfter(err)
	default:
		return 0
	}
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	return seconds
}

// cameFrom is the page of ours that a form was on; the profile when it is not known.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Header.Get("Referer"))
	if err != nil || u.Host != r.Host {
		return address.Profile
	}
	return address.Local(u.EscapedPath(), address.Profile)
}

// problemPages are the pages that sites show for a status.
var problemPages = map[int]string{http.StatusNotFound: address.NotFound, http.StatusInternalServerError: address.Failed}

// problemPage answers with the site's page for a status. When that page fails
// too, nothing has been sent.
func (p *Portal) problemPage(w http.ResponseWriter, r *http.Request, page string, status int) error {
	v, err := p.visit(w, r)
	if err != nil {
		v = &visit{Visitor: catalog.Guest()}
	}
	return p.sendPage(w, r, v, page, status, func(in *widget.Render) {
		in.Problem = widget.Problem{Status: status, RequestID: requestID(r)}
	})
}

// plainProblem needs neither site nor store.
func (p *Portal) plainProblem(w http.ResponseWriter, r *http.Request, about problem) {
	id := ""
	if requestID(r) != "" {
		id = "<p>" + html.EscapeString(words("failure.request", "id", requestID(r)))
	}
	body := `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>` +
		html.EscapeString(about.title) + `</title><h1>` + html.EscapeString(about.title) + `</h1><p>` + html.EscapeString(about.text) +
		`<p><a href="` + address.Home + `">` + html.EscapeString(words("failure.home")) + `</a>` + id
	if err := once(about.status, []byte(body), htmlType, fragmentPolicy).send(w, r, p.common); err != nil {
		p.cfg.Logger.Error("an error page could not be sent", "request", requestID(r), "error", err)
	}
}
