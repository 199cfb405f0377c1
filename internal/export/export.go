package export

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/routine"
)

// Site is a portal and where its files go.
type Site struct {
	Client *http.Client
	Portal string // where the portal answers now, without a slash at the end
	// Backend is the portal's address for the visitors of the files, without a
	// slash at the end: scripts, forms and links to what is no file lead there.
	Backend string
	Dir     string
	Tell    func(format string, args ...any) // progress; may be nil
}

// Report is what was written.
type Report struct {
	Pages, Files int
	Bytes        int64
	Missing      []string // addresses that pages name and the portal does not have
}

// Limits of an export.
const (
	workers   = 4
	maxAnswer = 64 << 20 // bytes of one file
	tellEvery = 500      // pages between two lines of progress
)

// Export writes the site. The folder must be new, empty, or hold an earlier
// export, which it replaces.
func (s *Site) Export(ctx context.Context) (*Report, error) {
	out, err := openFolder(s.Dir)
	if err != nil {
		return nil, err
	}
	defer out.close()
	x := &run{Site: s, out: out, seen: map[string]bool{}}
	if err := x.sitemap(ctx); err != nil {
		return nil, err
	}
	if err := x.pages(ctx); err != nil {
		return nil, err
	}
	if err := x.files(ctx); err != nil {
		return nil, err
	}
	slices.Sort(x.report.Missing)
	return &x.report, out.finish()
}

// run is one export under way.
type run struct {
	*Site
	out       *folder
	addresses []string        // of pages, escaped
	known     map[string]bool // the same

	mu     sync.Mutex
	seen   map[string]bool // files that pages name
	queue  []string        // those still to be fetched
	report Report
}

// answer is what the portal says at an address.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (x *run) get(ctx context.Context, path string) (*answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, x.Portal+path, nil)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	res, err := x.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("read %s: it is larger than %d MB", path, maxAnswer>>20)
	}
	return &answer{res.StatusCode, res.Header, body}, nil
}

// sitemap reads the addresses of all pages, and keeps the sitemaps themselves.
func (x *run) sitemap(ctx context.Context) error {
	x.known = map[string]bool{}
	queue := []string{address.Sitemap}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		a, err := x.get(ctx, path)
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return fmt.Errorf("read %s: the portal answers %d; a site that guests cannot see cannot be exported", path, a.status)
		}
		var m struct {
			Pages    []string `xml:"url>loc"`
			Sitemaps []string `xml:"sitemap>loc"`
		}
		if err := xml.Unmarshal(a.body, &m); err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		for i, list := range [][]string{m.Pages, m.Sitemaps} {
			for _, loc := range list {
				u, err := url.Parse(loc)
				if err != nil {
					return fmt.Errorf("read %s: %w", path, err)
				}
				if i == 1 {
					queue = append(queue, u.EscapedPath())
				} else if at := orRoot(u.EscapedPath()); !x.known[at] {
					x.known[at] = true
					x.addresses = append(x.addresses, at)
				}
			}
		}
		if err := x.write(strings.TrimPrefix(path, "/"), a.body); err != nil {
			return err
		}
	}
	return nil
}

func orRoot(path string) string {
	if path == "" {
		return address.Home
	}
	return path
}

// pages writes every page and its twin.
func (x *run) pages(ctx context.Context) error {
	if err := each(ctx, x.addresses, x.page); err != nil {
		return err
	}
	for _, path := range address.Personal { // they need the server: files in their place lead there
		if !x.known[path] {
			if err := x.write(pageFile(path), leading(x.Backend+path)); err != nil {
				return err
			}
		}
	}
	a, err := x.get(ctx, "/no-such-page")
	if err != nil {
		return err
	}
	return x.document("404.html", a)
}

// each calls fn with every path, a few at a time, until one fails.
func each(ctx context.Context, paths []string, fn func(context.Context, string) error) error {
	g, ctx := routine.WithContext(ctx)
	g.SetLimit(workers)
	for _, path := range paths {
		g.Go(func() error { return fn(ctx, path) })
	}
	return g.Wait()
}

func (x *run) page(ctx context.Context, path string) error {
	a, err := x.get(ctx, path)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		x.missing(path)
		return nil
	}
	if err := x.document(pageFile(path), a); err != nil {
		return err
	}
	x.mu.Lock()
	x.report.Pages++
	if x.Tell != nil && x.report.Pages%tellEvery == 0 {
		x.Tell("%d of %d pages", x.report.Pages, len(x.addresses))
	}
	x.mu.Unlock()
	twin := address.Twin(path)
	if a, err = x.get(ctx, twin); err != nil || a.status != http.StatusOK {
		return err
	}
	return x.write(filePath(twin), a.body)
}

// document writes a page whose links and scripts lead to the right places.
func (x *run) document(name string, a *answer) error {
	doc, err := html.Parse(bytes.NewReader(a.body))
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	x.adapt(doc, a.header.Get("Content-Security-Policy"))
	var b bytes.Buffer
	if err := html.Render(&b, doc); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return x.write(name, b.Bytes())
}

// files writes what pages and style sheets name, and what machines read.
func (x *run) files(ctx context.Context) error {
	for _, path := range address.Files {
		x.want(path)
	}
	for len(x.queue) > 0 {
		batch := x.queue
		x.queue = nil
		if err := each(ctx, batch, x.file); err != nil {
			return err
		}
	}
	return x.config(ctx)
}

// config writes what compatible clients read first: the portal's, with its address.
func (x *run) config(ctx context.Context) error {
	a, err := x.get(ctx, address.Config)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("read %s: the portal answers %d", address.Config, a.status)
	}
	var config map[string]any
	if err := json.Unmarshal(a.body, &config); err != nil {
		return fmt.Errorf("read %s: %w", address.Config, err)
	}
	config["backendUrl"] = x.Backend
	body, err := json.Marshal(config)
	if err != nil {
		return err
	}
	return x.write(filePath(address.Config), body)
}

func (x *run) file(ctx context.Context, path string) error {
	a, err := x.get(ctx, path)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		x.missing(path)
		return nil
	}
	switch kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";"); kind {
	case "text/css":
		for _, m := range cssURL.FindAllSubmatch(a.body, -1) {
			x.name(string(m[1]))
		}
	case "text/html": // a frame
		return x.document(filePath(path), a)
	}
	return x.write(filePath(path), a.body)
}

// want queues a file, once.
func (x *run) want(path string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.seen[path] {
		x.seen[path] = true
		x.queue = append(x.queue, path)
	}
}

func (x *run) missing(path string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.report.Missing = append(x.report.Missing, path)
}

func (x *run) write(name string, data []byte) error {
	if err := x.out.write(name, data); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.report.Files++
	x.report.Bytes += int64(len(data))
	return nil
}
