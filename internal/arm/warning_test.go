package arm

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apim"
)

// TestWarningsAreReadAsTheyWereWritten: one line or many, however a proxy joins them.
func TestWarningsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	text := rapid.StringOfN(rapid.Rune(), 0, 60, maxWarningMessage).Filter(func(s string) bool { return !strings.Contains(s, "\uFFFD") })
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) apim.Finding {
			return apim.Finding{
				Severity: rapid.SampledFrom([]apim.Severity{apim.SeverityError, apim.SeverityWarning}).Draw(t, "severity"),
				Code:     apim.Code(rapid.StringMatching(`([A-Z][A-Za-z]{0,20})?`).Draw(t, "code")),
				Target:   text.Draw(t, "target"), Path: text.Draw(t, "path"), Message: text.Draw(t, "message"),
				Line: rapid.IntRange(0, 1<<30).Draw(t, "line"),
			}
		}), 0, 30).Draw(t, "findings")
		h := http.Header{}
		WriteWarnings(h, want)
		if rapid.Bool().Draw(t, "joined") && len(want) > 0 {
			h.Set(WarningHeader, strings.Join(h.Values(WarningHeader), ", "))
		}
		got, more := Warnings(h)
		kept := want[:min(len(want), maxWarnings)]
		if more != len(want)-len(kept) {
			t.Fatalf("%d more are told, want %d", more, len(want)-len(kept))
		}
		if diff := cmp.Diff(append([]apim.Finding{}, kept...), append([]apim.Finding{}, got...)); diff != "" {
			t.Fatalf("%v\n(-written +read)\n%s", h, diff)
		}
	})
}

func TestAWarningIsAStructuredField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		want    string
		finding apim.Finding
	}{
		{`warning;code=UnknownMember;target="/products/p";path="/colour";message="colour is \"nothing\" to \\ products."`,
			apim.Finding{Severity: "warning", Code: apim.UnknownMember, Target: "/products/p", Path: "/colour", Message: `colour is "nothing" to \ products.`}},
		{`error;message=%"50%25 gr%c3%bc%c3%9fe";line=7`, apim.Finding{Severity: "error", Message: "50% grüße", Line: 7}},
	} {
		h := http.Header{}
		WriteWarnings(h, []apim.Finding{c.finding})
		if got := h.Get(WarningHeader); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	got, more := Warnings(http.Header{WarningHeader: {`warning; code=Content ; message="a"; further=1, , error;message="not closed`, `3`, `warning;code=Description`}})
	want := []apim.Finding{{Severity: "warning", Code: "Content", Message: "a"}, {Severity: "warning", Code: "Description"}}
	if diff := cmp.Diff(want, got); diff != "" || more != 3 {
		t.Errorf("%d more; (-want +got)\n%s", more, diff)
	}
}
