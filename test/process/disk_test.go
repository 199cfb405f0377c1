package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// disk is a small file system that a test can fill.
type disk struct {
	dir, filler string
}

// smallDisk mounts one; not ok where that is not allowed, which CI=true takes for a failure.
func smallDisk(t *testing.T, megabytes int) (d *disk, ok bool) {
	t.Helper()
	d = &disk{dir: t.TempDir()}
	d.filler = filepath.Join(d.dir, "filler")
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Logf("not tried on a full disk: only root can mount one: %v", err)
		return nil, false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return d, true
}

// fill leaves not a byte.
func (d *disk) fill(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(d.filler, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// free makes room again.
func (d *disk) free(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.filler); err != nil {
		t.Fatal(err)
	}
}

// onStorage is a service whose storage takes no more writes, and who uses it.
type onStorage struct {
	*testing.T
	user      *syscall.Credential // who runs it; nil: the user of the test
	p         *process
	c         *client
	person    *visitor
	container string // of the media, signed
	stored    int    // items acknowledged
	pages     []string
}

// newOnStorage starts a service with an API, a file and a person who is signed in.
func newOnStorage(t *testing.T, user *syscall.Credential, dir, backend string) *onStorage {
	t.Helper()
	s := &onStorage{T: t, user: user, pages: []string{"/", "/apis", "/apis/echo"}}
	s.p = startAs(t, user, "/", "serve", "--data", dir)
	s.c = s.p.client(t, "--data", dir, "--expires", "24h")
	s.c.must(t, "PUT", "/apis/echo", map[string]any{
		"format": "openapi", "value": strings.ReplaceAll(description("echo", 3), "https://backend.example", backend), "path": "echo", "subscriptionRequired": false,
	})
	s.c.must(t, "PUT", "/products/starter/apis/echo", nil)
	s.person = newVisitor(t)
	s.person.open(s.p.adminLink)
	var media struct{ ContainerSasURL string }
	if err := json.Unmarshal(s.c.must(t, "POST", "/portalSettings/mediaContent/listSecrets", nil), &media); err != nil {
		t.Fatal(err)
	}
	s.container = media.ContainerSasURL
	if status, body := s.upload("before.txt", "before"); status != http.StatusCreated {
		t.Fatalf("an upload answers %d %s", status, body)
	}
	s.reads()
	return s
}

// restart starts the service again at another moment.
func (s *onStorage) restart(dir string) {
	s.Helper()
	old := s.p
	s.p = startAs(s.T, s.user, "/", "serve", "--data", dir)
	s.c.base = s.p.management
	s.container = strings.Replace(s.container, old.management, s.p.management, 1)
	s.person.at = nil
}

func (s *onStorage) blob(name string) string {
	s.Helper()
	u, err := url.Parse(s.container)
	if err != nil {
		s.Fatal(err)
	}
	u.Path += "/" + name
	return u.String()
}

func (s *onStorage) upload(name, content string) (int, string) {
	s.Helper()
	return s.send(http.MethodPut, s.blob(name), content, "X-Ms-Blob-Type", "BlockBlob")
}

func (s *onStorage) send(method, address, body string, header ...string) (int, string) {
	s.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// reads asks for all that does not change anything.
func (s *onStorage) reads() {
	s.Helper()
	for _, path := range s.pages {
		if status, body := get(s.T, s.p.portal+path); status != 200 || !strings.Contains(body, "</footer>") {
			s.Errorf("the page %s answers %d", path, status)
		}
	}
	if status, body := get(s.T, s.p.gateway+"/echo/things0/7"); status != 200 || body != "from the backend" {
		s.Errorf("a call answers %d %s", status, body)
	}
	if status, body, err := s.c.do("GET", "/apis/echo/operations", nil); err != nil || status != 200 || !bytes.Contains(body, []byte("Get thing 2")) {
		s.Errorf("the operations answer %d %v", status, err)
	}
	if status, body := get(s.T, s.blob("before.txt")); status != 200 || body != "before" {
		s.Errorf("a file answers %d %q", status, body)
	}
	if status, _ := get(s.T, s.p.portal+"/healthz"); status != 200 {
		s.Errorf("/healthz answers %d", status)
	}
}

func longTitle(n int) string { return strings.Repeat(fmt.Sprintf("%d ", n), 8<<10) }

// put stores an item that takes some room, and returns status and answer.
func (s *onStorage) put() (int, []byte) {
	s.Helper()
	status, body, err := s.c.do("PUT", fmt.Sprintf("/contentTypes/url/contentItems/p%d", s.stored), map[string]any{
		"permalink": "https://contoso.example", "title": longTitle(s.stored),
	})
	if err != nil {
		s.Fatal(err)
	}
	if status < 300 {
		s.stored++
	}
	return status, body
}

// refuses asks for changes until one is refused, and looks at what everybody is told.
func (s *onStorage) refuses(why string) {
	s.Helper()
	status, body := s.put()
	for range 1000 {
		if status >= 300 {
			break
		}
		status, body = s.put()
	}
	var answer struct {
		Error struct{ Code, Message string }
	}
	if err := json.Unmarshal(body, &answer); err != nil || status != http.StatusInsufficientStorage || answer.Error.Code != "InsufficientStorage" || !strings.Contains(answer.Error.Message, why) {
		s.Errorf("a write answers %d %s", status, body)
	}
	if status, body := s.upload("large.bin", strings.Repeat("x", 3<<20)); status != http.StatusInsufficientStorage || !strings.Contains(body, "InsufficientStorage") {
		s.Errorf("an upload answers %d %s", status, body)
	}
	if status, _ := get(s.T, s.blob("large.bin")); status != http.StatusNotFound {
		s.Errorf("a part of an upload is served: %d", status)
	}
	status, text := get(s.T, s.p.portal+"/readyz")
	if status != http.StatusServiceUnavailable || !strings.Contains(text, why) {
		s.Errorf("/readyz answers %d %s", status, text)
	}
}

// refusesTyped sends the form of the profile: the person reads why it is refused and finds again what they typed.
func (s *onStorage) refusesTyped(why string) {
	s.Helper()
	s.person.open(s.p.portal + "/profile")
	action := s.person.resolve(s.person.find("form for the name", `<form[^>]*action="([^"]*/profile[^"]*)"`))
	typed := "Typed " + strings.Repeat("long ", 12)
	for range 200 {
		res, err := s.person.client.PostForm(action, url.Values{"firstName": {typed}, "lastName": {"Lovelace"}})
		if err != nil {
			s.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			s.Fatal(err)
		}
		if res.StatusCode == http.StatusOK { // there was room for so little
			continue
		}
		if text := string(body); res.StatusCode != http.StatusInsufficientStorage || !strings.Contains(text, why) || !strings.Contains(text, `value="`+typed) {
			s.Errorf("the form answers %d:\n%s", res.StatusCode, text)
		}
		return
	}
	s.Error("every change of the name is stored")
}

// complete looks whether everything is there that was acknowledged, and nothing else.
func (s *onStorage) complete() {
	s.Helper()
	var list struct {
		Value []struct {
			Name       string
			Properties struct{ Title string }
		}
	}
	if err := json.Unmarshal(s.c.must(s.T, "GET", "/contentTypes/url/contentItems?$top=1000", nil), &list); err != nil {
		s.Fatal(err)
	}
	found := 0
	for _, p := range list.Value {
		var n int
		if _, err := fmt.Sscanf(p.Name, "p%d", &n); err != nil {
			continue
		}
		found++
		if n >= s.stored || p.Properties.Title != longTitle(n) {
			s.Errorf("item %s was refused, or is not whole", p.Name)
		}
	}
	if found != s.stored {
		s.Errorf("%d items are there of %d that were acknowledged", found, s.stored)
	}
}

func echoBackend(t *testing.T) string {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "from the backend") }))
	t.Cleanup(backend.Close)
	return backend.URL
}

func TestAFullDiskStopsWritesOnly(t *testing.T) {
	t.Parallel()
	d, ok := smallDisk(t, 24)
	if !ok {
		return
	}
	dir := filepath.Join(d.dir, "data")
	s := newOnStorage(t, nil, dir, echoBackend(t))
	d.fill(t)
	const why = "disk"
	s.refuses(why)
	s.refusesTyped(why)
	s.reads()
	for _, end := range []func(*process){(*process).kill, (*process).stop} {
		end(s.p)
		d.fill(t) // also what the end has given back
		s.restart(dir)
		s.reads()
		s.refuses(why)
		s.complete()
		if t.Failed() {
			t.Fatalf("on the full disk:\n%s", s.p.output)
		}
	}
	d.free(t)
	within(t, 20*time.Second, "ready again when there is room", func() bool {
		status, _ := get(t, s.p.portal+"/readyz")
		return status == 200
	})
	if status, body := s.put(); status != http.StatusCreated {
		t.Errorf("with room again a write answers %d %s", status, body)
	}
	within(t, 20*time.Second, "commands reach the server again", func() bool {
		_, code := run(t, "product", "list", "--data", dir)
		return code == 0
	})
	s.complete()
	s.reads()
}

// somebody is a user who must respect the modes of files, which root need not.
func somebody() *syscall.Credential {
	if os.Getuid() != 0 {
		return nil
	}
	return &syscall.Credential{Uid: 65534, Gid: 65534}
}

// modes gives all folders and files below dir these modes.
func modes(t *testing.T, dir string, folder, file os.FileMode) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, folder)
		}
		return os.Chmod(path, file)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAReadOnlyFolderStopsWritesOnly(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "portico-read-only-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		modes(t, dir, 0o700, 0o600)
		os.RemoveAll(dir)
	})
	user := somebody()
	if user != nil {
		if err := os.Chown(dir, int(user.Uid), int(user.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	s := newOnStorage(t, user, dir, echoBackend(t))
	s.put()
	modes(t, dir, 0o500, 0o400)
	s.reads()
	if status, text := get(t, s.p.portal+"/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(text, "read-only") {
		t.Errorf("/readyz answers %d %s", status, text)
	}
	for name, end := range map[string]func(*process){"a kill": (*process).kill, "a stop": (*process).stop} {
		end(s.p)
		modes(t, dir, 0o500, 0o400)
		s.restart(dir)
		s.reads()
		s.refuses("read-only")
		s.refusesTyped("takes no changes")
		s.complete()
		if t.Failed() {
			t.Fatalf("after %s in the read-only folder:\n%s", name, s.p.output)
		}
		modes(t, dir, 0o700, 0o600)
		s.p.stop()
		s.restart(dir)
		if status, body := s.put(); status != http.StatusCreated {
			t.Errorf("once it can be written a write answers %d %s", status, body)
		}
	}
	s.complete()
}
