package site

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Item is a content item: its ref (/contentTypes/page/contentItems/home) and its properties.
type Item struct {
	Ref  apim.Ref
	Body json.RawMessage
}

// refKey is the form refs are compared in; documents write them with or without a leading slash.
func refKey(ref string) apim.Key {
	return apim.Ref("/" + strings.Trim(ref, "/")).Key()
}

// split returns the content type and the id of a content item's key.
func split(key apim.Key) (contentType, id string) {
	parts := strings.SplitN(strings.TrimPrefix(string(key), "/"), "/", 4)
	if len(parts) < 4 || parts[0] != "contenttypes" || parts[2] != "contentitems" {
		return "", ""
	}
	return parts[1], parts[3]
}

// meta is what items say about themselves. Localized items have it below a
// locale (en_us, also spelled en-us), the others at the top.
type meta struct {
	Title             string          `json:"title"`
	Description       string          `json:"description"`
	Keywords          string          `json:"keywords"`
	Permalink         string          `json:"permalink"`
	PermalinkTemplate string          `json:"permalinkTemplate"` // of a layout: the pages it frames
	DocumentID        string          `json:"documentId"`        // the item with the node tree
	Security          json.RawMessage `json:"security"`
	Access            json.RawMessage `json:"access"` // an older spelling of security
	FileName          string          `json:"fileName"`
	BlobID            string          `json:"blobId"` // the file's name in the media storage; "": the item's id
	MimeType          string          `json:"mimeType"`
	JSONLD            string          `json:"jsonLd"` // structured data of the author's own
	Share             struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		Image       struct {
			SourceID string `json:"sourceId"`
		} `json:"image"`
	} `json:"socialShareData"`
}

// localized are the content types whose items have locales.
var localized = []string{"page", "layout", "popup", "block", "blogpost"}

// localeOf is the locale of an item that is read: English, else the first it has; "" for none.
func localeOf(members map[string]json.RawMessage) string {
	for _, locale := range []string{"en_us", "en-us", "en"} {
		if _, ok := members[locale]; ok {
			return locale
		}
	}
	for _, own := range []string{"title", "permalink", "permalinkTemplate", "documentId"} {
		if _, ok := members[own]; ok {
			return "" // an item without locales, whatever else it has
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if isLocale.MatchString(name) && members[name][0] == '{' {
			return name
		}
	}
	return ""
}

var isLocale = regexp.MustCompile(`^[a-z]{2,3}([_-][A-Za-z]{2,4})?$`)

func readMeta(contentType string, body json.RawMessage) (meta, error) {
	var m meta
	if !slices.Contains(localized, contentType) {
		return m, json.Unmarshal(body, &m)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return m, err
	}
	raw := body
	if locale := localeOf(all); locale != "" {
		raw = all[locale]
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, err
	}
	if m.Security == nil {
		m.Security = all["security"] // beside the locales
	}
	if m.Access == nil {
		m.Access = all["access"]
	}
	return m, nil
}

// rule is the member that says who may see the item.
func (m *meta) rule() json.RawMessage {
	if len(m.Security) > 0 && string(m.Security) != "null" {
		return m.Security
	}
	if len(m.Access) > 0 && m.Access[0] == '{' {
		return m.Access
	}
	return nil
}

// settings is nodes[0] of the configuration document.
type settings struct {
	Site struct {
		Title           string `json:"title"`
		Description     string `json:"description"`
		Keywords        string `json:"keywords"`
		Author          string `json:"author"`
		FaviconSourceID string `json:"faviconSourceId"`
	} `json:"site"`
}
