package export

import (
	"fmt"
	stdhtml "html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/portico-portal/portico/internal/address"
)

// cssURL is a file that CSS names.
var cssURL = regexp.MustCompile(`url\(["']?(/[^"')]+)["']?\)`)

// addressed are the attributes that hold an address.
var addressed = []string{"href", "src", "poster"}

// adapt makes a page of the portal one of the files: a header that static hosts
// would not send becomes an element, the scripts learn where the portal is, and
// links to what is no file lead there.
func (x *run) adapt(n *html.Node, policy string) {
	if n.Type == html.ElementNode {
		switch n.DataAtom {
		case atom.Html:
			n.Attr = append(n.Attr, html.Attribute{Key: "data-backend", Val: x.Backend})
		case atom.Head:
			if policy != "" && !strings.HasPrefix(policy, "sandbox") {
				n.InsertBefore(x.policy(policy), n.FirstChild)
			}
		case atom.Style:
			if n.FirstChild != nil {
				for _, m := range cssURL.FindAllStringSubmatch(n.FirstChild.Data, -1) {
					x.name(m[1])
				}
			}
		}
		for i := range n.Attr {
			a := &n.Attr[i]
			switch {
			case slices.Contains(addressed, a.Key):
				a.Val = x.name(a.Val)
			case a.Key == "action" && address.IsLocal(a.Val): // what was typed would be lost on the way
				a.Val = x.Backend + a.Val
			case a.Key == "srcset":
				a.Val = x.pictures(a.Val)
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		x.adapt(c, policy)
	}
}

// policy is the page's policy as an element. It may call the portal, and forms
// may lead there; who may frame it is not an element's to say.
func (x *run) policy(header string) *html.Node {
	var kept []string
	for rule := range strings.SplitSeq(header, ";") {
		rule = strings.TrimSpace(rule)
		switch name, _, _ := strings.Cut(rule, " "); name {
		case "frame-ancestors", "report-uri", "sandbox", "":
			continue
		case "connect-src", "form-action":
			rule += " " + x.Backend
		}
		kept = append(kept, rule)
	}
	return &html.Node{Type: html.ElementNode, Data: "meta", DataAtom: atom.Meta, Attr: []html.Attribute{
		{Key: "http-equiv", Val: "Content-Security-Policy"}, {Key: "content", Val: strings.Join(kept, "; ")},
	}}
}

// name is an address as the files have it: of a file, which is then fetched, of
// a page that is a file, else of the portal.
func (x *run) name(at string) string {
	u, err := url.Parse(at)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		return at
	}
	path := u.EscapedPath()
	if address.IsFile(path) {
		x.want(path)
		u.RawQuery = "" // a smaller version of a picture is the picture
		return u.String()
	}
	if x.known[path] && u.RawQuery == "" || slices.Contains(address.Personal, path) && u.RawQuery == "" {
		return at
	}
	return x.Backend + at
}

// pictures leaves the picture itself of its versions.
func (x *run) pictures(set string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(set), " ")
	return x.name(first)
}

// leading is a page that leads elsewhere.
func leading(to string) []byte {
	to = stdhtml.EscapeString(to)
	return fmt.Appendf(nil, `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex"><meta http-equiv="refresh" content="0;url=%s"><title>%[1]s</title><p><a href="%[1]s">%[1]s</a>`, to)
}
