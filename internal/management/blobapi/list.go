package blobapi

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/blob"
)

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
func (m *call) list() error {
	prefix := strings.TrimLeft(m.query.Get("prefix"), "/")
	out := &enumeration{Container: "content", Prefix: m.query.Get("prefix"), Marker: m.query.Get("marker"), Delimiter: m.query.Get("delimiter"), MaxResults: maxListed}
	if text := m.query.Get("maxresults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return &problem{http.StatusBadRequest, "OutOfRangeQueryParameterValue", "maxresults must be a number from 1."}
		}
		out.MaxResults = min(n, maxListed)
	}
	all, err := m.c.Blobs.List(m.r.Context(), prefix)
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
