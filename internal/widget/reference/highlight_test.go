package reference

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestExamplesAreMarkedUpAndCut(t *testing.T) {
	t.Parallel()
	if got := string(highlightExample(json.RawMessage(`{"a":[1,"<b>"],"c":null}`), "application/json")); got !=
		"{\n  <i class=k>\"a\"</i>: [\n    <i class=n>1</i>,\n    <i class=s>\"&lt;b&gt;\"</i>\n  ],\n  <i class=k>\"c\"</i>: <i class=n>null</i>\n}" {
		t.Errorf("marked up as %s", got)
	}
	long := `[` + strings.Repeat(`{"name":"x"},`, 5000) + `{}]`
	if got := string(highlightExample(json.RawMessage(long), "application/json")); len(got) > 500 || !strings.Contains(got, "name") {
		t.Errorf("a list of 5,000 elements is shown in %d bytes, not by its first", len(got))
	}
}
