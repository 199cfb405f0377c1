package process

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/cascadia"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/portico-portal/portico/test/specs"
)

// TestLargeDescriptionsAreListedFoundAndReadable imports the two large public
// descriptions and reads every operation's page as a guest without JavaScript.
func TestLargeDescriptionsAreListedFoundAndReadable(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir, "--rate-limit", "off")
	c := p.client(t, "--data", dir)
	c.must(t, "PUT", "/products/all", map[string]any{"displayName": "All", "state": "published"})
	c.must(t, "PUT", "/products/all/groups/guests", nil)
	for _, spec := range []struct {
		name       string
		data       []byte
		operations int
	}{
		{"github", specs.GitHub(t), 1000},
		{"stripe", specs.Stripe(t), 500},
	} {
		file := filepath.Join(t.TempDir(), spec.name+".json")
		if err := os.WriteFile(file, spec.data, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Log(strings.TrimSpace(portico(t, "import", file, "--path", spec.name, "--product", "all", "--data", dir)))
		operations := listOperations(t, c, spec.name)
		if want := specs.CountOperations(t, spec.data); len(operations) != want || want < spec.operations {
			t.Errorf("%s: %d operations are listed, the description has %d", spec.name, len(operations), want)
		}
		readAll(t, p, spec.name, operations)
		searchAll(t, p, spec.name, operations)
	}
}

type operation struct {
	Name       string
	Properties struct {
		DisplayName, Method, URLTemplate string
		TemplateParameters               []struct{ Name string }
		Request                          struct {
			QueryParameters []struct{ Name string }
			Representations []struct{ TypeName string }
		}
		Responses []struct {
			StatusCode      int
			Representations []struct{ TypeName string }
		}
	}
}

func listOperations(t *testing.T, c *client, api string) []operation {
	t.Helper()
	var all []operation
	next := "/apis/" + api + "/operations?$top=1000"
	for next != "" {
		var page struct {
			Value    []operation
			NextLink string
		}
		if err := json.Unmarshal(c.must(t, "GET", next, nil), &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.Value...)
		next = strings.TrimPrefix(page.NextLink, c.base)
	}
	return all
}

// eachConcurrently calls f for all operations, a few at a time.
func eachConcurrently(operations []operation, f func(operation)) {
	var wg sync.WaitGroup
	work := make(chan operation)
	for range 4 {
		wg.Go(func() {
			for o := range work {
				f(o)
			}
		})
	}
	for _, o := range operations {
		work <- o
	}
	close(work)
	wg.Wait()
}

func readAll(t *testing.T, p *process, api string, operations []operation) {
	t.Helper()
	eachConcurrently(operations, func(o operation) {
		address := p.portal + "/apis/" + api + "/" + url.PathEscape(o.Name)
		page := parsePage(t, address)
		if page == nil {
			return
		}
		article := text(find(page, "article"))
		for _, parameter := range append(o.Properties.TemplateParameters, o.Properties.Request.QueryParameters...) {
			if !strings.Contains(article, parameter.Name) {
				t.Errorf("%s does not show parameter %s", address, parameter.Name)
			}
		}
		for _, r := range o.Properties.Responses {
			if !strings.Contains(article, strconv.Itoa(r.StatusCode)) {
				t.Errorf("%s does not show response %d", address, r.StatusCode)
			}
		}
	})
}

// searchAll asks for every operation by its name as a person would type it.
func searchAll(t *testing.T, p *process, api string, operations []operation) {
	t.Helper()
	eachConcurrently(operations, func(o operation) {
		page := parsePage(t, p.portal+"/search?q="+url.QueryEscape(o.Properties.DisplayName+" "+o.Properties.URLTemplate))
		want := "/apis/" + api + "/" + url.PathEscape(o.Name)
		if page != nil && find(page, `main a[href="`+want+`"]`) == nil {
			t.Errorf("search for %q %s does not find %s", o.Properties.DisplayName, o.Properties.URLTemplate, want)
		}
	})
}

// TestAnOperationReadsTheSameAloneAndInALargeAPI compares the main content byte by byte.
func TestAnOperationReadsTheSameAloneAndInALargeAPI(t *testing.T) {
	t.Parallel()
	whole := specs.GitHub(t)
	for _, one := range []struct{ method, path string }{
		{"get", "/repos/{owner}/{repo}/issues"},
		{"post", "/repos/{owner}/{repo}/pulls"},
		{"get", "/user"},
	} {
		articles := map[string]string{}
		for name, data := range map[string][]byte{"whole": whole, "alone": specs.Only(t, whole, one.method, one.path)} {
			dir := t.TempDir()
			file := filepath.Join(dir, "d.json")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			portico(t, "import", file, "--path", "github", "--data", dir)
			p := start(t, "serve", "--data", dir, "--rate-limit", "off")
			c := p.client(t, "--data", dir)
			c.must(t, "PUT", "/products/all", map[string]any{"displayName": "All", "state": "published"})
			c.must(t, "PUT", "/products/all/groups/guests", nil)
			c.must(t, "PUT", "/products/all/apis/github", nil)
			for _, o := range listOperations(t, c, "github") {
				if strings.EqualFold(o.Properties.Method, one.method) && o.Properties.URLTemplate == one.path {
					articles[name] = article(t, p, o.Name)
				}
			}
			p.stop()
		}
		if articles["whole"] == "" || articles["whole"] != articles["alone"] {
			t.Errorf("%s %s differs:\n%s", one.method, one.path, cmp.Diff(strings.Split(articles["alone"], "<"), strings.Split(articles["whole"], "<")))
		}
	}
}

// article is the main content with the parts that name the process's own address left equal.
func article(t *testing.T, p *process, operation string) string {
	t.Helper()
	var body string
	within(t, 2*fresh, "the operation page", func() bool {
		var status int
		status, body = get(t, p.portal+"/apis/github/"+url.PathEscape(operation))
		return status == 200
	})
	start, end := strings.Index(body, "<article"), strings.LastIndex(body, "</article>")
	if start < 0 || end < start {
		t.Fatalf("no article in the page of %s", operation)
	}
	host := strings.TrimPrefix(p.gateway, "http://")
	return strings.ReplaceAll(body[start:end], host, "GATEWAY")
}

func parsePage(t *testing.T, address string) *html.Node {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s answers %s", address, res.Status)
		return nil
	}
	page, err := html.Parse(res.Body)
	if err != nil {
		t.Errorf("%s: %v", address, err)
		return nil
	}
	return page
}

func find(n *html.Node, selector string) *html.Node {
	return cascadia.Query(n, cascadia.MustCompile(selector))
}

func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}
