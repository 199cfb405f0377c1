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
		{`error;message="a ~ b"`, apim.Finding{Severity: "error", Message: "a ~ b"}},
		{`error;message=%"%c3%bc ~ b"`, apim.Finding{Severity: "error", Message: "ü ~ b"}},
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

func TestManyWarningsAreCountedAndLongOnesCut(t *testing.T) {
	t.Parallel()
	h := http.Header{}
	WriteWarnings(h, make([]apim.Finding, maxWarnings))
	if n := len(h.Values(WarningHeader)); n != maxWarnings {
		t.Errorf("%d lines for %d findings", n, maxWarnings)
	}
	h = http.Header{}
	WriteWarnings(h, make([]apim.Finding, maxWarnings+5))
	if lines := h.Values(WarningHeader); len(lines) != maxWarnings+1 || lines[maxWarnings] != "5" {
		t.Errorf("lines for %d findings: %q", maxWarnings+5, lines)
	}
	for length, want := range map[int]string{
		maxWarningMessage: strings.Repeat("m", maxWarningMessage), maxWarningMessage + 1: strings.Repeat("m", maxWarningMessage) + "…",
	} {
		h := http.Header{}
		WriteWarnings(h, []apim.Finding{{Severity: "error", Message: strings.Repeat("m", length)}})
		if got, _ := Warnings(h); len(got) != 1 || got[0].Message != want {
			t.Errorf("a message of %d bytes is read as %v", length, got)
		}
	}
}

// What is not understood is dropped with the rest of its line; numbers add up.
func TestWarningsOfOthersAreReadAsFarAsTheyGo(t *testing.T) {
	t.Parallel()
	a := apim.Finding{Severity: "warning", Code: "A"}
	for line, want := range map[string]struct {
		findings []apim.Finding
		more     int
	}{
		`3, warning;code=A, 4`:          {[]apim.Finding{a}, 7},
		`error;message, warning;code=A`: {nil, 0},
		`error;message="not closed`:     {nil, 0},
		`error;message="ends in \`:      {nil, 0},
		`error;message=%"bad %zz"`:      {nil, 0},
		`warning;code=A, `:              {[]apim.Finding{a}, 0},
		`error;message=%"a\b";line=x`:   {[]apim.Finding{{Severity: "error", Message: `a\b`}}, 0},
	} {
		got, more := Warnings(http.Header{WarningHeader: {line}})
		if diff := cmp.Diff(want.findings, got); diff != "" || more != want.more {
			t.Errorf("%s: %d more, want %d; (-want +got)\n%s", line, more, want.more, diff)
		}
	}
}
