package policy

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestABodyThatIsTooLongFlowsOnWhole(t *testing.T) {
	t.Parallel()
	for text, readable := range map[string]bool{"": true, "12345": true, "123456": false, strings.Repeat("x", 100): false} {
		b := StreamedBody(strings.NewReader(text))
		for range 2 { // reading twice is the same
			content, err := b.Read(5)
			if readable && (err != nil || string(content) != text) || !readable && !errors.Is(err, errBodyTooLong) {
				t.Errorf("%q: read %q, %v", text, content, err)
			}
		}
		if rest, err := io.ReadAll(b.Reader()); err != nil || string(rest) != text {
			t.Errorf("%q: %q is sent on, %v", text, rest, err)
		}
	}
}

func TestBodiesAreFoundReplacedAndSet(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte("one two one"))
	w.Close()
	replace := `<find-and-replace from="one" to="&lt;1>"/>`
	tests := map[string]struct {
		policies, answer, coding string
		want, codingThen         string
		status                   int
	}{
		"a text is replaced wherever it is": {"outbound:" + replace, "one two one", "", "<1> two <1>", "", 200},
		"in compressed answers too":         {"outbound:" + replace, zipped.String(), "gzip", "<1> two <1>", "", 200},
		"an answer without it is untouched": {`outbound:<find-and-replace from="none" to=""/>`, zipped.String(), "gzip", zipped.String(), "gzip", 200},
		"an unknown coding is not guessed":  {"outbound:" + replace, "one", "br", `{ "statusCode": 500, "message": "Internal server error" }`, "", 500},
		"broken compression is told":        {"outbound:" + replace, "one", "gzip", `{ "statusCode": 500, "message": "Internal server error" }`, "", 500},
		"too long an answer fails":          {"outbound:" + replace, strings.Repeat("x", maxBody+1), "", `{ "statusCode": 500, "message": "Internal server error" }`, "", 500},
		"too much comes of little":          {`outbound:<find-and-replace from="x" to="0123456789"/>`, strings.Repeat("x", maxBody/10+1), "", `{ "statusCode": 500, "message": "Internal server error" }`, "", 500},
		"set-body replaces it":              {"outbound:<set-body>mine</set-body>", zipped.String(), "gzip", "mine", "", 200},
		"set-status alone":                  {`outbound:<set-status code="202" reason="r"/>`, "one", "", "one", "", 202},
		"no status before there is one":     {`inbound:<set-status code="202"/>`, "one", "", `{ "statusCode": 500, "message": "Internal server error" }`, "", 500},
	}
	for name, tt := range tests {
		ex, b := newExchange(t, "GET /")
		b.body, b.coding = tt.answer, tt.coding
		one(t, tt.policies).Run(ex)
		if got := body(t, ex); got != tt.want || ex.Response.Status != tt.status || ex.Response.Header.Get("Content-Encoding") != tt.codingThen {
			t.Errorf("%s: got %d %.80q, coding %q", name, ex.Response.Status, got, ex.Response.Header.Get("Content-Encoding"))
		}
	}
}

func TestRequestBodiesAreReadWithinTheLimit(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{maxBody: 200, maxBody + 1: 413} {
		ex, _ := newExchange(t, "POST /")
		ex.Request.Body = StreamedBody(strings.NewReader("ab" + strings.Repeat("x", size-2)))
		one(t, `inbound:<find-and-replace from="ab" to="c"/>`).Run(ex)
		content, made := ex.Request.Body.Made()
		if ex.Response.Status != want || made != (want == 200) || made && !bytes.HasPrefix(content, []byte("cx")) {
			t.Errorf("%d bytes: %d, %.20q", size, ex.Response.Status, content)
		}
	}
}

func TestACompressedRequestIsReadWithinTheLimit(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	io.CopyN(w, zeros{}, maxBody+1)
	w.Close()
	ex, _ := newExchange(t, "POST /")
	ex.Request.Header.Set("Content-Encoding", []string{"gzip"})
	ex.Request.Body = StreamedBody(&zipped)
	one(t, `inbound:<find-and-replace from="ab" to="c"/>`).Run(ex)
	if ex.Response.Status != 413 {
		t.Errorf("a request that unpacks to more than the limit is answered %d", ex.Response.Status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
