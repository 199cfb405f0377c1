package address

import (
	"slices"
	"strconv"
	"strings"
)

// Files and their folders.
const (
	Config      = "/config.json" // what compatible clients read first (portal-wire.md §6.3)
	Robots      = "/robots.txt"
	Manifest    = "/site.webmanifest"
	Favicon     = "/favicon.ico"
	Sitemap     = "/sitemap.xml"
	SearchIndex = "/search-index.json" // portal-wire.md §5
	LLMs        = "/llms.txt"
	LLMsFull    = "/llms-full.txt"
	Changes     = "/changes.atom"

	SitemapPattern = "/sitemap/{part}"
	Assets         = "/assets/"                // built files and stylesheets, named by their content
	Content        = "/content/"               // media
	Frames         = Content + "html_widgets/" // documents of custom HTML (portal-wire.md §5)
	widgetFiles    = Content + "custom-widgets/"
	Fonts          = "/fonts/"
	FontPattern    = Fonts + "{file}"

	Management = "/mapi/" // the management API, on the portal

	Health  = "/healthz" // these three are on every surface
	Ready   = "/readyz"
	Metrics = "/metrics"
)

// Files are the files beside the pages that a whole site has, but for Config and
// the sitemaps.
var Files = []string{Robots, SearchIndex, LLMs, LLMsFull, Changes, Manifest, Favicon}

// Reserved are the first segments of addresses that are never pages (design.md §7).
var Reserved = []string{
	first(Management), "developer", "send", first(consolePath), first(Assets), first(Content), "admin", first(Health), first(Ready), first(Metrics),
}

func first(path string) string {
	segment, _, _ := strings.Cut(path[1:], "/")
	return segment
}

// NotIndexed are the beginnings of addresses that search engines should leave alone.
var NotIndexed = []string{Search, SignIn, Profile, consolePath}

// SitemapPart is the n-th part of a sitemap that is too large for one file, from 1.
func SitemapPart(n int) string { return fill(SitemapPattern, strconv.Itoa(n)+".xml") }

// ReadSitemapPart reads the number of a part from its file name; 0 if it is not one.
func ReadSitemapPart(name string) int {
	digits, ok := strings.CutSuffix(name, ".xml")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 {
		return 0
	}
	return n
}

// Asset is a built front-end file.
func Asset(name string) string { return Assets + name }

// stylesheet starts the address of a site's CSS.
const stylesheet = Assets + "site-"

// Stylesheet is the CSS of a site; hash is the SHA-256 of the content in hexadecimal.
func Stylesheet(hash string) string { return stylesheet + hash + ".css" }

// ReadStylesheet reads the hash from such an address.
func ReadStylesheet(path string) (hash string, ok bool) {
	hash, ok = strings.CutPrefix(path, stylesheet)
	hash, css := strings.CutSuffix(hash, ".css")
	return hash, ok && css
}

// Font is a file of a font.
func Font(file string) string { return fill(FontPattern, file) }

// FontFile is the file name of a font whose address styles give below the
// media, or without a slash.
func FontFile(written string) string {
	written = "/" + strings.TrimPrefix(strings.TrimPrefix(written, strings.TrimSuffix(Content, "/")), "/")
	return strings.TrimPrefix(strings.TrimPrefix(written, Fonts), "/")
}

// Medium is a file in the media library, by the name of its item.
func Medium(id string) string { return Content + id }

// IsMedium reports whether an address is that of a medium.
func IsMedium(path string) bool { return strings.HasPrefix(path, Content) }

// HiddenMedium is a medium whose name is kept secret.
func HiddenMedium(hash string) string { return Content + "-/" + hash }

// MediumVersion is a smaller version of a picture, in pixels.
func MediumVersion(path string, width int) string { return ask(path, QueryWidth, strconv.Itoa(width)) }

// Frame is the document for custom HTML.
func Frame(name string) string { return Frames + name + ".html" }

// WidgetFile is a file of a custom widget (portal-wire.md §4.4).
func WidgetFile(widget, file string) string { return widgetFiles + widget + "/" + file }

// ReadWidgetFile reads such an address.
func ReadWidgetFile(path string) (widget, file string, ok bool) {
	rest, ok := strings.CutPrefix(path, widgetFiles)
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "/")
}

// IsWidgetFile reports whether an address is that of a file of a custom widget.
func IsWidgetFile(path string) bool { return strings.HasPrefix(path, widgetFiles) }

// IsFile reports whether a path is that of a file, as against a page.
func IsFile(path string) bool {
	if slices.Contains(Files, path) || strings.HasSuffix(path, twinSuffix) {
		return true
	}
	for _, folder := range []string{Assets, Content, Fonts} {
		if strings.HasPrefix(path, folder) {
			return true
		}
	}
	return slices.ContainsFunc([]string{YAMLPattern, JSONPattern, OriginalPattern, FeedPattern}, func(pattern string) bool {
		return strings.HasSuffix(path, strings.TrimPrefix(pattern, APIPattern))
	})
}
