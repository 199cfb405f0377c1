package arm

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
)

var testFields = apim.Fields{"name", "displayName", "path", "isCurrent", "size", "created"}

func record(t testing.TB, name, properties string) Record {
	t.Helper()
	r, err := NewRecord(apim.Name(name), json.RawMessage(properties), testFields)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFilter(t *testing.T) {
	t.Parallel()
	r := record(t, "Echo-API", `{"displayName":"O'Reilly Echo","path":"echo/v1","isCurrent":true,"size":10,"created":"2024-05-01T10:00:00Z","description":"secret"}`)
	for filter, want := range map[string]bool{
		``:                                         true,
		`name eq 'echo-api'`:                       true,
		`name eq 'ECHO-API'`:                       true,
		`NAME ne 'echo-api'`:                       false,
		`properties/name eq 'x'`:                   false,
		`displayName eq 'O''Reilly Echo'`:          true,
		`contains(displayName,'reilly')`:           true,
		`contains(properties/displayName, 'ECHO')`: true,
		`startswith(path,'echo') and endswith(path,'v1')`:    true,
		`substringof('reilly',displayName)`:                  true,
		`substringof('x',displayName) eq false`:              true,
		`not contains(displayName,'reilly')`:                 false,
		`not (name eq 'a' or name eq 'b')`:                   true,
		`name eq 'a' or name eq 'echo-api' and path eq 'no'`: false,
		`(name eq 'a' or name eq 'echo-api') and isCurrent`:  true,
		`isCurrent eq true`:                                  true,
		`isCurrent ne true`:                                  false,
		`isCurrent eq 'true'`:                                false,
		`size gt 9 and size le 10.0`:                         true,
		`size lt -1e3`:                                       false,
		`size eq '10'`:                                       false,
		`created ge 2024-05-01`:                              true,
		`created lt datetime'2024-05-01T10:00:00'`:           false,
		`created gt 2024-05-01T11:30:00+02:00`:               true,
		`created eq '2024-05-01T12:00:00+02:00'`:             true,
		`name gt 'a' and name lt 'z'`:                        true,
		`size gt 10`:                                         false, `size ge 10`: true, `size lt 10`: false, `size le 10`: true, `size eq 10`: true, `size ne 10`: false, `size eq 11`: false,
		`size gt +9`: true, `size gt .5`: true,
		`name gt 'echo-api'`: false, `name ge 'echo-api'`: true,
		`created lt 9999-01-01`: true, `created gt 0001-01-01`: true,
		`substringof('x',displayName) ne false`:                                                     false,
		`contains(displayName,'reilly') ne true`:                                                    false,
		`contains(displayName,path)`:                                                                false,
		`contains('echo/v1/x',path)`:                                                                true,
		strings.TrimSuffix(strings.Repeat("name ne 'a' and ", 200), " and "):                        true,
		"name eq 'echo-api'" + strings.Repeat(" ", maxFilter-len("name eq 'echo-api'")):             true,
		strings.Repeat("(", maxFilterDepth-1) + "isCurrent" + strings.Repeat(")", maxFilterDepth-1): true,
		`size eq null`:            false,
		`size ne null`:            true,
		`null eq null`:            true,
		`contains('abc','B')`:     true,
		`name eq ''`:              false,
		"\tname\n eq 'echo-api' ": true,
	} {
		f, err := ParseFilter(filter, testFields, false)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if got := f.Match(r); got != want {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
}

func TestFilterOnAbsentValues(t *testing.T) {
	t.Parallel()
	r := record(t, "x", `{}`)
	for filter, want := range map[string]bool{
		`size eq null`: true, `size ne null`: false, `size gt 1`: false, `size le 1`: false, `not (size gt 1)`: true,
		`displayName ne 'x'`: true, `contains(displayName,'')`: false, `isCurrent`: false,
		`contains('x',displayName)`: false, `contains(displayName,path)`: false,
	} {
		f, err := ParseFilter(filter, testFields, false)
		if err != nil || f.Match(r) != want {
			t.Errorf("%s: want %v (%v)", filter, want, err)
		}
	}
}

func TestFilterByPathInContent(t *testing.T) {
	t.Parallel()
	r, err := NewRecord("i", json.RawMessage(`{"en_us":{"title":"Home & more","permalink":"/"},"tags":["a"]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]bool{
		`en_us/title eq 'home & more'`: true, `properties/en_us/permalink eq '/'`: true, `contains(en_us/title,'x')`: false,
		`fr/title eq null`: true, `tags eq 'a'`: false, `tags/x eq null`: true, `name eq 'i'`: true,
	} {
		f, err := ParseFilter(filter, nil, true)
		if err != nil || f.Match(r) != want {
			t.Errorf("%s: want %v (%v)", filter, want, err)
		}
	}
}

func TestBadFiltersSayWhere(t *testing.T) {
	t.Parallel()
	for filter, says := range map[string]string{
		`description eq 'x'`:                 "the fields are name",
		`name eq`:                            "character 8",
		`name 'x'`:                           "not expected",
		`name eq 'x`:                         "not closed",
		`name eq 'x' and`:                    "expected",
		`(name eq 'x'`:                       "closing parenthesis",
		`name eq 'x')`:                       "not expected",
		`lower(name) eq 'x'`:                 "not a function",
		`contains(name)`:                     "comma",
		`contains(contains(name,'x'),'y')`:   "takes a field",
		`'x'`:                                "operator",
		`size eq 1.2.3`:                      "not a number",
		`created gt datetime'yesterday'`:     "not a date",
		strings.Repeat("not ", 100) + "name": "deeper",
		strings.Repeat("(", 5000):            "deeper",
		strings.Repeat("a", 9000):            "8192 bytes",
		strings.Repeat(" ", maxFilter) + "a": "8192 bytes",
		strings.Repeat("(", maxFilterDepth) + "isCurrent": "deeper",
		`name eq datetime`:            "not a field",
		`name'2024-01-01'`:            "not expected",
		`- eq 1`:                      "not a field",
		strings.Repeat("b", 40) + " ": `"` + strings.Repeat("b", 40) + `" is not`,
		strings.Repeat("b", 41):       `"` + strings.Repeat("b", 40) + `…" is not`,
	} {
		_, err := ParseFilter(filter, testFields, false)
		e := FromError(err)
		if e.Status != 400 || len(e.Details) != 1 || e.Details[0].Target != "$filter" || !strings.Contains(e.Message, says) {
			t.Errorf("%.60s: %v, want %q", filter, err, says)
		}
	}
}

// oracle is an expression with its own, naive meaning.
type oracle struct {
	text string
	eval func(row map[string]any) bool
}

func drawExpression(t *rapid.T, depth int) oracle {
	if depth == 0 {
		return drawComparison(t)
	}
	switch rapid.IntRange(0, 4).Draw(t, "node") {
	case 0:
		a, b := drawExpression(t, depth-1), drawExpression(t, depth-1)
		return oracle{"(" + a.text + ") and (" + b.text + ")", func(r map[string]any) bool { return a.eval(r) && b.eval(r) }}
	case 1:
		a, b := drawExpression(t, depth-1), drawExpression(t, depth-1)
		return oracle{"(" + a.text + ") or (" + b.text + ")", func(r map[string]any) bool { return a.eval(r) || b.eval(r) }}
	case 2:
		a := drawExpression(t, depth-1)
		return oracle{"not (" + a.text + ")", func(r map[string]any) bool { return !a.eval(r) }}
	case 3:
		a, b, c := drawComparison(t), drawComparison(t), drawComparison(t)
		return oracle{a.text + " or " + b.text + " and " + c.text, func(r map[string]any) bool { return a.eval(r) || b.eval(r) && c.eval(r) }}
	}
	return drawComparison(t)
}

var text = rapid.StringOf(rapid.SampledFrom([]rune("aB'é/ ")))

func drawComparison(t *rapid.T) oracle {
	field := rapid.SampledFrom([]string{"name", "displayName", "path"}).Draw(t, "field")
	s := text.Draw(t, "string")
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	low := strings.ToLower(s)
	get := func(r map[string]any) (string, bool) {
		v, ok := r[field].(string)
		return strings.ToLower(v), ok
	}
	switch kind := rapid.IntRange(0, 3).Draw(t, "kind"); kind {
	case 0:
		op := rapid.SampledFrom([]string{"eq", "ne", "gt", "ge", "lt", "le"}).Draw(t, "op")
		return oracle{field + " " + op + " " + quoted, func(r map[string]any) bool {
			v, ok := get(r)
			return map[string]bool{"eq": ok && v == low, "ne": !ok || v != low, "gt": ok && v > low, "ge": ok && v >= low, "lt": ok && v < low, "le": ok && v <= low}[op]
		}}
	case 1:
		n := float64(rapid.IntRange(-3, 3).Draw(t, "number"))
		return oracle{fmt.Sprintf("size ge %v", n), func(r map[string]any) bool { v, ok := r["size"].(float64); return ok && v >= n }}
	case 2:
		return oracle{"isCurrent ne true", func(r map[string]any) bool { v, ok := r["isCurrent"].(bool); return !ok || !v }}
	}
	fn := rapid.SampledFrom([]string{"contains", "startswith", "endswith", "substringof"}).Draw(t, "function")
	call := fmt.Sprintf("%s(%s,%s)", fn, field, quoted)
	if fn == "substringof" {
		call = fmt.Sprintf("%s(%s,%s)", fn, quoted, field)
	}
	return oracle{call, func(r map[string]any) bool {
		v, ok := get(r)
		return ok && map[string]bool{"contains": strings.Contains(v, low), "substringof": strings.Contains(v, low),
			"startswith": strings.HasPrefix(v, low), "endswith": strings.HasSuffix(v, low)}[fn]
	}}
}

func TestFilterEqualsNaiveEvaluation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := map[string]any{}
		for _, f := range []string{"displayName", "path"} {
			if rapid.Bool().Draw(t, "has "+f) {
				row[f] = text.Draw(t, f)
			}
		}
		if rapid.Bool().Draw(t, "has size") {
			row["size"] = float64(rapid.IntRange(-3, 3).Draw(t, "size"))
		}
		if rapid.Bool().Draw(t, "has isCurrent") {
			row["isCurrent"] = rapid.Bool().Draw(t, "isCurrent")
		}
		name := text.Draw(t, "name")
		properties, _ := json.Marshal(row)
		row["name"] = name
		rec, err := NewRecord(apim.Name(name), properties, testFields)
		if err != nil {
			t.Fatal(err)
		}
		e := drawExpression(t, 3)
		f, err := ParseFilter(e.text, testFields, false)
		if err != nil {
			t.Fatalf("%s: %v", e.text, err)
		}
		if got, want := f.Match(rec), e.eval(row); got != want {
			t.Fatalf("%s on %v: %v, want %v", e.text, row, got, want)
		}
		// A list binds its filter to the fields of its records; that changes no meaning.
		f.Bind(testFields)
		if got, want := f.Match(rec), e.eval(row); got != want {
			t.Fatalf("bound, %s on %v: %v, want %v", e.text, row, got, want)
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{"name eq 'x'", "not (a) or b", "contains(name,'''')", "created gt 2024-01-01", "((((", "'", "substringof('a', name) eq true"} {
		f.Add(s)
	}
	r, err := NewRecord("x", json.RawMessage(`{"a":{"b":[1]},"created":"2024-01-01T00:00:00Z"}`), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer cost.Bound(t, len(s))()
		start := time.Now()
		filter, err := ParseFilter(s, nil, true)
		if err == nil {
			filter.Match(r)
		} else if e := FromError(err); e.Status != 400 {
			t.Errorf("%q: status %d", s, e.Status)
		}
		if d := time.Since(start); d > time.Second {
			t.Errorf("%q took %s", s, d)
		}
	})
}

func TestOrderBy(t *testing.T) {
	t.Parallel()
	rows := []Record{
		record(t, "c", `{"displayName":"beta","size":2}`), record(t, "a", `{"displayName":"Alpha","size":10}`),
		record(t, "b", `{"size":2}`), record(t, "d", `{"displayName":"alpha"}`),
	}
	for orderBy, want := range map[string]string{
		"": "cabd", " ": "cabd", "name": "abcd", "name desc": "dcba", "displayName, name DESC": "bdac", "size desc,name asc": "abcd", "size,name": "dbca",
	} {
		o, err := ParseOrder(orderBy, testFields, false)
		if err != nil {
			t.Fatal(err)
		}
		if o.Empty() != (strings.TrimSpace(orderBy) == "") {
			t.Errorf("%q counts as no order: %v", orderBy, o.Empty())
		}
		sorted := append([]Record(nil), rows...)
		Sort(o, sorted, func(r Record) Record { return r })
		got := ""
		for _, r := range sorted {
			got += r.values["name"].(string)
		}
		if got != want {
			t.Errorf("%q: %s, want %s", orderBy, got, want)
		}
	}
	for _, bad := range []string{"nope", "name up", "name asc asc", "name,"} {
		if _, err := ParseOrder(bad, testFields, false); FromError(err).Status != 400 {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func BenchmarkContainsOver10000(b *testing.B) {
	rows := make([]Record, 10000)
	for i := range rows {
		rows[i] = record(b, fmt.Sprintf("api-%d", i), fmt.Sprintf(`{"displayName":"The API number %d of the service","path":"p/%d"}`, i, i))
	}
	f, err := ParseFilter(`contains(displayName,'99') or contains(path,'98')`, testFields, false)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for _, r := range rows {
			if f.Match(r) {
				n++
			}
		}
	}
}

func TestNamesAreFilteredLikeText(t *testing.T) {
	t.Parallel()
	f, err := ParseFilter("name eq 'GOLD' and startswith(name, 'go')", apim.Fields{"name"}, false)
	if err != nil {
		t.Fatal(err)
	}
	if !f.Match(RecordOf(map[string]any{"name": apim.Name("Gold")})) {
		t.Error("a list filtered by name leaves the resource out")
	}
}

func TestABoundFilterFindsWhatAnUnboundOneDoes(t *testing.T) {
	t.Parallel()
	fields := apim.Fields{"en_us", "name"}
	listed, err := NewRecord("i", json.RawMessage(`{"en_us":{"title":"Home"}}`), fields)
	if err != nil {
		t.Fatal(err)
	}
	unlisted := RecordOf(map[string]any{"name": apim.Name("I"), "en_us": map[string]any{"title": "HOME"}})
	for text, want := range map[string]bool{
		`contains(en_us/title,'home')`: true, `contains(en_us/title,'x')`: false, `startswith(name,'i')`: true, `not contains(name,'i')`: false,
		`contains(name,'i') or contains(name,'x')`: true,
	} {
		f, err := ParseFilter(text, fields, true)
		if err != nil {
			t.Fatal(err)
		}
		f.Bind(fields)
		if f.Match(listed) != want || f.Match(unlisted) != want {
			t.Errorf("%s: %v and %v, want %v", text, f.Match(listed), f.Match(unlisted), want)
		}
	}
	if none, _ := ParseFilter(" ", fields, true); !none.Empty() || !none.Match(listed) {
		t.Error("no filter does not match all")
	}
	some, _ := ParseFilter("name eq 'i'", fields, false)
	some.Bind(fields)
	Filter{}.Bind(fields)
	alone, _ := ParseFilter("startswith(name,'i')", apim.Fields{"name"}, false)
	alone.Bind(apim.Fields{"name"})
	if !alone.Match(unlisted) {
		t.Error("a filter bound to the first field does not find it in a record without a list")
	}
	if some.Empty() {
		t.Error("a filter counts as none")
	}
}

func TestTheNameIsTheResourcesExceptOfContent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		fields []string
		want   string
	}{{[]string{"name"}, "id"}, {nil, "own"}} {
		r, err := NewRecord("ID", json.RawMessage(`{"name":"Own"}`), tt.fields)
		if err != nil || r.Text("name") != tt.want {
			t.Errorf("fields %v: name %q, want %q (%v)", tt.fields, r.Text("name"), tt.want, err)
		}
	}
}
