package management

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/management/blobapi"
)

// media is the container's address, as clients get it.
func (s *service) media() *url.URL {
	s.Helper()
	u, err := url.Parse(s.do("POST", "/portalConfigs/default/listMediaContentSecrets", "").want(200).json()["containerSasUrl"].(string))
	if err != nil {
		s.Fatal(err)
	}
	return u
}

// blob sends a request to the container: name may have slashes that mean nothing.
func (s *service) blob(method string, container *url.URL, name, query, body string, head ...string) *response {
	s.Helper()
	address := container.Scheme + "://" + container.Host + container.Path + name + "?" + container.RawQuery + query
	r, err := http.NewRequestWithContext(s.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	return &response{T: s.T, status: answer.StatusCode, header: answer.Header, body: string(data)}
}

func TestMediaContainer(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.media()
	s.blob("PUT", c, "//logo", "", "image", "x-ms-blob-type", "BlockBlob", "x-ms-blob-content-type", "image/png").want(201)
	if got := s.blob("GET", c, "/logo", "", "").want(200); got.body != "image" || got.header.Get("Content-Type") != "image/png" || got.header.Get("Content-Security-Policy") != "sandbox" {
		t.Errorf("GET = %q %v", got.body, got.header)
	}
	if got := s.blob("GET", c, "/logo", "", "", "Range", "bytes=1-2").want(206); got.body != "ma" {
		t.Errorf("a range: %q", got.body)
	}
	ids := []string{base64.StdEncoding.EncodeToString([]byte("1")), base64.StdEncoding.EncodeToString([]byte("2"))}
	for i, id := range ids {
		s.blob("PUT", c, "/fonts/a", "&comp=block&blockid="+url.QueryEscape(id), strings.Repeat("x", i+1)).want(201)
	}
	list := "<BlockList><Latest>" + ids[1] + "</Latest><Latest>" + ids[0] + "</Latest></BlockList>"
	s.blob("PUT", c, "/fonts/a", "&comp=blocklist", list, "x-ms-blob-content-type", "font/woff2").want(201)
	if got := s.blob("GET", c, "/fonts/a", "", "").want(200); got.body != "xxx" {
		t.Errorf("a blob of blocks: %q", got.body)
	}
	s.blob("PUT", c, "/fonts/a", "&comp=blocklist", list).want(400) // the blocks are used up
	all := s.blob("GET", c, "", "&restype=container&comp=list&delimiter=/", "").want(200)
	if !strings.Contains(all.body, "<BlobPrefix><Name>fonts/</Name></BlobPrefix>") || !strings.Contains(all.body, "<Name>logo</Name>") || strings.Contains(all.body, "blocks/") {
		t.Errorf("the list: %s", all.body)
	}
	page := s.blob("GET", c, "", "&restype=container&comp=list&maxresults=1", "").want(200)
	if !strings.Contains(page.body, "<NextMarker>fonts/a</NextMarker>") {
		t.Errorf("the first page: %s", page.body)
	}
	s.blob("PUT", c, "/logo", "", "x", "x-ms-blob-type", "BlockBlob", "If-None-Match", "*").want(409)
	s.blob("PUT", c, "/logo", "", "x", "x-ms-blob-type", "BlockBlob", "If-Match", `"other"`).want(412)
	s.blob("PUT", c, "/logo", "", "x", "x-ms-blob-type", "BlockBlob", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==").want(400)
	if got := s.blob("GET", c, "/logo", "", "").want(200); got.body != "image" {
		t.Errorf("after writes that were refused: %q", got.body)
	}
	s.blob("DELETE", c, "/logo", "", "").want(202)
	if got := s.blob("GET", c, "/logo", "", "").want(404); got.header.Get("x-ms-error-code") != "BlobNotFound" {
		t.Errorf("the error code is %q", got.header.Get("x-ms-error-code"))
	}
}

func TestMediaContainerKeepsOthersOut(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.media()
	s.blob("PUT", c, "/custom-widgets/data/w/index.html", "", "w", "x-ms-blob-type", "BlockBlob").want(201)
	s.blob("PUT", c, "/secret", "", "s", "x-ms-blob-type", "BlockBlob").want(201)
	bare := *c
	bare.RawQuery = ""
	s.blob("GET", &bare, "/custom-widgets/data/w/index.html", "", "").want(200)
	s.blob("GET", &bare, "/secret", "", "").want(403)
	s.blob("PUT", &bare, "/custom-widgets/data/w/index.html", "", "x", "x-ms-blob-type", "BlockBlob").want(403)
	for name, change := range map[string][2]string{"a later end": {"se", "2099-01-01T00:00:00Z"}, "more rights": {"sp", "racwdlx"}, "another signature": {"sig", "AAAA"}} {
		q := c.Query()
		q.Set(change[0], change[1])
		forged := *c
		forged.RawQuery = q.Encode()
		if got := s.blob("GET", &forged, "/secret", "", ""); got.status != 403 {
			t.Errorf("%s: status %d, want 403", name, got.status)
		}
	}
	for _, name := range []string{"/sha256/abc", "/blocks/abc", "/..%2fx", "/a/../b", "/a%5cb"} {
		if got := s.blob("GET", c, name, "", ""); got.status != 400 {
			t.Errorf("GET of %s: status %d, want 400", name, got.status)
		}
	}
}

func TestGivenUpUploadsAreSwept(t *testing.T) {
	t.Parallel()
	s := newService(t)
	c := s.media()
	s.blob("PUT", c, "/logo", "", "image", "x-ms-blob-type", "BlockBlob").want(201)
	id := url.QueryEscape(base64.StdEncoding.EncodeToString([]byte("1")))
	s.blob("PUT", c, "/big", "&comp=block&blockid="+id, "part").want(201)
	waiting := func() int {
		all, err := s.handler.Blobs.List(t.Context(), "blocks/")
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	for _, tt := range []struct {
		later time.Duration
		want  int
	}{{time.Hour, 1}, {blobapi.BlockLife + time.Hour, 0}} {
		if err := blobapi.Sweep(t.Context(), s.handler.Blobs, time.Now().Add(tt.later)); err != nil {
			t.Fatal(err)
		}
		if got := waiting(); got != tt.want {
			t.Errorf("%v later %d blocks wait, want %d", tt.later, got, tt.want)
		}
	}
	s.blob("GET", c, "/logo", "", "").want(200)
}
