package management

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // Content-MD5 is part of the protocol
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/blob"
)

// The media container speaks the part of the Azure Blob service that the
// portal's editor, publisher and scripts use (portal-wire.md §3.9). An address
// with a signature, which listMediaContentSecrets hands out, is all it takes.
const (
	mediaPath = "/content"
	// mediaAccount is before the container's path where the host is an IP address
	// or localhost: there clients expect the name of an account first.
	mediaAccount = "/storage"
	// mediaLife is how long an address of the container is good.
	mediaLife = 24 * time.Hour
	// mediaRights are read, add, create, write, delete and list.
	mediaRights = "racwdl"

	maxBlob    = 1 << 30 // bytes of a blob
	maxBlock   = 100 << 20
	maxBlocks  = 50_000
	blockStore = "blocks/" // where blocks wait for their list
)

// mediaHeaders are what browsers send to the container.
const mediaHeaders = "x-ms-version, x-ms-blob-type, x-ms-blob-content-type, x-ms-client-request-id, x-ms-date, x-ms-range, Range, If-None-Match, Content-MD5"

// listMediaSecrets answers with the address of the container.
func listMediaSecrets(c *call) (*answer, error) {
	if c.Blobs == nil {
		return nil, notSupported("This instance has no media storage.")
	}
	until := c.Now().Add(mediaLife).UTC().Format(time.RFC3339)
	q := url.Values{"sv": {"2024-11-04"}, "sr": {"c"}, "se": {until}, "sp": {mediaRights}, "sig": {c.signMedia(until, mediaRights)}}
	return &answer{status: http.StatusOK, body: map[string]string{"containerSasUrl": arm.Origin(c.r) + c.Mount + mediaAt(c.r.Host) + "?" + q.Encode()}}, nil
}

// mediaAt is the container's path for a host.
func mediaAt(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return mediaAccount + mediaPath
	}
	return mediaPath
}

func (h *handler) signMedia(until, rights string) string {
	mac := hmac.New(sha256.New, h.LinkKey)
	mac.Write([]byte("media\n" + until + "\n" + rights))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// blobError is an error of the Blob service.
type blobError struct {
	status        int
	code, message string
}

func (e *blobError) Error() string { return e.code + ": " + e.message }

var (
	errNoBlob    = &blobError{http.StatusNotFound, "BlobNotFound", "The specified blob does not exist."}
	errNoAccess  = &blobError{http.StatusForbidden, "AuthenticationFailed", "The signature is wrong or has expired."}
	errNoRight   = &blobError{http.StatusForbidden, "AuthorizationPermissionMismatch", "The signature does not allow this."}
	errCondition = &blobError{http.StatusPreconditionFailed, "ConditionNotMet", "The condition of the request is not met."}
)

// serveMedia answers requests for the container; it returns false for other addresses.
func (h *handler) serveMedia(w http.ResponseWriter, r *http.Request) bool {
	path := strings.TrimPrefix(r.URL.EscapedPath(), h.Mount)
	rest, ok := strings.CutPrefix(strings.TrimPrefix(path, mediaAccount), mediaPath)
	if h.Blobs == nil || !ok || rest != "" && rest[0] != '/' {
		return false
	}
	header := w.Header()
	header.Set("x-ms-version", "2024-11-04")
	header.Set("Access-Control-Expose-Headers", "*")
	header.Set("Content-Security-Policy", "sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	m := &mediaCall{h: h, w: w, r: r, query: r.URL.Query()}
	name, err := url.PathUnescape(rest)
	if err == nil {
		m.name = plainBlob(name)
		err = m.serve()
	}
	if err != nil {
		m.fail(err)
	}
	return true
}

// plainBlob is a blob's name without the slashes that mean nothing.
func plainBlob(name string) string {
	parts := slices.DeleteFunc(strings.Split(name, "/"), func(s string) bool { return s == "" })
	return strings.Join(parts, "/")
}

// mediaCall is one request to the container.
type mediaCall struct {
	h     *handler
	w     http.ResponseWriter
	r     *http.Request
	query url.Values
	name  string // of the blob; "" is the container
}

func (m *mediaCall) serve() error {
	comp := m.query.Get("comp")
	for _, op := range []struct {
		method, comp string
		blob         bool
		right        string // one of these letters
		run          func() error
	}{
		{http.MethodGet, "list", false, "l", m.list},
		{http.MethodGet, "", false, "rl", m.container},
		{http.MethodHead, "", false, "rl", m.container},
		{http.MethodPut, "", true, "cw", m.put},
		{http.MethodPut, "block", true, "cw", m.putBlock},
		{http.MethodPut, "blocklist", true, "cw", m.putBlockList},
		{http.MethodGet, "", true, "r", m.get},
		{http.MethodHead, "", true, "r", m.get},
		{http.MethodDelete, "", true, "d", m.delete},
	} {
		if op.method != m.r.Method || op.comp != comp || op.blob != (m.name != "") {
			continue
		}
		if err := m.admit(op.right); err != nil {
			return err
		}
		if m.name != "" && !mayHold(m.name) {
			return &blobError{http.StatusBadRequest, "InvalidResourceName", "The name is not one for a blob here."}
		}
		return op.run()
	}
	return &blobError{http.StatusBadRequest, "UnsupportedOperation", m.r.Method + " with comp=" + comp + " is not supported by this container."}
}

// mayHold tells whether the container may hold a name: descriptions of APIs and
// waiting blocks lie in the same store.
func mayHold(name string) bool {
	return blob.CheckName(name) == nil && !strings.HasPrefix(name, blob.HashedPrefix) && !strings.HasPrefix(name, blockStore)
}

// admit checks the signature, its end, and that it gives one of the rights.
// Widgets are read by everybody.
func (m *mediaCall) admit(rights string) error {
	if rights == "r" && strings.HasPrefix(m.name, "custom-widgets/") && m.query.Get("sig") == "" {
		return nil
	}
	until, given := m.query.Get("se"), m.query.Get("sp")
	want := m.h.signMedia(until, given)
	end, err := time.Parse(time.RFC3339, until)
	if err != nil || !hmac.Equal([]byte(want), []byte(m.query.Get("sig"))) || !m.h.Now().Before(end) {
		return errNoAccess
	}
	if !strings.ContainsAny(given, rights) {
		return errNoRight
	}
	return nil
}

func (m *mediaCall) fail(err error) {
	var wrong *blobError
	var invalid *apim.InvalidError
	switch {
	case errors.As(err, &wrong):
	case errors.Is(err, apim.ErrNotFound):
		wrong = errNoBlob
	case errors.As(err, &invalid):
		wrong = &blobError{http.StatusBadRequest, "InvalidInput", invalid.Error()}
	case errors.Is(err, apim.ErrTooLarge):
		wrong = &blobError{http.StatusRequestEntityTooLarge, "RequestBodyTooLarge", "The body is too large."}
	default:
		m.h.Logger.ErrorContext(m.r.Context(), "media request failed", "method", m.r.Method, "error", err)
		wrong = &blobError{http.StatusInternalServerError, "InternalError", "Something went wrong on our side."}
	}
	m.w.Header().Set("x-ms-error-code", wrong.code)
	m.xml(wrong.status, struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: wrong.code, Message: wrong.message})
}

func (m *mediaCall) xml(status int, v any) {
	data, err := xml.Marshal(v)
	if err != nil {
		status, data = http.StatusInternalServerError, nil
	}
	m.w.Header().Set("Content-Type", "application/xml")
	m.w.WriteHeader(status)
	if m.r.Method != http.MethodHead {
		_, _ = m.w.Write(append([]byte(xml.Header), data...)) // the client may be gone
	}
}

// container answers requests for the container's properties.
func (m *mediaCall) container() error {
	m.w.Header().Set("Etag", `"media"`)
	m.w.Header().Set("Last-Modified", m.h.Now().UTC().Format(http.TimeFormat))
	m.w.WriteHeader(http.StatusOK)
	return nil
}

// The list of blobs as the Blob service writes it.
type (
	enumeration struct {
		XMLName    xml.Name `xml:"EnumerationResults"`
		Container  string   `xml:"ContainerName,attr"`
		Prefix     string   `xml:",omitempty"`
		Marker     string   `xml:",omitempty"`
		MaxResults int      `xml:",omitempty"`
		Delimiter  string   `xml:",omitempty"`
		Blobs      struct {
			Blob       []listedBlob
			BlobPrefix []struct{ Name string }
		}
		NextMarker string
	}
	listedBlob struct {
		Name       string
		Properties struct {
			LastModified  string `xml:"Last-Modified"`
			ETag          string `xml:"Etag"`
			ContentLength int64  `xml:"Content-Length"`
			ContentType   string `xml:"Content-Type"`
			BlobType      string
		}
	}
)

const maxListed = 5000

// list answers with a page of the blobs, or of one level of them.
func (m *mediaCall) list() error {
	prefix := strings.TrimLeft(m.query.Get("prefix"), "/")
	out := &enumeration{Container: "content", Prefix: m.query.Get("prefix"), Marker: m.query.Get("marker"), Delimiter: m.query.Get("delimiter"), MaxResults: maxListed}
	if text := m.query.Get("maxresults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return &blobError{http.StatusBadRequest, "OutOfRangeQueryParameterValue", "maxresults must be a number from 1."}
		}
		out.MaxResults = min(n, maxListed)
	}
	all, err := m.h.Blobs.List(m.r.Context(), prefix)
	if err != nil {
		return err
	}
	count, last := 0, ""
	for _, info := range all {
		if !mayHold(info.Name) || info.Name <= out.Marker {
			continue
		}
		group := levelOf(info.Name, prefix, out.Delimiter)
		if group != "" && (group == last || strings.HasPrefix(out.Marker, group)) {
			continue
		}
		if count == out.MaxResults {
			out.NextMarker = endOf(last)
			break
		}
		count++
		if last = info.Name; group != "" {
			last = group
			out.Blobs.BlobPrefix = append(out.Blobs.BlobPrefix, struct{ Name string }{group})
			continue
		}
		out.Blobs.Blob = append(out.Blobs.Blob, newListed(info))
	}
	m.xml(http.StatusOK, out)
	return nil
}

// levelOf is the prefix that stands for a name below the asked level, or "".
func levelOf(name, prefix, delimiter string) string {
	if delimiter == "" {
		return ""
	}
	if i := strings.Index(name[len(prefix):], delimiter); i >= 0 {
		return name[:len(prefix)+i+len(delimiter)]
	}
	return ""
}

// endOf is where the next page begins: after the last entry, and all below a prefix.
func endOf(last string) string {
	if strings.HasSuffix(last, "/") {
		return last + "\U0010ffff"
	}
	return last
}

func newListed(info blob.Info) listedBlob {
	b := listedBlob{Name: info.Name}
	b.Properties.LastModified, b.Properties.ETag = info.ModTime.UTC().Format(http.TimeFormat), `"`+info.Hash+`"`
	b.Properties.ContentLength, b.Properties.ContentType, b.Properties.BlobType = info.Size, info.ContentType, "BlockBlob"
	return b
}

// info describes the blob; nil when there is none.
func (m *mediaCall) info() (*blob.Info, error) {
	f, info, err := m.h.Blobs.Get(m.r.Context(), m.name)
	if errors.Is(err, apim.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &info, f.Close()
}

// conditions checks If-Match and If-None-Match of a write.
func (m *mediaCall) conditions() error {
	match, none := m.r.Header.Get("If-Match"), m.r.Header.Get("If-None-Match")
	if match == "" && none == "" {
		return nil
	}
	info, err := m.info()
	if err != nil {
		return err
	}
	etag := ""
	if info != nil {
		etag = `"` + info.Hash + `"`
	}
	switch {
	case match != "" && (info == nil || match != "*" && match != etag):
		return errCondition
	case none == "*" && info != nil:
		return &blobError{http.StatusConflict, "BlobAlreadyExists", "The specified blob already exists."}
	case none != "" && none != "*" && none == etag:
		return errCondition
	}
	return nil
}

// contentType is what a request says of a blob's content.
func (m *mediaCall) contentType() string {
	for _, name := range []string{"x-ms-blob-content-type", "Content-Type"} {
		if v := m.r.Header.Get(name); v != "" {
			return v
		}
	}
	return "application/octet-stream"
}

// put stores a blob whole.
func (m *mediaCall) put() error {
	if kind := m.r.Header.Get("x-ms-blob-type"); !strings.EqualFold(kind, "BlockBlob") {
		return &blobError{http.StatusBadRequest, "InvalidHeaderValue", "x-ms-blob-type must be BlockBlob."}
	}
	if err := m.conditions(); err != nil {
		return err
	}
	return m.store(m.name, m.contentType(), m.body(maxBlob), true)
}

// body reads the request up to a limit.
func (m *mediaCall) body(limit int64) io.Reader { return http.MaxBytesReader(m.w, m.r.Body, limit) }

// store writes a blob and answers 201; what Content-MD5 contradicts is not kept.
func (m *mediaCall) store(name, contentType string, body io.Reader, tagged bool) error {
	sum := md5.New() //nolint:gosec // as above
	want, err := base64.StdEncoding.DecodeString(m.r.Header.Get("Content-MD5"))
	if err != nil {
		return &blobError{http.StatusBadRequest, "InvalidMd5", "Content-MD5 must be in base64."}
	}
	checked := io.TeeReader(body, sum)
	reader := io.MultiReader(checked, readerFunc(func([]byte) (int, error) {
		if len(want) > 0 && !bytes.Equal(want, sum.Sum(nil)) {
			return 0, &blobError{http.StatusBadRequest, "Md5Mismatch", "The body is not what Content-MD5 says."}
		}
		return 0, io.EOF
	}))
	err = m.h.Blobs.Put(m.r.Context(), name, contentType, reader)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return apim.ErrTooLarge
	}
	if err != nil {
		return err
	}
	if tagged {
		info, err := m.info()
		if err != nil {
			return err
		}
		if info != nil {
			m.w.Header().Set("Etag", `"`+info.Hash+`"`)
			m.w.Header().Set("Last-Modified", info.ModTime.UTC().Format(http.TimeFormat))
		}
	}
	m.w.Header().Set("Content-MD5", base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	m.w.WriteHeader(http.StatusCreated)
	return nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// blockName is where a block of a blob waits. Ids are the client's, in base64.
func (m *mediaCall) blockName(id string) (string, error) {
	if raw, err := base64.StdEncoding.DecodeString(id); err != nil || len(raw) == 0 || len(raw) > 64 {
		return "", &blobError{http.StatusBadRequest, "InvalidQueryParameterValue", "blockid must be base64 of 1 to 64 bytes."}
	}
	blobSum, idSum := sha256.Sum256([]byte(m.name)), sha256.Sum256([]byte(id))
	return fmt.Sprintf("%s%x/%x", blockStore, blobSum, idSum), nil
}

// putBlock keeps a part of a blob until its list comes.
func (m *mediaCall) putBlock() error {
	name, err := m.blockName(m.query.Get("blockid"))
	if err != nil {
		return err
	}
	return m.store(name, "application/octet-stream", m.body(maxBlock), false)
}

// putBlockList makes a blob of its parts.
func (m *mediaCall) putBlockList() error {
	if err := m.conditions(); err != nil {
		return err
	}
	var list struct {
		Blocks []struct {
			XMLName xml.Name
			ID      string `xml:",chardata"`
		} `xml:",any"`
	}
	text, err := io.ReadAll(m.body(8 << 20))
	if err != nil {
		return apim.ErrTooLarge
	}
	if err := xml.Unmarshal(text, &list); err != nil || len(list.Blocks) > maxBlocks {
		return &blobError{http.StatusBadRequest, "InvalidXmlDocument", "The list of blocks cannot be read."}
	}
	parts := &blockReader{ctx: m.r.Context(), blobs: m.h.Blobs}
	defer parts.close()
	for _, b := range list.Blocks {
		name, err := m.blockName(strings.TrimSpace(b.ID))
		if err != nil {
			return err
		}
		parts.names = append(parts.names, name)
	}
	contentType := m.r.Header.Get("x-ms-blob-content-type")
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	m.r.Header.Del("Content-MD5") // of the list, not of the blob
	if err := m.store(m.name, contentType, parts, true); err != nil {
		return err
	}
	for _, name := range parts.names {
		_ = m.h.Blobs.Delete(m.r.Context(), name) // named twice; what stays, SweepMedia removes
	}
	return nil
}

// blockLife is how long blocks wait for their list, as with the Blob service.
const blockLife = 7 * 24 * time.Hour

// SweepMedia removes blocks of uploads that were given up.
func SweepMedia(ctx context.Context, blobs blob.Store, now time.Time) error {
	blocks, err := blobs.List(ctx, blockStore)
	for _, b := range blocks {
		if now.Sub(b.ModTime) > blockLife {
			if gone := blobs.Delete(ctx, b.Name); gone != nil && !errors.Is(gone, apim.ErrNotFound) {
				err = errors.Join(err, gone)
			}
		}
	}
	return err
}

// blockReader reads blocks one after another.
type blockReader struct {
	ctx   context.Context
	blobs blob.Store
	names []string
	next  int
	open  io.ReadCloser
}

func (b *blockReader) Read(p []byte) (int, error) {
	for {
		if b.open == nil {
			if b.next == len(b.names) {
				return 0, io.EOF
			}
			f, _, err := b.blobs.Get(b.ctx, b.names[b.next])
			if errors.Is(err, apim.ErrNotFound) {
				return 0, &blobError{http.StatusBadRequest, "InvalidBlockList", "The specified block list is invalid: a block was not uploaded."}
			}
			if err != nil {
				return 0, err
			}
			b.open, b.next = f, b.next+1
		}
		n, err := b.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		b.close()
		if n > 0 {
			return n, nil
		}
	}
}

func (b *blockReader) close() {
	if b.open != nil {
		_ = b.open.Close()
		b.open = nil
	}
}

// get answers with a blob, or a range of it, or its properties.
func (m *mediaCall) get() error {
	f, info, err := m.h.Blobs.Get(m.r.Context(), m.name)
	if err != nil {
		return err
	}
	defer f.Close()
	h := m.w.Header()
	h.Set("Content-Type", info.ContentType)
	h.Set("Etag", `"`+info.Hash+`"`)
	h.Set("x-ms-blob-type", "BlockBlob")
	h.Set("x-ms-creation-time", info.ModTime.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Disposition", "attachment")
	if r := m.r.Header.Get("x-ms-range"); r != "" {
		m.r.Header.Set("Range", r)
	}
	http.ServeContent(m.w, m.r, "", info.ModTime, f)
	return nil
}

// delete removes a blob: 202.
func (m *mediaCall) delete() error {
	if err := m.conditions(); err != nil {
		return err
	}
	if err := m.h.Blobs.Delete(m.r.Context(), m.name); err != nil {
		return err
	}
	m.w.WriteHeader(http.StatusAccepted)
	return nil
}
