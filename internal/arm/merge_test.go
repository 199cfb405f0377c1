package arm

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apim"
)

func TestMergePatchExamplesOfTheRFC(t *testing.T) {
	t.Parallel()
	for _, tt := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`}, {`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`}, {`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`}, {`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`}, {`["a","b"]`, `["c","d"]`, `["c","d"]`},
		{`{"a":"b"}`, `["c"]`, `["c"]`}, {`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`}, {`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"n":1.0}`, `{"m":2.50}`, `{"m":2.50,"n":1.0}`},
	} {
		got, err := MergePatch(json.RawMessage(tt[0]), json.RawMessage(tt[1]))
		if err != nil || string(got) != tt[2] {
			t.Errorf("%s + %s = %s (%v), want %s", tt[0], tt[1], got, err, tt[2])
		}
	}
}

// anyJSON draws objects of scalars and objects, with nulls when allowed.
func anyJSON(nulls bool) *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any { return drawObject(t, nulls, 3) })
}

func drawObject(t *rapid.T, nulls bool, depth int) map[string]any {
	m := map[string]any{}
	for range rapid.IntRange(0, 4).Draw(t, "members") {
		key := rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "key")
		switch k := rapid.IntRange(0, 3).Draw(t, "type"); {
		case k == 0 && nulls:
			m[key] = nil
		case k == 1 && depth > 0:
			m[key] = drawObject(t, nulls, depth-1)
		default:
			m[key] = float64(rapid.IntRange(0, 9).Draw(t, "number"))
		}
	}
	return m
}

func TestMergePatchLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		target := marshal(anyJSON(false).Draw(t, "target"))
		patch := marshal(anyJSON(true).Draw(t, "patch"))
		once := merge(t, target, patch)
		if !sameJSON(merge(t, once, patch), once) {
			t.Fatalf("patching twice differs from once: %s + %s", target, patch)
		}
		if !sameJSON(merge(t, target, json.RawMessage(`{}`)), target) {
			t.Fatalf("an empty patch changes %s", target)
		}
		if !sameJSON(merge(t, target, target), target) {
			t.Fatalf("patching %s with itself changes it", target)
		}
	})
}

func merge(t *rapid.T, target, patch json.RawMessage) json.RawMessage {
	got, err := MergePatch(target, patch)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func marshal(v any) json.RawMessage {
	data, _ := json.Marshal(v)
	return data
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func TestNullsAreRemovedAtEveryLevel(t *testing.T) {
	t.Parallel()
	for _, tt := range [][2]string{
		{`{"a":null,"b":{"c":null,"d":1}}`, `{"b":{"d":1}}`}, {`{"a":[null,{"b":null},[null]]}`, `{"a":[{},[]]}`}, {`[null,1]`, `[1]`},
		{`null`, `null`}, {`"null"`, `"null"`}, {`{"a":"null"}`, `{"a":"null"}`}, {`{"a": 1}`, `{"a": 1}`},
		{`{"raw":{"a":null},"b":{"raw":[null]}}`, `{"b":{"raw":[null]},"raw":{"a":null}}`}, {`{"raw":null}`, `{}`},
	} {
		got, err := WithoutNulls(json.RawMessage(tt[0]), []string{"raw"})
		if err != nil || string(got) != tt[1] {
			t.Errorf("%s without nulls is %s (%v), want %s", tt[0], got, err, tt[1])
		}
	}
	for _, bad := range []string{`{"a":[null}`, `[{"a":null}`} {
		if got, err := WithoutNulls(json.RawMessage(bad), nil); err == nil && string(got) != bad {
			t.Errorf("%s becomes %s", bad, got)
		}
	}
}

func TestMembersAreAddedWhereTheyLack(t *testing.T) {
	t.Parallel()
	members := []apim.Member{{Name: "a", JSON: `[]`}, {Name: "b", JSON: `true`}}
	for _, tt := range [][2]string{
		{`{}`, `{"a":[],"b":true}`}, {`{"a":1}`, `{"a":1,"b":true}`}, {`{"b":1}`, `{"b":1,"a":[]}`}, {`{"a":1,"b":2}`, `{"a":1,"b":2}`},
		{`{"x":{"a":1}}`, `{"x":{"a":1},"a":[],"b":true}`}, {" {\n \"x\": 1 \n} ", "{\n \"x\": 1,\"a\":[],\"b\":true}"},
	} {
		if got := string(Complete(json.RawMessage(tt[0]), members)); got != tt[1] {
			t.Errorf("%s is completed to %s, want %s", tt[0], got, tt[1])
		}
	}
}
