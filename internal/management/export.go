package management

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// linkLife is how long a link to an export is valid (apim-rest.md §3.4).
const linkLife = 5 * time.Minute

// exports are the formats of GET ?export=true (apim-rest.md §3.4): the names
// clients use, the format named in the answer of a link, and the media type of
// the description itself.
var exports = []struct {
	format apidoc.Format
	names  []string // inline
	link   string   // the name asked for
	linked string   // the format answered
	media  string
	kept   bool // only APIs that were imported from it have it: the original, as it came
}{
	{apidoc.OpenAPIJSON, []string{"openapi+json"}, "openapi+json-link", "openapi+json-link", "application/vnd.oai.openapi+json", false},
	{apidoc.OpenAPI, []string{"openapi"}, "openapi-link", "openapi-link", "application/vnd.oai.openapi", false},
	{apidoc.SwaggerJSON, []string{"swagger", "swagger-json"}, "swagger-link", "swagger-link-json", "application/vnd.swagger.doc+json", false},
	{apidoc.WADL, []string{"wadl", "wadl-xml"}, "wadl-link", "wadl-link-json", "application/vnd.sun.wadl+xml", false},
	{apidoc.WSDL, []string{"wsdl"}, "wsdl-link", "wsdl-link+xml", "application/wsdl+xml", true},
	{apidoc.GraphQL, []string{"graphql"}, "graphql-link", "graphql-link", "application/graphql", true},
	{apidoc.OData, []string{"odata"}, "odata-link", "odata-link", "application/xml", true},
	{apidoc.GRPC, []string{"grpc"}, "grpc-link", "grpc-link", "text/plain", true},
}

// exportAPI answers GET of an API with export=true: the description in an
// envelope, as a link or, if the client accepts its media type, by itself.
func exportAPI(c *call, doc *store.Document) (*answer, error) {
	wanted, err := c.query.Bool("export")
	if err != nil || !wanted {
		return nil, err
	}
	asked := strings.ToLower(c.query.Get("format"))
	var names []string
	for _, x := range exports {
		switch {
		case asked == "" && c.accepts(x.media):
			data, err := c.export(c.r, doc.Ref, x.format)
			return &answer{status: http.StatusOK, body: data, media: x.media}, err
		case slices.Contains(x.names, asked):
			data, err := c.export(c.r, doc.Ref, x.format)
			return c.exported(doc, asked, string(data)), err
		case asked == x.link || asked == x.linked:
			if x.kept {
				if _, err := c.export(c.r, doc.Ref, x.format); err != nil {
					return nil, err // report it here rather than at the link
				}
			}
			return c.exported(doc, x.linked, map[string]string{"link": c.exportLink(doc.Ref, x.format)}), nil
		}
		names = append(append(names, x.names[0]), x.link)
	}
	return nil, apim.Invalid("format", fmt.Sprintf("format must be one of %s; it is %q.", strings.Join(names, ", "), asked))
}

func (c *call) exported(doc *store.Document, format string, value any) *answer {
	return &answer{status: http.StatusOK, body: map[string]any{"id": c.address.ID(c.shown(doc)), "format": format, "value": value}}
}

func (h *handler) export(r *http.Request, api apim.Ref, format apidoc.Format) ([]byte, error) {
	return store.Read(r.Context(), h.Store, func(tx *store.Tx) ([]byte, error) {
		server, err := apidoc.Address(tx, api, h.Service.GatewayURL)
		if err != nil {
			return nil, err
		}
		return apidoc.ExportAs(r.Context(), tx, h.APIs.Blobs, api, format, server)
	})
}

// exportPath is the address of links to exports, below the mount.
const exportPath = "/-/exports/"

// exportLink makes an address that needs no token: it is signed and valid for five minutes.
func (c *call) exportLink(api apim.Ref, format apidoc.Format) string {
	until := strconv.FormatInt(c.Now().Add(linkLife).Unix(), 10)
	q := url.Values{"format": {string(format)}, "se": {until}, "sig": {c.signLink(string(api), string(format), until)}}
	return arm.Origin(c.r) + c.Mount + exportPath + url.PathEscape(strings.TrimPrefix(string(api), "/")) + "?" + q.Encode()
}

func (h *handler) signLink(parts ...string) string {
	mac := hmac.New(sha256.New, h.LinkKey)
	mac.Write([]byte("export\n" + strings.Join(parts, "\n")))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// serveLink answers a link to an export; it returns false for other addresses.
func (h *handler) serveLink(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.Path, h.Mount+exportPath)
	if !ok {
		return false
	}
	data, media, err := h.followLink(r, apim.Ref("/"+name))
	if err != nil {
		h.fail(w, r, err)
		return true
	}
	w.Header().Set("Content-Disposition", "attachment")
	(&answer{status: http.StatusOK, body: data, media: media}).write(w)
	return true
}

func (h *handler) followLink(r *http.Request, api apim.Ref) (data []byte, media string, err error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil, "", arm.MethodNotAllowed(r.Method, []string{http.MethodGet, http.MethodHead})
	}
	q := r.URL.Query()
	format, until := q.Get("format"), q.Get("se")
	sig := h.signLink(string(api), format, until)
	seconds, err := strconv.ParseInt(until, 10, 64)
	if err != nil || !hmac.Equal([]byte(sig), []byte(q.Get("sig"))) || h.Now().Unix() > seconds {
		return nil, "", &arm.Error{Status: http.StatusForbidden, Code: "AuthenticationFailed", Message: "The link is not valid, or older than five minutes."}
	}
	for _, x := range exports {
		if string(x.format) == format {
			data, err := h.export(r, api, x.format)
			return data, x.media, err
		}
	}
	return nil, "", apim.ErrNotFound
}
