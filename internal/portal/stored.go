package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/widget"
)

// stored is an answer that is kept: its bytes in each coding that was asked
// for, and its header values ready to be sent.
type stored struct {
	body    []byte // as it is
	headers []header
	hash    string
	grow    func(bytes int64) // tells the cache what a new coding costs; may be nil
	control []string          // Cache-Control

	// Of pages for people who are signed in: the parts, and the page to render
	// the personal ones with. body is empty then.
	parts []widget.Part
	page  *widget.Page

	mu       sync.Mutex
	variants [encodings]atomic.Pointer[variant]
}

// header is a header field with its values, both as net/http keeps them.
type header struct {
	name   string
	values []string
}

// variant is a body in one coding.
type variant struct {
	body         []byte
	etag, length []string
}

// newStored keeps body; headers are beside those every answer has.
func newStored(body []byte, control string, headers ...header) *stored {
	sum := sha256.New()
	sum.Write(body)
	for _, h := range headers {
		sum.Write([]byte(h.name + strings.Join(h.values, ",")))
	}
	return &stored{body: body, headers: headers, control: []string{control}, hash: hex.EncodeToString(sum.Sum(nil)[:12])}
}

// bytes is what keeping the answer costs at first.
func (s *stored) bytes() int64 {
	n := int64(len(s.body) + 1024)
	for _, p := range s.parts {
		n += int64(len(p.HTML) + 64)
	}
	return n
}

// variant is the body in a coding, made when it is first asked for.
func (s *stored) variant(e encoding) (*variant, error) {
	if v := s.variants[e].Load(); v != nil {
		return v, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.variants[e].Load(); v != nil {
		return v, nil
	}
	body, err := compress(e, s.body, small)
	if err != nil {
		return nil, err
	}
	v := &variant{body: body, etag: []string{`"` + s.hash + encodingNames[e] + `"`}, length: []string{strconv.Itoa(len(body))}}
	s.variants[e].Store(v)
	if e != identity && s.grow != nil {
		s.grow(int64(len(body)))
	}
	return v, nil
}

// serve sends the answer, or 304 when the client has it. It allocates next to nothing.
func (s *stored) serve(w http.ResponseWriter, r *http.Request, common []header) error {
	e := negotiate(r.Header["Accept-Encoding"])
	v, err := s.variant(e)
	if err != nil {
		return err
	}
	h := w.Header()
	for i := range common {
		h[common[i].name] = common[i].values
	}
	for i := range s.headers {
		h[s.headers[i].name] = s.headers[i].values
	}
	h["Cache-Control"] = s.control
	h["Etag"] = v.etag
	if has(r.Header["If-None-Match"], v.etag[0]) {
		delete(h, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if e != identity {
		h["Content-Encoding"] = encodingValues[e]
	}
	h["Content-Length"] = v.length
	if r.Method == http.MethodHead {
		w.WriteHeader(http.StatusOK)
		return nil
	}
	w.Write(v.body) // an error means that the browser has gone
	return nil
}

// has tells whether an If-None-Match header names the tag.
func has(ifNoneMatch []string, etag string) bool {
	for _, line := range ifNoneMatch {
		if line == etag || line == "*" {
			return true
		}
		for line != "" {
			var one string
			one, line, _ = strings.Cut(line, ",")
			if strings.TrimPrefix(strings.TrimSpace(one), "W/") == etag {
				return true
			}
		}
	}
	return false
}

// with adds header fields to a copy of a list.
func with(headers []header, more ...header) []header { return append(slices.Clip(headers), more...) }
