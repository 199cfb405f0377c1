package mail

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzFill: without values a template stays as it is, and a value in XHTML brings no markup.
func FuzzFill(f *testing.F) {
	f.Add("Dear $First ${Last}, $!{a} $$b $", "<b>")
	f.Fuzz(func(t *testing.T, text, value string) {
		defer cost.Bound(t, len(text)*(len(value)+1))()
		if got := Fill(text, nil); got != text {
			t.Errorf("%q becomes %q without values", text, got)
		}
		got := FillXHTML(text, map[string]string{"a": value, "First": value})
		if strings.Count(got, "<") > strings.Count(text, "<") {
			t.Errorf("%q with the value %q becomes %q", text, value, got)
		}
	})
}
