package blobapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/blob"
)

// The container's path, and how long an address of it is good and for what.
const (
	path = "/content"
	// account is before the container's path where the host is an IP address
	// or localhost: there clients expect the name of an account first.
	account = "/storage"
	life    = 24 * time.Hour
	rights  = "racwdl" // read, add, create, write, delete and list
)

// Headers are what browsers send to the container.
const Headers = "x-ms-version, x-ms-blob-type, x-ms-blob-content-type, x-ms-client-request-id, x-ms-date, x-ms-range, Range, If-None-Match, Content-MD5"

// Container serves a blob store as a container.
type Container struct {
	Blobs  blob.Store // nil: there is no container
	Key    []byte     // signs addresses
	Mount  string     // before the container's path
	Now    func() time.Time
	Logger *slog.Logger
}

// Address is the container's for a request's host, signed for a day.
func (c *Container) Address(r *http.Request) string {
	until := c.Now().Add(life).UTC().Format(time.RFC3339)
	q := url.Values{"sv": {version}, "sr": {"c"}, "se": {until}, "sp": {rights}, "sig": {c.sign(until, rights)}}
	return arm.Origin(r) + c.Mount + pathAt(r.Host) + "?" + q.Encode()
}

// version of the Blob service that is spoken.
const version = "2024-11-04"

// pathAt is the container's path for a host.
func pathAt(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return account + path
	}
	return path
}

func (c *Container) sign(until, rights string) string {
	mac := hmac.New(sha256.New, c.Key)
	mac.Write([]byte("media\n" + until + "\n" + rights))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// problem is an error of the Blob service.
type problem struct {
	status        int
	code, message string
}

func (e *problem) Error() string { return e.code + ": " + e.message }

var (
	errNoBlob    = &problem{http.StatusNotFound, "BlobNotFound", "The specified blob does not exist."}
	errNoAccess  = &problem{http.StatusForbidden, "AuthenticationFailed", "The signature is wrong or has expired."}
	errNoRight   = &problem{http.StatusForbidden, "AuthorizationPermissionMismatch", "The signature does not allow this."}
	errCondition = &problem{http.StatusPreconditionFailed, "ConditionNotMet", "The condition of the request is not met."}
)

// Serve answers requests for the container; it returns false for other addresses.
func (c *Container) Serve(w http.ResponseWriter, r *http.Request) bool {
	at := strings.TrimPrefix(r.URL.EscapedPath(), c.Mount)
	rest, ok := strings.CutPrefix(strings.TrimPrefix(at, account), path)
	if c.Blobs == nil || !ok || rest != "" && rest[0] != '/' {
		return false
	}
	header := w.Header()
	header.Set("x-ms-version", version)
	header.Set("Access-Control-Expose-Headers", "*")
	header.Set("Content-Security-Policy", "sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	m := &call{c: c, w: w, r: r, query: r.URL.Query()}
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

// call is one request to the container.
type call struct {
	c     *Container
	w     http.ResponseWriter
	r     *http.Request
	query url.Values
	name  string // of the blob; "" is the container
}

func (m *call) serve() error {
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
			return &problem{http.StatusBadRequest, "InvalidResourceName", "The name is not one for a blob here."}
		}
		return op.run()
	}
	return &problem{http.StatusBadRequest, "UnsupportedOperation", m.r.Method + " with comp=" + comp + " is not supported by this container."}
}

// mayHold reports whether the container may hold a name: descriptions of APIs and
// waiting blocks lie in the same store.
func mayHold(name string) bool {
	return blob.CheckName(name) == nil && !strings.HasPrefix(name, blob.HashedPrefix) && !strings.HasPrefix(name, blockStore)
}

// admit checks the signature, its expiry, and that it grants one of the rights.
// Anyone may read widgets.
func (m *call) admit(rights string) error {
	if rights == "r" && strings.HasPrefix(m.name, "custom-widgets/") && m.query.Get("sig") == "" {
		return nil
	}
	until, given := m.query.Get("se"), m.query.Get("sp")
	want := m.c.sign(until, given)
	end, err := time.Parse(time.RFC3339, until)
	if err != nil || !hmac.Equal([]byte(want), []byte(m.query.Get("sig"))) || !m.c.Now().Before(end) {
		return errNoAccess
	}
	if !strings.ContainsAny(given, rights) {
		return errNoRight
	}
	return nil
}

func (m *call) fail(err error) {
	var wrong *problem
	var invalid *apim.InvalidError
	switch {
	case errors.As(err, &wrong):
	case errors.Is(err, apim.ErrNotFound):
		wrong = errNoBlob
	case errors.As(err, &invalid):
		wrong = &problem{http.StatusBadRequest, "InvalidInput", invalid.Error()}
	case errors.Is(err, apim.ErrTooSlow):
		wrong = &problem{http.StatusRequestTimeout, "OperationTimedOut", "The body came too slowly, or not at all."}
	case errors.Is(err, apim.ErrTooLarge):
		wrong = &problem{http.StatusRequestEntityTooLarge, "RequestBodyTooLarge", "The body is too large."}
	default:
		m.c.Logger.ErrorContext(m.r.Context(), "media request failed", "method", m.r.Method, "error", err)
		wrong = &problem{http.StatusInternalServerError, "InternalError", "Something went wrong on our side."}
		if e := arm.FromError(err); e.Status != wrong.status {
			wrong = &problem{e.Status, e.Code, e.Message}
			maps.Copy(m.w.Header(), e.Header)
		}
	}
	m.w.Header().Set("x-ms-error-code", wrong.code)
	m.xml(wrong.status, struct {
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: wrong.code, Message: wrong.message})
}

func (m *call) xml(status int, v any) {
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
func (m *call) container() error {
	m.w.Header().Set("Etag", `"media"`)
	m.w.Header().Set("Last-Modified", m.c.Now().UTC().Format(http.TimeFormat))
	m.w.WriteHeader(http.StatusOK)
	return nil
}
