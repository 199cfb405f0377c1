package arm

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestListsAreWrittenAsTheirStructSays(t *testing.T) {
	t.Parallel()
	for _, l := range []List{
		{Value: []any{}},
		{Value: []any{Envelope{ID: "/x", Type: "t", Name: "<\"x\">", Properties: json.RawMessage(`{"a":[1,null]}`)}, map[string]int{"b": 1}}, Count: 7, NextLink: "https://h/x?$skip=1&b=<"},
		{Value: []any{Envelope{ID: "/y"}}, Count: 1},
	} {
		got, err := encodeJSON(l)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTextsAreWrittenAsTheEncoderWritesThem(t *testing.T) {
	t.Parallel()
	check := func(s string) {
		if got, want := string(appendText(nil, s)), string(marshal(s)); got != want {
			t.Errorf("%q is written as %s, want %s", s, got, want)
		}
	}
	for c := range 256 {
		check(string([]byte{byte(c)}))
		check(string([]byte{'a', byte(c)}))
	}
	rapid.Check(t, func(t *rapid.T) { check(rapid.String().Draw(t, "text")) })
}
