package portal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/console"
	"github.com/portico-portal/portico/internal/widget"
)

// part is a part beside a page (design.md §5 Parameters): what it is of, and
// what it is rendered with.
type part struct {
	visit *visit
	data  *data
	in    widget.Render
	also  []string // groups that content rules name: they are part of the audience
}

// part reads the resources that the address names. query lists the parameters
// that matter.
func (p *Portal) part(w http.ResponseWriter, r *http.Request, query ...string) (*part, error) {
	s, err := p.published()
	if err != nil {
		return nil, err
	}
	v, err := p.visit(w, r)
	if err != nil {
		return nil, err
	}
	shared := p.cfg.Catalog.Shared(v.Visitor)
	d := p.data(s, shared, r.URL.EscapedPath())
	in := widget.Render{Visitor: shared, Data: d, Params: widget.Params{Path: r.URL.EscapedPath()}}
	in.Params.Query, _ = declared(r.URL.Query(), query)
	if id := r.PathValue("api"); id != "" {
		api, err := d.API(r.Context(), id)
		if err != nil {
			return nil, err
		}
		in.Params.API = api.ID
		if name := r.PathValue("operation"); name != "" {
			op, err := d.Operation(r.Context(), api, name)
			if err != nil {
				return nil, err
			}
			in.Params.Operation = op.ID
		}
	}
	return &part{visit: v, data: d, in: in}, nil
}

// keep answers with what render makes, kept for the visitor's audience unless
// the query is free text.
func (p *Portal) keep(w http.ResponseWriter, r *http.Request, part *part, render func(context.Context) (*stored, error)) error {
	makePart := func(ctx context.Context) (cache.Made[*stored], error) {
		s, err := render(ctx)
		if err != nil {
			return cache.Made[*stored]{}, err
		}
		return cache.Made[*stored]{Value: s, Deps: part.data.read()}, nil
	}
	query := part.in.Params.Query
	if query.Get("q") != "" || len(query.Encode()) > maxQuery {
		made, err := makePart(r.Context())
		if err != nil {
			return err
		}
		return p.send(w, r, http.StatusOK, made.Value.body, made.Value.headers...)
	}
	key := pageKey{part.data.site.Revision, r.URL.EscapedPath(), "part&" + query.Encode(), p.cfg.Catalog.Audience(part.visit.Visitor, part.also...)}
	s, err := p.pages.Load(r.Context(), key, p.growing(key, makePart))
	if err != nil {
		return err
	}
	return s.serve(w, r, p.common)
}

// operationGroup is a group of a large API's operation list.
func (p *Portal) operationGroup(w http.ResponseWriter, r *http.Request) error {
	part, err := p.part(w, r, "group", "q")
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		body, err := widget.OperationGroup(ctx, part.in)
		return newStored(body, revalidate, htmlType, fragmentPolicy), err
	})
}

// sample is the code sample of an operation in a language.
func (p *Portal) sample(w http.ResponseWriter, r *http.Request) error {
	part, err := p.part(w, r)
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		kind, body, err := widget.SampleFragment(ctx, part.in, r.PathValue("language"), nil)
		return newStored(body, revalidate, contentType(kind), fragmentPolicy), err
	})
}

// maxSampleRequest bounds the request that a sample is made of, in bytes.
const maxSampleRequest = 1 << 20

// sampleOfRequest is a code sample that makes the call typed in the console. It
// is kept nowhere.
func (p *Portal) sampleOfRequest(w http.ResponseWriter, r *http.Request) error {
	part, err := p.part(w, r)
	if err != nil {
		return err
	}
	request, err := readCall(http.MaxBytesReader(w, r.Body, maxSampleRequest))
	if err != nil {
		return err
	}
	kind, body, err := widget.SampleFragment(r.Context(), part.in, r.PathValue("language"), request)
	if err != nil {
		return err
	}
	return p.send(w, r, http.StatusOK, body, contentType(kind), fragmentPolicy)
}

// readCall reads the call that the console's island describes.
func readCall(body io.Reader) (*console.Request, error) {
	var call struct {
		Method, URL string
		Headers     []console.Header
		Body        string
		ContentType string
	}
	if err := json.NewDecoder(body).Decode(&call); err != nil {
		return nil, apim.Invalid("request", "The request must be a JSON object with method, url, headers, body and contentType.")
	}
	if u, err := url.Parse(call.URL); err != nil || u.Host == "" || call.Method == "" {
		return nil, apim.Invalid("url", "url must be an absolute address, and method not empty.")
	}
	return &console.Request{Method: call.Method, URL: call.URL, Headers: call.Headers, Body: []byte(call.Body), ContentType: call.ContentType}, nil
}

// suggest is the search box's list.
func (p *Portal) suggest(w http.ResponseWriter, r *http.Request) error {
	part, err := p.part(w, r)
	if err != nil {
		return err
	}
	m := part.data.site.Match(address.Search)
	if m == nil {
		return apim.ErrNotFound
	}
	compiled, err := m.Page.Compiled()
	if err != nil {
		return err
	}
	shared := p.cfg.Catalog.Shared(part.visit.Visitor, searchGroups(part.data.site)...)
	part.data.visitor, part.in.Visitor = shared, shared
	part.in.Params.Query = url.Values{"q": r.URL.Query()["q"], "fragment": {"1"}}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		out, err := compiled.Fragment(ctx, part.in)
		if err != nil {
			return nil, err
		}
		return newStored(out.HTML(), revalidate, htmlType, fragmentPolicy), nil
	})
}

// download is an API's description in a format, generated from what is stored.
func (p *Portal) download(format, mediaType string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		part, err := p.part(w, r)
		if err != nil {
			return err
		}
		api, err := part.data.API(r.Context(), part.in.Params.API)
		if err != nil || p.cfg.Descriptions == nil {
			return orNotFound(err)
		}
		return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
			body, err := p.cfg.Descriptions.Export(ctx, api.Revision, format)
			if err != nil {
				return nil, fmt.Errorf("export %s: %w", api.Revision, err)
			}
			return newStored(body, revalidate, contentType(mediaType), attachment(api, format), fragmentPolicy), nil
		})
	}
}

// downloadOriginal is the description an API was imported from, as it came.
func (p *Portal) downloadOriginal(w http.ResponseWriter, r *http.Request) error {
	part, err := p.part(w, r)
	if err != nil {
		return err
	}
	api, err := part.data.API(r.Context(), part.in.Params.API)
	if err != nil || p.cfg.Descriptions == nil {
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
	for _, f := range with(p.common, contentType(mediaType), attachment(api, extension), mediaPolicy) {
		w.Header()[f.name] = f.values
	}
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
	}, api.ID)
	return header{"Content-Disposition", []string{`attachment; filename="` + name + "." + extension + `"`}}
}
