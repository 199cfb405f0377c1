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

// answer is what is sent: its bytes in each coding that was asked for, and its
// header values ready to be sent. One that is kept is sent many times.
type answer struct {
	status  int
	body    []byte // as it is
	headers []header
	control []string // Cache-Control
	hash    string   // of body and headers, for the ETag; "" of what is sent once

	// Of pages for people who are signed in: the parts, and the page to render
	// the personal ones with. body is empty until Portal.personal fills them in.
	parts []widget.Part
	page  *widget.Page

	packed   bool            // as small as it gets: sent in no other coding
	versions map[int]*answer // of a picture, by width: they are made and kept together

	deps []string // what it was made from, of what is kept

	grow func(bytes int64) // tells the cache what a new coding costs; nil of what is not kept

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
	etag, length []string // etag is nil of what is sent once
}

// newAnswer is an answer that many may be sent; headers are beside those every answer has.
func newAnswer(body []byte, control string, headers ...header) *answer {
	sum := sha256.New()
	sum.Write(body)
	for _, h := range headers {
		sum.Write([]byte(h.name + strings.Join(h.values, ",")))
	}
	return &answer{
		status: http.StatusOK, body: body, headers: headers, control: []string{control}, hash: hex.EncodeToString(sum.Sum(nil)[:12]),
	}
}

// once is an answer for one person, which nobody keeps.
func once(status int, body []byte, headers ...header) *answer {
	return &answer{status: status, body: body, headers: headers, control: []string{personal}}
}

// packed is an answer that no coding makes smaller: a picture.
func packed(a *answer) *answer {
	a.packed = true
	return a
}

// bytes is what keeping the answer costs at first.
func (a *answer) bytes() int64 {
	n := int64(len(a.body) + 1024)
	for _, p := range a.parts {
		n += int64(len(p.HTML) + 64)
	}
	for _, v := range a.versions {
		n += v.bytes()
	}
	return n
}

// variant is the body in a coding, made when it is first asked for.
func (a *answer) variant(e encoding) (*variant, error) {
	if v := a.variants[e].Load(); v != nil {
		return v, nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if v := a.variants[e].Load(); v != nil {
		return v, nil
	}
	v, err := a.encode(e)
	if err != nil {
		return nil, err
	}
	a.variants[e].Store(v)
	if e != identity && a.grow != nil {
		a.grow(int64(len(v.body)))
	}
	return v, nil
}

func (a *answer) encode(e encoding) (*variant, error) {
	effort := small
	if a.hash == "" {
		effort = fast
	}
	body, err := compress(e, a.body, effort)
	if err != nil {
		return nil, err
	}
	v := &variant{body: body, length: []string{strconv.Itoa(len(body))}}
	if a.hash != "" {
		v.etag = []string{`"` + a.hash + encodingNames[e] + `"`}
	}
	return v, nil
}

// send sends the answer, or 304 when the client has it. A kept answer is sent
// almost without allocating.
func (a *answer) send(w http.ResponseWriter, r *http.Request, common []header) error {
	e := identity
	if !a.packed {
		e = negotiate(r.Header["Accept-Encoding"])
	}
	v, err := a.variant(e)
	if err != nil {
		return err
	}
	h := w.Header()
	setHeaders(h, common)
	setHeaders(h, a.headers)
	h["Cache-Control"] = a.control
	if v.etag != nil {
		h["Etag"] = v.etag
		if has(r.Header["If-None-Match"], v.etag[0]) {
			delete(h, "Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	if e != identity {
		h["Content-Encoding"] = encodingValues[e]
	}
	h["Content-Length"] = v.length
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(v.body) // an error means that the browser has gone
	}
	return nil
}

func setHeaders(h http.Header, fields []header) {
	for i := range fields {
		h[fields[i].name] = fields[i].values
	}
}

// has reports whether an If-None-Match header names the tag.
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
