package portal_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/site/style"
)

// upload stores a file of the media storage.
func (s *service) upload(name string, content []byte) {
	s.t.Helper()
	if err := s.media.Put(s.t.Context(), name, "application/octet-stream", bytes.NewReader(content)); err != nil {
		s.t.Fatal(err)
	}
}

func picture(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, 10))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMediaAreSeenByWhoSeesAnElementThatHoldsThem(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.upload("g1", picture(t, 800))
	s.upload("g2", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>1</script><path d="M0 0"/></svg>`))
	s.upload("g3", []byte("<html><script>1</script>"))
	s.upload("custom-widgets/data/clock/index.html", []byte("<p>clock"))
	blobItem := func(id, file string) string {
		return `{"fileName":"` + file + `","blobId":"` + id + `","permalink":"/content/` + file + `"}`
	}
	s.content("media", map[string]string{
		"blob/a": blobItem("g1", "open.png"), "blob/b": blobItem("g2", "secret.svg"), "blob/c": blobItem("g3", "evil.png"), "blob/d": blobItem("g1", "unheld.png"),
		"page/pictures": `{"en_us":{"title":"Pictures","permalink":"/pictures","documentId":"contentTypes/document/contentItems/pictures"}}`,
		"blob/e":        blobItem("g1", "behindword.png"),
		"document/pictures": `{"nodes":[{"type":"section","nodes":[
			{"type":"picture","sourceId":"contentTypes/blob/contentItems/a","width":300},{"type":"picture","sourceId":"/contentTypes/blob/contentItems/c"},
			{"type":"section","styles":{"background":{"sourceId":"contentTypes/blob/contentItems/e"}},"security":{"type":"group","allow":["developers"]},"nodes":[
				{"type":"picture","sourceId":"contentTypes/blob/contentItems/b"},{"type":"custom-widget","name":"clock"}]}]}]}`,
	})
	guest, user := s.browser(), s.signedIn("dev@example.com")
	s.eventually("the page", func() bool { return guest.get("/pictures").StatusCode == http.StatusOK })
	for path, want := range map[string][2]int{
		"/content/open.png": {200, 200}, "/content/OPEN.png": {200, 200}, "/content/secret.svg": {404, 200}, "/content/unheld.png": {404, 404},
		"/content/none.png": {404, 404}, "/content/custom-widgets/clock/index.html": {404, 200}, "/content/custom-widgets/other/index.html": {404, 404},
		"/content/custom-widgets/clock/../../x": {404, 404}, "/content/custom-widgets/clock": {404, 404},
	} {
		for i, b := range []*browser{guest, user} {
			if a := b.get(path); a.StatusCode != want[i] && a.StatusCode != http.StatusTemporaryRedirect && a.StatusCode != http.StatusMovedPermanently {
				t.Errorf("%s answers %s %d, want %d", path, []string{"a guest", "a user"}[i], a.StatusCode, want[i])
			}
		}
	}
	a := user.get("/content/secret.svg")
	if strings.Contains(a.text, "script") || !strings.Contains(a.text, "<path") || !strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "sandbox") || a.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the SVG is served as %s with %v", a.text, a.Header)
	}
	if a := guest.get("/content/evil.png"); a.Header.Get("Content-Type") != "application/octet-stream" || a.Header.Get("Content-Disposition") != "attachment" {
		t.Errorf("HTML called a picture is served as %v", a.Header)
	}
	small, err := png.DecodeConfig(strings.NewReader(guest.get("/content/open.png?w=320").text))
	if err != nil || small.Width != 320 {
		t.Errorf("the small picture has %d pixels: %v", small.Width, err)
	}
	for _, w := range []string{"1280", "7", "x", "-1"} {
		if same, err := png.DecodeConfig(strings.NewReader(guest.get("/content/open.png?w=" + w).text)); err != nil || same.Width != 800 {
			t.Errorf("w=%s gives %d pixels: %v", w, same.Width, err)
		}
	}
	behind := style.MediaPath("contentTypes/blob/contentItems/e")
	if a, b := guest.get(behind), user.get(behind); a.StatusCode != http.StatusNotFound || b.StatusCode != http.StatusOK {
		t.Errorf("the picture behind a section answers a guest %d and a user %d", a.StatusCode, b.StatusCode)
	}
	if page := user.get("/pictures").text; !strings.Contains(page, `url("`+behind+`")`) {
		t.Error("the section has no picture behind it")
	}
	if page := guest.get("/pictures").text; strings.Contains(page, "behindword") {
		t.Error("the page tells a guest what a hidden file is called")
	}
	if page := guest.get("/pictures").text; !strings.Contains(page, `srcset="/content/open.png?w=320 1x, /content/open.png?w=640 2x"`) || strings.Contains(page, "secret.svg") {
		t.Errorf("the page shows %s", page[strings.Index(page, "<main"):])
	}
}

func TestAPictureIsDecodedOnceForWhatPagesShow(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.upload("g1", picture(t, 2000))
	s.upload("g2", []byte("\x89PNG\r\n\x1a\nbroken"))
	s.content("media", map[string]string{
		"blob/a":            `{"fileName":"a.png","blobId":"g1","permalink":"/content/a.png"}`,
		"blob/b":            `{"fileName":"b.png","blobId":"g2","permalink":"/content/b.png"}`,
		"page/pictures":     `{"en_us":{"title":"Pictures","permalink":"/pictures","documentId":"contentTypes/document/contentItems/pictures"}}`,
		"document/pictures": `{"nodes":[{"type":"picture","sourceId":"contentTypes/blob/contentItems/a","width":300},{"type":"picture","sourceUrl":"/content/b.png","width":300}]}`,
	})
	guest := s.browser()
	s.eventually("the page", func() bool { return guest.get("/pictures").StatusCode == http.StatusOK })
	before := s.portal.Rendered()
	widths := map[int]int{320: 320, 640: 640, 1280: 2000, 1920: 2000, 7: 2000}
	var all sync.WaitGroup
	for range 4 {
		for w, want := range widths {
			all.Go(func() {
				about, err := png.DecodeConfig(strings.NewReader(guest.get(fmt.Sprintf("/content/a.png?w=%d", w)).text))
				if err != nil || about.Width != want {
					t.Errorf("w=%d gives %d pixels, want %d: %v", w, about.Width, want, err)
				}
				if a := guest.get("/content/b.png?w=320"); a.StatusCode != http.StatusOK || !strings.HasSuffix(a.text, "broken") {
					t.Errorf("a file that cannot be decoded answers %d", a.StatusCode)
				}
			})
		}
	}
	all.Wait()
	if n := s.portal.Rendered() - before; n != 2 {
		t.Errorf("two pictures were worked on %d times", n)
	}
}

func TestAPageOfAnEarlierRevisionKeepsItsLooks(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	sheet := func() string { return b.get("/").attribute(`link[rel="stylesheet"]`, "href") }
	restyle := func(size string) map[string]string {
		return map[string]string{"document/stylesheet": `{"nodes":[{"globals":{"h1":{"default":{"key":"globals/h1/default","typography":{"fontSize":"` + size + `"}}}}}]}`}
	}
	s.content("styled", restyle("60px"))
	s.eventually("a stylesheet", func() bool { return sheet() != "" })
	old := sheet()
	before := b.get(old)
	if before.StatusCode != http.StatusOK {
		t.Fatalf("%q answers %d", old, before.StatusCode)
	}
	s.content("restyled", restyle("61px"))
	s.eventually("the new stylesheet", func() bool { return sheet() != old })
	after := b.get(old)
	if after.StatusCode != http.StatusOK || after.text != before.text || after.Header.Get("Content-Type") != before.Header.Get("Content-Type") || !strings.Contains(after.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("the stylesheet of the page before answers %d %v", after.StatusCode, after.Header)
	}
	description, err := s.media.PutHashed(t.Context(), "application/yaml", []byte("openapi: hidden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{strings.TrimPrefix(description, blob.HashedPrefix), strings.Repeat("0", 64), "..", ""} {
		if a := b.get("/assets/site-" + hash + ".css"); a.StatusCode != http.StatusNotFound {
			t.Errorf("%q answers %d", hash, a.StatusCode)
		}
	}
}

func TestAReplacedFileIsPublishedWithTheNextRevision(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.upload("b", []byte("as published"))
	items := map[string]string{
		"blob/b":       `{"fileName":"b.txt","blobId":"b","permalink":"/content/b.txt"}`,
		"page/one":     `{"en_us":{"title":"One","permalink":"/one","documentId":"contentTypes/document/contentItems/one"}}`,
		"document/one": `{"nodes":[{"type":"section","nodes":[{"type":"picture","sourceId":"contentTypes/blob/contentItems/b","caption":"B"}]}]}`,
	}
	s.content("first", items)
	b := s.browser()
	s.eventually("the site", func() bool { return b.get("/content/b.txt").StatusCode == http.StatusOK })
	s.upload("b", []byte("replaced"))
	if got := b.get("/content/b.txt").text; got != "as published" {
		t.Errorf("before it is published again, the file says %q", got)
	}
	s.content("second", items)
	s.eventually("the new file", func() bool { return b.get("/content/b.txt").text == "replaced" })
	if err := s.media.Delete(t.Context(), blob.HashName([]byte("replaced"))); err != nil {
		t.Fatal(err)
	}
	if got := b.get("/content/b.txt"); got.StatusCode != http.StatusOK || got.text != "replaced" {
		t.Errorf("without the pinned copy, the file by its name is not served: %d %q", got.StatusCode, got.text)
	}
}
