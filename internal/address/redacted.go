package address

import "net/url"

// Redacted is an address as logs may show it: its path. Queries hold tokens,
// signatures, one-time secrets and subscription keys, under names that anybody may
// choose, so of a query only that there was one is left.
func Redacted(u *url.URL) string {
	path := u.EscapedPath()
	if u.RawQuery != "" || u.ForceQuery {
		path += "?..."
	}
	return path
}
