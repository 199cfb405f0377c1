package portal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	rights "github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/console"
	"github.com/portico-portal/portico/internal/widget"
)

// part is a request for a part beside a page (design.md §5 Parameters): of the
// resources that the address names. query lists the parameters that count.
func (p *Portal) part(w http.ResponseWriter, r *http.Request, query ...string) (*request, error) {
	s, err := p.sites.published()
	if err != nil {
		return nil, err
	}
	v, err := p.visit(w, r)
	if err != nil {
		return nil, err
	}
	req := &request{visit: v, site: s, address: r.URL.EscapedPath(), shared: p.cfg.Catalog.Shared(v.Visitor), params: widget.Params{
		API: apim.PublicID(r.PathValue("api")), Operation: apim.Name(r.PathValue("operation")), Path: r.URL.EscapedPath(), Query: declared(r.URL.Query(), query),
	}}
	return req, p.spell(r.Context(), v.Visitor, &req.params)
}

// sendPart sends what render makes of a request for a part.
func (p *Portal) sendPart(w http.ResponseWriter, r *http.Request, req *request, render render) error {
	a, err := p.load(r.Context(), req, render)
	if err != nil {
		return err
	}
	return a.send(w, r, p.common)
}

// operationGroup is a group of a large API's operation list.
func (p *Portal) operationGroup(w http.ResponseWriter, r *http.Request) error {
	req, err := p.part(w, r, "group", "q")
	if err != nil {
		return err
	}
	return p.sendPart(w, r, req, func(ctx context.Context, d *data) (*answer, error) {
		body, err := widget.OperationGroup(ctx, p.input(d))
		return newAnswer(body, revalidate, htmlType, fragmentPolicy), err
	})
}

// sample is the code sample of an operation in a language.
func (p *Portal) sample(w http.ResponseWriter, r *http.Request) error {
	req, err := p.part(w, r)
	if err != nil {
		return err
	}
	return p.sendPart(w, r, req, func(ctx context.Context, d *data) (*answer, error) {
		kind, body, err := widget.SampleFragment(ctx, p.input(d), r.PathValue("language"), nil)
		return newAnswer(body, revalidate, contentType(kind), fragmentPolicy), err
	})
}

// maxSampleRequest bounds the description of a call that a sample is made of, in
// bytes: JSON spells a byte in six at most.
const maxSampleRequest = 6*console.MaxSample + 4<<10

// sampleOfRequest is a code sample that makes the call typed in the console. It
// is kept nowhere.
func (p *Portal) sampleOfRequest(w http.ResponseWriter, r *http.Request) error {
	req, err := p.part(w, r)
	if err != nil {
		return err
	}
	call, err := readCall(http.MaxBytesReader(w, r.Body, maxSampleRequest))
	if err != nil {
		return err
	}
	kind, body, err := widget.SampleFragment(r.Context(), p.input(p.data(req, req.shared)), r.PathValue("language"), call)
	if err != nil {
		return err
	}
	return once(http.StatusOK, body, contentType(kind), fragmentPolicy).send(w, r, p.common)
}

// readCall reads the call that the console's island describes.
func readCall(body io.Reader) (*console.Request, error) {
	var call struct {
		Method, URL string
		Headers     []console.Header
		Body        string
		ContentType string
	}
	err := json.NewDecoder(body).Decode(&call)
	if large := new(http.MaxBytesError); errors.As(err, &large) {
		return nil, apim.TooLarge("A code sample is made of a call that is described in at most %d KB.", large.Limit>>10)
	}
	if errors.Is(err, apim.ErrTooSlow) {
		return nil, err
	}
	if err != nil {
		return nil, apim.Invalid("request", "The request must be a JSON object with method, url, headers, body and contentType.")
	}
	if u, err := url.Parse(call.URL); err != nil || u.Host == "" || call.Method == "" {
		return nil, apim.Invalid("url", "url must be an absolute address, and method not empty.")
	}
	return &console.Request{Method: call.Method, URL: call.URL, Headers: call.Headers, Body: []byte(call.Body), ContentType: call.ContentType}, nil
}

// suggest is the search box's list.
func (p *Portal) suggest(w http.ResponseWriter, r *http.Request) error {
	req, err := p.part(w, r)
	if err != nil {
		return err
	}
	m := req.site.Match(address.Search)
	if m == nil {
		return apim.ErrNotFound
	}
	if req.page, err = m.Page.Compiled(); err != nil {
		return err
	}
	req.params.Query = url.Values{"q": r.URL.Query()["q"], "fragment": {"1"}}
	p.audience(req)
	return p.sendPart(w, r, req, p.renderFragment)
}

// download is an API's description in a format, generated from what is stored.
func (p *Portal) download(format, mediaType string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		req, err := p.part(w, r)
		if err != nil || p.cfg.Descriptions == nil {
			return orNotFound(err)
		}
		return p.sendLarge(w, r, req, p.exports, func(ctx context.Context, d *data) (*answer, error) {
			api, err := d.API(req.params.API)
			if err != nil {
				return nil, err
			}
			body, err := p.cfg.Descriptions.Export(ctx, api.Revision, format)
			if err != nil {
				return nil, fmt.Errorf("export %s: %w", api.Revision, err)
			}
			return newAnswer(body, revalidate, contentType(mediaType), attachment(api, format), fragmentPolicy), nil
		})
	}
}

// downloadOriginal is the description an API was imported from, as it came: for
// administrators, since it names backends and operations that are no longer there.
func (p *Portal) downloadOriginal(w http.ResponseWriter, r *http.Request) error {
	req, err := p.part(w, r)
	if err != nil {
		return err
	}
	api, err := p.cfg.Catalog.API(req.visit.Visitor, req.params.API)
	if err != nil || p.cfg.Descriptions == nil || !req.visit.Admin || p.mayAct(r, req.visit, rights.ActionOf("apis", rights.Read)) != nil {
		return orNotFound(err)
	}
	body, mediaType, err := p.cfg.Descriptions.Original(r.Context(), api.Revision)
	if err != nil {
		return err
	}
	defer body.Close()
	extension := "yaml"
	if strings.Contains(mediaType, "json") {
		extension = "json"
	}
	setHeaders(w.Header(), with(p.common, contentType(mediaType), attachment(api, extension), mediaPolicy))
	w.Header().Set("Cache-Control", personal)
	io.Copy(w, body) // an error means that the browser has gone
	return nil
}

func orNotFound(err error) error {
	if err == nil {
		return apim.ErrNotFound
	}
	return err
}

// attachment names a downloaded file after the API.
func attachment(api *catalog.API, extension string) header {
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-_.", c) {
			return c
		}
		return '-'
	}, string(api.ID))
	return header{"Content-Disposition", []string{`attachment; filename="` + name + "." + extension + `"`}}
}
