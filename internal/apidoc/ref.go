package apidoc

import (
	"net/url"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// unescapeFragment reads one step of a pointer in a URL fragment.
func unescapeFragment(step string) string {
	if s, err := url.PathUnescape(step); err == nil {
		step = s
	}
	return tree.UnescapeStep(step)
}
