package process

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"

	"github.com/portico-portal/portico/internal/address"
)

// trail counts the addresses that were followed, by where they were found.
type trail struct {
	*testing.T
	counts map[string]int
}

// walk follows every address that a portal shows one visitor, once.
type walk struct {
	*trail
	client  *http.Client
	origins []string // whose addresses are followed; what those of the first name is, too
	pages   string   // the source that links of pages count for
	seen    map[string]*followed
	forms   []form
}

// followed is what an address led to.
type followed struct {
	ids map[string]bool // of the elements that an address may name after the hash
}

// form is a form of a page.
type form struct{ at, method, action string }

// newWalk is a walk of a visitor, whose cookies client has.
func (tr *trail) newWalk(pages string, client *http.Client, origins ...string) *walk {
	w := &walk{trail: tr, origins: origins, pages: pages, seen: map[string]*followed{}}
	w.client = &http.Client{Jar: client.Jar, CheckRedirect: func(to *http.Request, via []*http.Request) error {
		tr.counts["redirects (Location)"]++
		if len(via) > 5 {
			return errors.New("redirected in a circle")
		}
		return nil
	}}
	return w
}

// found follows an address that stands at another one; source is where.
func (w *walk) found(source string, at *url.URL, written string) {
	u, err := at.Parse(strings.TrimSpace(written))
	if err != nil {
		w.Errorf("%s names %q: %v", at, written, err)
		return
	}
	if !slices.Contains(w.origins, u.Scheme+"://"+u.Host) {
		if u.Scheme == "" || u.Host == "" && !slices.Contains([]string{"mailto", "tel", "data"}, u.Scheme) {
			w.Errorf("%s names %q, which leads nowhere", at, written)
		}
		return
	}
	w.counts[source]++
	hash := u.Fragment
	u.Fragment, u.RawFragment = "", ""
	target, ok := w.seen[u.String()]
	if !ok {
		target = new(followed)
		w.seen[u.String()] = target
		w.follow(at, u, target)
	}
	if target.ids != nil && hash != "" && !target.ids[hash] {
		w.Errorf("%s names %s#%s, and there is no such part", at, u, hash)
	}
}

// follow gets an address and looks whether it is what it should be.
func (w *walk) follow(at, u *url.URL, target *followed) {
	res, err := w.client.Get(u.String())
	if err != nil {
		w.Errorf("%s names %s: %v", at, u, err)
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.Errorf("%s names %s, which answers %d (%v)", at, u, res.StatusCode, err)
		return
	}
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	if err := w.read(kind, res.Request.URL, body, target); err != nil {
		w.Errorf("%s names %s, which is no %s: %v", at, u, kind, err)
	}
}

// read checks a file by its type, and follows the addresses in it.
func (w *walk) read(kind string, at *url.URL, body []byte, target *followed) error {
	text := string(body)
	switch {
	case kind == "text/html":
		return w.readPage(at, body, target)
	case kind == "text/css":
		w.all("stylesheets", at, cssAddress, text)
	case kind == "text/markdown" && at.Path == address.LLMs:
		w.all("llms.txt", at, markdownLink, text)
	case kind == "text/markdown" && at.Path == address.LLMsFull:
		w.all("llms-full.txt", at, markdownSource, text)
	case kind == "text/markdown":
		w.all("Markdown twins", at, markdownLink, text)
	case at.Path == address.Robots:
		w.all("robots.txt", at, robotsSitemap, text)
	case kind == "application/atom+xml":
		return w.readFeed(at, body)
	case strings.HasSuffix(kind, "xml"):
		return w.readXML(at, body)
	case strings.HasSuffix(kind, "json"):
		return w.readJSON(at, body)
	case strings.HasSuffix(kind, "yaml"):
		var doc map[string]any
		if err := yaml.Unmarshal(body, &doc); err != nil || doc["openapi"] == nil {
			return fmt.Errorf("no OpenAPI: %w", err)
		}
	case strings.HasPrefix(kind, "image/"):
		_, _, err := image.DecodeConfig(bytes.NewReader(body))
		return err
	case len(body) == 0:
		return errors.New("it is empty")
	}
	return nil
}

var (
	cssAddress     = regexp.MustCompile(`url\(["']?([^"')]+)["']?\)`)
	markdownLink   = regexp.MustCompile(`\]\(<?([^)\s>]+)`)
	markdownSource = regexp.MustCompile(`(?m)^<(http[^>]+)>$`)
	robotsSitemap  = regexp.MustCompile(`(?m)^Sitemap: (\S+)$`)
)

func (w *walk) all(source string, at *url.URL, pattern *regexp.Regexp, text string) {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		w.found(source, at, m[1])
	}
}

func (w *walk) readFeed(at *url.URL, body []byte) error {
	var feed struct {
		ID    string `xml:"id"`
		Links []struct {
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			Link struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal(body, &feed); err != nil {
		return err
	}
	w.found("feeds", at, feed.ID)
	for _, l := range feed.Links {
		w.found("feeds", at, l.Href)
	}
	for _, e := range feed.Entries {
		w.found("feeds", at, e.Link.Href)
		w.counts["entries of feeds"]++
	}
	return nil
}

// readXML reads a sitemap or a picture.
func (w *walk) readXML(at *url.URL, body []byte) error {
	var doc struct {
		XMLName  xml.Name
		Pages    []string `xml:"url>loc"`
		Sitemaps []string `xml:"sitemap>loc"`
	}
	if err := xml.Unmarshal(body, &doc); err != nil {
		return err
	}
	for _, loc := range append(doc.Pages, doc.Sitemaps...) {
		w.found("sitemaps", at, loc)
	}
	return nil
}

func (w *walk) readJSON(at *url.URL, body []byte) error {
	var doc struct {
		StartURL   *string `json:"start_url"` // a manifest
		Icons      []struct{ Src string }
		BackendURL *string // config.json
		DataAPIURL *string
		Vectors    [][]any `json:"fieldVectors"` // a search index: field/address, weights
		OpenAPI    string
		Keys       string // what a console starts from
		SignIn     string
		Access     string
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return err
	}
	for source, named := range map[string][]*string{
		"manifest": {doc.StartURL}, "config.json": {doc.BackendURL, doc.DataAPIURL}, "consoles": {&doc.SignIn, &doc.Access},
	} {
		for _, a := range named {
			if a != nil && (doc.Keys != "" || source != "consoles") {
				w.found(source, at, *a)
			}
		}
	}
	for _, icon := range doc.Icons {
		w.found("manifest", at, icon.Src)
	}
	for _, v := range doc.Vectors {
		_, ref, _ := strings.Cut(v[0].(string), "/")
		w.found("search index", at, ref)
	}
	return nil
}

// readPage follows what a page, or a part of one, names.
func (w *walk) readPage(at *url.URL, body []byte, target *followed) error {
	doc, err := html.Parse(bytes.NewReader(body))
	if err != nil || len(bytes.TrimSpace(body)) == 0 {
		return fmt.Errorf("it is empty: %w", err)
	}
	target.ids = map[string]bool{"": true, "top": true}
	var named, scripted []string // by the page, by its scripts
	backend := ""                // where the scripts of an exported page ask
	var forms, styles []*html.Node
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				target.ids[a.Val] = true
			case "href", "src", "poster":
				named = append(named, a.Val)
			case "data-start":
				scripted = append(scripted, a.Val)
			case "data-src":
				if n.Data == "portico-operations" || n.Data == "details" { // others name more, or are posted to
					scripted = append(scripted, a.Val)
				}
			case "data-backend":
				backend = a.Val
			case "srcset":
				for part := range strings.SplitSeq(a.Val, ",") {
					named = append(named, strings.Fields(part)[0])
				}
			}
		}
		switch {
		case n.Type == html.ElementNode && n.Data == "style" && n.FirstChild != nil:
			styles = append(styles, n.FirstChild)
		case n.Type == html.ElementNode && n.Data == "form":
			forms = append(forms, n)
		}
	}
	if at.Scheme+"://"+at.Host != w.origins[0] {
		return nil
	}
	for _, a := range named {
		w.found(w.pages, at, a)
	}
	for _, a := range scripted {
		w.found(w.pages, at, backend+a)
	}
	for _, n := range styles {
		w.all("styles of pages", at, cssAddress, n.Data)
	}
	for _, n := range forms {
		w.form(at, n)
	}
	return nil
}

// form notes a form, and sends it now when sending changes nothing.
func (w *walk) form(at *url.URL, n *html.Node) {
	attribute := func(n *html.Node, name string) string {
		i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
		if i < 0 {
			return ""
		}
		return n.Attr[i].Val
	}
	f := form{at.String(), strings.ToLower(attribute(n, "method")), attribute(n, "action")}
	if f.method == "post" {
		if !slices.ContainsFunc(w.forms, func(o form) bool { return o.action == f.action }) {
			w.forms = append(w.forms, f)
		}
		return
	}
	query := url.Values{}
	for _, input := range cascadia.QueryAll(n, cascadia.MustCompile("input[name]:not([type=checkbox])")) {
		query.Set(attribute(input, "name"), attribute(input, "value"))
	}
	for _, box := range cascadia.QueryAll(n, cascadia.MustCompile("input[type=checkbox][name]")) {
		query.Set(attribute(box, "name"), attribute(box, "value"))
	}
	w.found("forms that ask", at, f.action+"?"+query.Encode())
}

// post sends the forms that were found, empty but for a name: each says what is
// missing, or does what it is for.
func (w *walk) post() {
	for _, f := range w.forms {
		at, err := url.Parse(f.at)
		if err != nil {
			w.Fatal(err)
		}
		u, err := at.Parse(f.action)
		if err != nil || u.Path == address.SignOut {
			continue
		}
		w.counts["forms that change ("+w.pages+")"]++
		res, err := w.client.PostForm(u.String(), url.Values{"name": {"Followed"}})
		if err != nil {
			w.Errorf("%s: the form for %s: %v", f.at, f.action, err)
			continue
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		refused := res.StatusCode == http.StatusUnprocessableEntity || res.StatusCode == http.StatusNotImplemented
		if told := bytes.Contains(body, []byte("role=alert")); err != nil || res.StatusCode != http.StatusOK && !(refused && told) {
			w.Errorf("%s: the form for %s answers %d, and says why: %v", f.at, f.action, res.StatusCode, told)
		}
	}
}

// report prints the table, and fails for a source that nothing was found in.
func (tr *trail) report(sources ...string) {
	tr.Helper()
	for _, name := range sources {
		if tr.counts[name] == 0 {
			tr.Errorf("nothing was found in: %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tr.counts)) {
		fmt.Printf("report: %5d addresses followed: %s\n", tr.counts[name], name)
		if !slices.Contains(sources, name) {
			tr.Errorf("%s is not in the table of sources", name)
		}
	}
}
