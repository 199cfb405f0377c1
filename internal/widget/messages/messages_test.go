package messages_test

import (
	"testing"

	"github.com/portico-portal/portico/internal/widget/messages"
)

func TestMessagesFillPlacesAndKnowPlurals(t *testing.T) {
	t.Parallel()
	m := messages.English()
	for got, want := range map[string]string{
		m.N("apis.count", 1):                          "1 API",
		m.N("apis.count", 0):                          "0 APIs",
		m.N("apis.count", 12345):                      "12,345 APIs",
		m.N("apis.matching", 2, "all", 9):             "2 of 9 match",
		m.T("apis.page", "page", 1, "pages", 2):       "Page 1 of 2",
		m.T("no.such.key"):                            "no.such.key",
		messages.For("fr-CH").T("user.signIn"):        "Sign in",
		messages.For("").T("user.signIn"):             "Sign in",
		messages.For("en_US").T("user.signOut"):       "Sign out",
		m.T("search.none", "query", "{n} <b>{query}"): "Nothing matches “{n} <b>{query}”.",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
