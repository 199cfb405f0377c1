package prose

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/markdown"
)

func TestTextThatCostsTooMuchIsShownPlain(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"quotations":  strings.Repeat(">", 5000) + "end",
		"lists":       strings.Repeat("- ", 5000) + "end",
		"links":       strings.Repeat("[a](", 20_000) + "end",
		"emphasis":    strings.Repeat("a *a", 10_000) + strings.Repeat("a_ ", 10_000) + "end",
		"definitions": strings.Repeat("[a]: b (\n", 5000) + "end",
		"a table":     strings.Repeat("a|", 2000) + "\n" + strings.Repeat("-|", 2000) + "\n" + strings.Repeat("a|\n", 2000) + "end",
		"elements":    strings.Repeat("<div>", 2000) + "end",
	} {
		out := string(Rich(text))
		if !strings.Contains(out, "end") {
			t.Errorf("%s: the text does not end as it was written", name)
		}
		if len(out) > 8*len(text) {
			t.Errorf("%s: %d bytes become %d", name, len(text), len(out))
		}
		if name != "elements" && markdown.Whole(text) {
			t.Errorf("%s: nothing says that some of it stays plain", name)
		}
	}
}

func TestOrdinaryTextIsReadWhole(t *testing.T) {
	t.Parallel()
	table := "|a|b|c|d|\n|-|-|-|-|\n" + strings.Repeat("|`one`|[two](https://e.example)|*three*|four|\n", 1000)
	list := strings.Repeat("- a `b` [c](d) **e**\n  - f\n", 3000)
	chapter := "# Title\n\n" + strings.Repeat(strings.Repeat("Words *with* `marks` and [links](https://e.example/a_b). ", 40)+"\n\n", 60)
	for name, text := range map[string]string{"a table": table, "a list": list, "chapters": chapter} {
		if !markdown.Whole(text) {
			t.Errorf("%s of %d KB is not read whole", name, len(text)>>10)
		}
	}
}
