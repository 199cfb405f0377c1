package site

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
)

// unreachable is why no address leads to a permalink, or "".
func unreachable(permalink string) string {
	t := address.ParseTemplate(permalink)
	switch {
	case !strings.HasPrefix(permalink, "/"):
		return "its permalink does not begin with /"
	case strings.Contains(permalink, "//"), strings.Contains(permalink, ".."), strings.ContainsAny(permalink, "\\~?#"):
		return "its permalink holds //, .., ~, \\, ? or #"
	case len(t) > 0 && slices.Contains(address.Reserved, strings.ToLower(t[0])):
		return "addresses below /" + t[0] + " are not pages"
	}
	return ""
}

// unusual tells what is wrong with a permalink that addresses do lead to, by the
// rules of editors (portal-wire.md §3.6), or "".
func unusual(permalink string) string {
	switch {
	case strings.Contains(permalink, "/."):
		return "one of its segments begins with a dot"
	case len(permalink) > 1 && strings.HasSuffix(permalink, "/"), strings.HasSuffix(permalink, "."):
		return "it ends with / or a dot"
	}
	return ""
}
