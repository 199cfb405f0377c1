package process

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/transfer"
)

// TestEveryAddressLeadsSomewhere takes every address from what a running, filled
// service prints, mails, answers and shows, and follows it to what it promises.
func TestEveryAddressLeadsSomewhere(t *testing.T) {
	t.Parallel()
	tr := &trail{t, map[string]int{}}
	tr.firstStart()
	letters := openLetterbox(t)
	data := t.TempDir()
	p := start(t, "demo", "--data", data, "--rate-limit", "off", "--smtp", letters.server)
	c := p.client(t, "--data", data)
	fill(t, c)
	tr.commands(p, data)
	tr.management(c, p)
	tr.mails(p, c, letters)

	guest := tr.newWalk("pages as a guest", newVisitor(t).client, p.portal)
	portal, err := url.Parse(p.portal)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append([]string{address.Home, address.Config, address.Sitemap}, address.Files...) {
		guest.found("what programs ask for", portal, path)
	}
	guest.old(portal, "echoget", "starter")
	guest.post()
	for who, words := range map[string]string{"a user": "dev@", "the administrator": "admin@"} {
		v := newVisitor(t)
		v.signIn(p, words)
		w := tr.newWalk("pages as "+who, v.client, p.portal)
		w.found(w.pages, portal, address.Home)
		w.post()
		w.found(w.pages, portal, address.Profile+"?again") // with what the forms have made
	}
	tr.exported(p, data)
	tr.imported()
	tr.report(
		"first start", "portico admin link", "portico import", "portico publish", "portico token", "portico export-site",
		"nextLink", "ids of the management API", "links to exports", "generateSsoUrl", "mails", "links that sign in, of mails",
		"what programs ask for", "pages as a guest", "pages as a user", "pages as the administrator", "pages of an imported site", "old addresses", "redirects (Location)",
		"forms that ask", "forms that change (pages as a guest)", "forms that change (pages as a user)", "forms that change (pages as the administrator)",
		"stylesheets", "styles of pages", "consoles", "manifest", "config.json", "search index", "sitemaps", "robots.txt", "feeds", "entries of feeds",
		"Markdown twins", "llms.txt", "llms-full.txt", "exported site",
	)
}

// firstStart follows what a service in an empty folder prints, and the links that
// the administrator gets later, beside the running service and before a start.
func (tr *trail) firstStart() {
	dir := tr.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tr.Fatal(err)
	}
	portal := listener.Addr().String()
	listener.Close()
	p := start(tr.T, "serve", "--data", dir, "--rate-limit", "off", "--portal-addr", portal)
	for _, printed := range []string{p.portal, p.gateway + address.Ready, p.management + address.Ready} {
		if status, _ := get(tr.T, printed); status != http.StatusOK {
			tr.Errorf("the start prints %s, which answers %d", printed, status)
		}
		tr.counts["first start"]++
	}
	link := func(says string) string {
		said, code := run(tr.T, "admin", "link", "--data", dir, "--portal-addr", portal)
		lines := strings.Split(strings.TrimSpace(said), "\n")
		if code != 0 || !strings.HasPrefix(said, says) || len(lines) > 1 != (says != "") {
			tr.Errorf("admin link says %q, exit %d, want %q and a link", said, code, says)
		}
		return lines[len(lines)-1]
	}
	tr.signsIn("first start", p.adminLink, "admin@")
	tr.signsIn("portico admin link", link(""), "admin@")
	p.stop()
	before := link("The portal is not running: start it with portico serve --data " + dir)
	p = start(tr.T, "serve", "--data", dir, "--rate-limit", "off", "--portal-addr", portal)
	tr.signsIn("portico admin link", before, "admin@")
	p.stop()
}

// signsIn opens a link that signs somebody in, once, and looks whose profile that is.
func (tr *trail) signsIn(source, link, email string) {
	tr.Helper()
	tr.counts[source]++
	v := newVisitor(tr.T)
	v.open(link)
	if strings.Contains(v.at.RawQuery, "token") {
		tr.Errorf("%s: the browser stays at an address with a secret", source)
	}
	if !strings.Contains(v.page, `autocomplete="new-password"`) {
		tr.Errorf("%s: a person without a password is led to %s, which does not ask for one", source, v.at)
	}
	v.open(address.Profile)
	if !strings.Contains(v.page, email) {
		tr.Errorf("%s: the link does not sign %s in", source, email)
	}
	if again, _ := get(tr.T, link); again != http.StatusUnauthorized {
		tr.Errorf("%s: a second time the link answers %d", source, again)
	}
}

// signIn signs in somebody named in the demo's output, by the links and the form of the pages.
func (v *visitor) signIn(p *process, email string) {
	v.Helper()
	v.open(p.portal)
	v.open(v.find("link to sign in", `<a class="btn primary sign" href="([^"]+)"`))
	printed := regexp.MustCompile(`(` + email + `\S+)\s+(\S+)`).FindStringSubmatch(p.printed.String())
	if printed == nil {
		v.Fatalf("nobody like %s is printed:\n%s", email, p.printed)
	}
	v.post(v.find("form", `<form class=form method=post action="([^"]+)"`), url.Values{"email": {printed[1]}, "password": {printed[2]}})
	if !strings.Contains(v.page, printed[1]) {
		v.Fatalf("%s is not signed in at %s", printed[1], v.at)
	}
}

// fill adds what the demo does not have: a workspace, releases, a page with media.
func fill(t *testing.T, c *client) {
	t.Helper()
	for _, r := range []struct {
		path       string
		properties map[string]any
	}{
		{"/workspaces/w", map[string]any{"displayName": "W"}},
		{"/workspaces/w/groups/g", map[string]any{"displayName": "G"}},
		{"/workspaces/w/groups/g/users/dana", nil},
		{"/workspaces/w/apis/wa", map[string]any{"path": "wa", "displayName": "WA", "format": "openapi+json", "value": description("WA", 3)}},
		{"/workspaces/w/products/wp", map[string]any{"displayName": "WP", "state": "published", "approvalRequired": true, "terms": "Be kind."}},
		{"/workspaces/w/products/wp/apiLinks/l", map[string]any{"apiId": "/workspaces/w/apis/wa"}},
		{"/workspaces/w/products/wp/groupLinks/l", map[string]any{"groupId": "/workspaces/w/groups/g"}},
		{"/apis/echo/releases/first", map[string]any{"apiId": "/apis/echo;rev=1", "notes": "It begins."}},
	} {
		c.must(t, http.MethodPut, r.path, r.properties)
	}
}

// commands follows what other commands print.
func (tr *trail) commands(p *process, data string) {
	file := filepath.Join(tr.TempDir(), "api.json")
	if err := os.WriteFile(file, []byte(description("Imported", 3)), 0o600); err != nil {
		tr.Fatal(err)
	}
	said := portico(tr.T, "import", file, "--path", "some/where", "--product", "starter", "--data", data)
	printed := regexp.MustCompile(`as API (\S+) at (\S+)\.\n`).FindStringSubmatch(said)
	if printed == nil {
		tr.Fatalf("import says %s", said)
	}
	c := p.client(tr.T, "--data", data)
	c.must(tr.T, http.MethodGet, "/apis/"+printed[1], nil)
	within(tr.T, 10*time.Second, "the gateway knows what import says", func() bool {
		status, _ := get(tr.T, p.gateway+printed[2]+"/things0/1")
		return status == http.StatusUnauthorized // a key is needed
	})
	tr.counts["portico import"] += 2

	said = portico(tr.T, "publish", "--data", data)
	revision := regexp.MustCompile(`as revision (\S+)\. .*: (portico revisions) restore`).FindStringSubmatch(said)
	if revision == nil {
		tr.Fatalf("publish says %s", said)
	}
	portico(tr.T, "revisions", "restore", revision[1], "--data", data)
	tr.counts["portico publish"]++
	tr.counts["portico token"]++ // printed for each request of c
}

// management follows what the management API names in its answers.
func (tr *trail) management(c *client, p *process) {
	for _, base := range []string{"", "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"} {
		for _, list := range []string{"/apis", "/products", "/users", "/apis/parcel/operations", "/contentTypes/page/contentItems", "/workspaces/w/apis"} {
			tr.pageThrough(c, base+list+"?api-version=2024-05-01&$top=2")
		}
	}
	tr.pageThrough(&client{p.portal + "/mapi", c.token}, "/apis?api-version=2024-05-01&$top=2")
	var link struct{ Value struct{ Link string } }
	if err := json.Unmarshal(c.must(tr.T, http.MethodGet, "/apis/echo?export=true&format=openapi-link&api-version=2024-05-01", nil), &link); err != nil {
		tr.Fatal(err)
	}
	if status, body := get(tr.T, link.Value.Link); status != http.StatusOK || !strings.Contains(body, "openapi") {
		tr.Errorf("a link to an export answers %d", status)
	}
	tr.counts["links to exports"]++
	var sso struct{ Value string }
	if err := json.Unmarshal(c.must(tr.T, http.MethodPost, "/users/dana/generateSsoUrl?api-version=2024-05-01", nil), &sso); err != nil {
		tr.Fatal(err)
	}
	v := newVisitor(tr.T)
	v.open(sso.Value)
	v.open(address.Profile)
	v.find("address of the one who was signed in", `(dev@meridian)`)
	tr.counts["generateSsoUrl"]++
}

// pageThrough follows nextLink to the end: no page is like another, and every item
// is where its id says.
func (tr *trail) pageThrough(c *client, path string) {
	tr.Helper()
	seen := map[string]bool{}
	for path != "" {
		var page struct {
			Value    []struct{ ID string }
			NextLink string
		}
		if err := json.Unmarshal(c.must(tr.T, http.MethodGet, path, nil), &page); err != nil {
			tr.Fatal(err)
		}
		for _, item := range page.Value {
			if seen[item.ID] {
				tr.Errorf("%s shows %s again", path, item.ID)
			}
			seen[item.ID] = true
			c.must(tr.T, http.MethodGet, item.ID+"?api-version=2024-05-01", nil)
			tr.counts["ids of the management API"]++
		}
		if page.NextLink != "" {
			tr.counts["nextLink"]++
			if !strings.HasPrefix(page.NextLink, c.base) {
				tr.Fatalf("%s: nextLink leads to %s", path, page.NextLink)
			}
		}
		path = strings.TrimPrefix(page.NextLink, c.base)
	}
}

// mails has every mail sent that is sent today, and follows the links in them.
func (tr *trail) mails(p *process, c *client, letters *letterbox) {
	person := func(name string, more map[string]any) map[string]any {
		more["email"], more["firstName"], more["lastName"] = name+"@contoso.example", "F", "L"
		return more
	}
	subscription := func(state string) map[string]any {
		return map[string]any{"displayName": state, "scope": "/products/starter", "ownerId": "/users/dana", "state": state}
	}
	requests := []struct {
		method, path string
		properties   map[string]any
	}{
		{"PUT", "/users/invited", person("invited", map[string]any{"confirmation": "invite"})},
		{"PUT", "/users/pending", person("pending", map[string]any{"confirmation": "signup", "state": "pending"})},
		{"PUT", "/users/welcome?notify=true", person("welcome", map[string]any{})},
		{"POST", "/users/welcome/confirmations/password/send", nil},
		{"PUT", "/subscriptions/wanted?notify=true", subscription("submitted")},
		{"PUT", "/subscriptions/refused?notify=true", subscription("rejected")},
		{"PUT", "/subscriptions/granted?notify=true", subscription("active")},
	}
	for _, r := range requests {
		c.must(tr.T, r.method, r.path, r.properties)
	}
	for range requests {
		letter := letters.next(tr.T)
		to := regexp.MustCompile(`(?m)^To: <(\S+)>`).FindStringSubmatch(letter)
		links := regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(letter, -1)
		if to == nil || len(links) == 0 {
			tr.Fatalf("a letter is for nobody, or names no address:\n%s", letter)
		}
		for _, l := range links {
			tr.counts["mails"]++
			v := newVisitor(tr.T)
			if link := v.resolve(l[1]); strings.HasPrefix(link, p.portal+address.SingleSignOn) {
				tr.signsIn("links that sign in, of mails", link, to[1])
				continue
			}
			v.open(l[1])
			if !strings.HasPrefix(v.at.String(), p.portal) {
				tr.Errorf("a mail leads to %s:\n%s", v.at, letter)
			}
		}
	}
	if n := tr.counts["links that sign in, of mails"]; n != 3 {
		tr.Errorf("%d mails have a link that signs in, not those of an invitation, a confirmation and a first password", n)
	}
}

// old follows addresses of older portals, which no page of ours shows except
// bookmarks and other sites do.
func (w *walk) old(portal *url.URL, operation, product string) {
	for old, now := range map[string]string{
		address.OldAPI + "?api=ECHO": address.API("echo"), address.OldAPI + "?api=echo&operation=" + operation: address.Operation("echo", apim.Name(operation)),
		address.OldProduct + "?product=" + product: address.Product(apim.PublicID(product)), address.OldChangelog + "?api=echo": address.Changelog("echo"),
		address.OldAPI: "",
	} {
		if now == "" {
			w.found("old addresses", portal, old)
			continue
		}
		w.counts["old addresses"]++
		res, err := w.client.Get(portal.String() + old)
		if err != nil {
			w.Fatal(err)
		}
		res.Body.Close()
		if at := res.Request.URL.EscapedPath(); at != now || res.StatusCode != http.StatusOK {
			w.Errorf("%s leads to %s, which answers %d; want %s", old, at, res.StatusCode, now)
		}
	}
}

// imported follows the pages of a site that was made elsewhere, with its styles and media.
func (tr *trail) imported() {
	data := tr.TempDir()
	file := filepath.Join(data, "api.json")
	if err := os.WriteFile(file, []byte(description("Imported", 3)), 0o600); err != nil {
		tr.Fatal(err)
	}
	portico(tr.T, "generate", foreignSite(tr.T), "--data", data)
	portico(tr.T, "product", "create", "open", "--data", data)
	portico(tr.T, "import", file, "--path", "echo", "--product", "open", "--data", data)
	portico(tr.T, "publish", "--data", data)
	p := start(tr.T, "serve", "--data", data, "--rate-limit", "off")
	portal, err := url.Parse(p.portal)
	if err != nil {
		tr.Fatal(err)
	}
	w := tr.newWalk("pages of an imported site", newVisitor(tr.T).client, p.portal)
	for _, path := range append([]string{address.Home, address.Sitemap}, address.Files...) {
		w.found(w.pages, portal, path)
	}
	w.old(portal, "getthing0", "open")
}

// foreignSite is the folder of a site that was made elsewhere, with its media.
func foreignSite(t *testing.T) string {
	t.Helper()
	const made = "../../internal/portal/testdata/foreign"
	dir := t.TempDir()
	data := bytes.ReplaceAll(read(t, made, "data.json"), []byte(`"anchor": "x"`), []byte(`"anchor": "main"`))
	if err := os.WriteFile(filepath.Join(dir, "data.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := transfer.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]struct{ kind, text string }{
		"guid-hero": {"image/png", picture.String()}, "guid-film": {"video/mp4", "film"}, "guid-paper": {"application/pdf", "%PDF-1.7"},
		"guid-logo": {"image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"/>`}, "fonts/own.woff2": {"font/woff2", "wOF2"},
		"custom-widgets/data/clock/index.html": {"text/html", "<p>It is late."},
	} {
		if err := folder.Put(t.Context(), transfer.Medium{Name: name, ContentType: file.kind}, []byte(file.text)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// exported follows the files of an exported site, as a static host serves them.
func (tr *trail) exported(p *process, data string) {
	out := filepath.Join(tr.TempDir(), "site")
	said := portico(tr.T, "export-site", out, "--data", data)
	for _, printed := range []string{out, p.portal} {
		if !strings.Contains(said, printed) {
			tr.Errorf("export-site does not say %s: %s", printed, said)
		}
		tr.counts["portico export-site"]++
	}
	files := httptest.NewServer(http.FileServer(http.Dir(out)))
	tr.Cleanup(files.Close)
	w := tr.newWalk("exported site", files.Client(), files.URL, p.portal)
	at, err := url.Parse(files.URL)
	if err != nil {
		tr.Fatal(err)
	}
	w.found(w.pages, at, address.Home)
}

// letterbox is an SMTP server that hands on what it gets.
type letterbox struct {
	server string
	got    chan string
}

func openLetterbox(t *testing.T) *letterbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := &letterbox{"smtp://" + l.Addr().String(), make(chan string, 10)}
	server := smtp.NewServer(box)
	server.Domain = "localhost"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return box
}

func (b *letterbox) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b *letterbox) Mail(string, *smtp.MailOptions) error        { return nil }
func (b *letterbox) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (b *letterbox) Reset()                                      {}
func (b *letterbox) Logout() error                               { return nil }

func (b *letterbox) Data(r io.Reader) error {
	text, err := io.ReadAll(quotedprintable.NewReader(r))
	if err != nil {
		return fmt.Errorf("a letter: %w", err)
	}
	b.got <- string(text)
	return nil
}

func (b *letterbox) next(t *testing.T) string {
	t.Helper()
	select {
	case letter := <-b.got:
		return letter
	case <-time.After(30 * time.Second):
		t.Fatal("no letter came")
		return ""
	}
}
