package media

import (
	"bytes"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
)

// SVG is the media type of SVG pictures.
const SVG = "image/svg+xml"

// Unknown is the media type of files that cannot be trusted to be what they claim.
const Unknown = "application/octet-stream"

// harmless are types that a browser displays or plays and never runs.
var harmless = []string{
	"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/x-icon", "image/vnd.microsoft.icon",
	"video/mp4", "video/webm", "video/ogg", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm", "audio/mp4",
	"font/woff2", "font/woff", "font/ttf", "font/otf", "font/sfnt", "application/font-woff", "application/font-woff2",
	"application/pdf", "application/json", "application/yaml", "text/plain", "text/csv", "text/markdown", "application/zip",
}

// Kind is the media type to serve a file as: the declared one, or that of its
// name, if it is harmless and the content does not contradict it; else Unknown.
func Kind(name, declared string, head []byte) string {
	kind := bare(declared)
	if kind == "" || kind == Unknown {
		kind = bare(mime.TypeByExtension(path.Ext(name)))
	}
	if kind == SVG || kind == "" && bytes.Contains(head, []byte("<svg")) {
		if looksLikeSVG(head) {
			return SVG
		}
		return Unknown
	}
	found := bare(http.DetectContentType(head))
	switch {
	case found == "text/html" || found == "text/xml":
		return Unknown
	case strings.HasPrefix(found, "image/"), strings.HasPrefix(found, "video/"), strings.HasPrefix(found, "audio/"), found == "application/pdf":
		return found
	case !slices.Contains(harmless, kind):
		return Unknown
	case strings.HasPrefix(kind, "text/"):
		return kind + "; charset=utf-8"
	}
	return kind
}

func bare(kind string) string {
	kind, _, _ = strings.Cut(kind, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

func looksLikeSVG(head []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("<")) && bytes.Contains(text, []byte("<svg"))
}
