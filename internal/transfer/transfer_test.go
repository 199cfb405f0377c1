package transfer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/transfer"
)

func folder(t *testing.T, dir string) *transfer.Folder {
	t.Helper()
	f, err := transfer.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// jsonText makes JSON as people and programs write it: spaces, escapes, long numbers.
func jsonText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{
			`"a": 1.50`, `"<b>" : "<&>"`, `"n":null`, `"e":1E+2`, `"u":"\u003c\/x"`, `"o":{ "z":[ ],"a":[1, 2,{"x":{}}]}`, `"é":"日本"`, `"big":12345678901234567890.123456789`,
		}), 0, 8).Draw(t, "members")
		return "{" + strings.Join(parts, rapid.SampledFrom([]string{",", " ,\n  "}).Draw(t, "comma")) + "}"
	})
}

func TestWhatIsWrittenToAFolderIsReadBackByteByByte(t *testing.T) {
	t.Parallel()
	f := folder(t, t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		want := transfer.Item{
			ID: "/contentTypes/page/contentItems/" + rapid.StringMatching(`[a-z0-9-]{1,20}`).Draw(t, "name"), Type: "T", Name: "N",
			Properties: json.RawMessage(jsonText().Draw(t, "properties")),
		}
		if err := f.WriteItems([]transfer.Item{want}); err != nil {
			t.Fatal(err)
		}
		got, err := f.ReadItems()
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		if got[0].ID != want.ID || got[0].Name != "N" || string(got[0].Properties) != string(want.Properties) {
			t.Fatalf("%s came back as %s", want.Properties, got[0].Properties)
		}
	})
}

func TestAFolderThatOtherToolsWroteIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, want, err string }{
		"ids without a slash, bodies that are properties": {`{"contentTypes/page/contentItems/x":{"en_us":{"title":"X"}}}`, `{"en_us":{"title":"X"}}`, ""},
		"a byte order mark": {"\ufeff{\"/contentTypes/url/contentItems/x\":{\"properties\":{\"a\":1}}}", `{"a":1}`, ""},
		"not an id":         {`{"page/x":{}}`, "", `"page/x" is not the id of a content item`},
		"not JSON":          {`{"a"`, "", "data.json is not an object"},
		"not an object":     {`{"/contentTypes/url/contentItems/x":7}`, "", "is not an object"},
		"twice":             {`{"/contentTypes/url/contentItems/x":{},"contentTypes/url/contentItems/X":{}}`, "", "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "data.json"), []byte(c.data), 0o644); err != nil {
				t.Fatal(err)
			}
			f := folder(t, dir)
			items, err := f.ReadItems()
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || len(items) != 1 || string(items[0].Properties) != c.want || items[0].ID[0] != '/' {
				t.Fatalf("%+v %v", items, err)
			}
			if media, err := f.List(t.Context()); err != nil || len(media) != 0 {
				t.Errorf("a folder without media: %v %v", media, err)
			}
		})
	}
}

func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	dir := t.TempDir()
	f := folder(t, dir)
	if err := os.MkdirAll(filepath.Join(dir, "media"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "media", "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../x", "a/../../x", "", "/", "a//b", "a\\b", "c:x", "a\x00b", "./x", "link/x", "a.png.info"} {
		if err := f.Put(t.Context(), transfer.Medium{Name: name, ContentType: "text/plain"}, []byte("x")); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 0 {
		t.Errorf("outside lie %v %v", entries, err)
	}
	if err := f.Put(t.Context(), transfer.Medium{Name: "/a/b.png", ContentType: "image/png"}, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if media, err := f.List(t.Context()); err != nil || len(media) != 1 || media[0] != (transfer.Medium{Name: "a/b.png", ContentType: "image/png"}) {
		t.Errorf("media: %v %v", media, err)
	}
	if text, err := f.Get(t.Context(), "a/b.png"); err != nil || string(text) != "x" {
		t.Errorf("a/b.png: %q %v", text, err)
	}
}

func TestADiffTellsWhatWouldChange(t *testing.T) {
	t.Parallel()
	item := func(id, properties string) transfer.Item {
		return transfer.Item{ID: "/contentTypes/url/contentItems/" + id, Properties: json.RawMessage(properties)}
	}
	d := transfer.Compare([]transfer.Item{item("a", `{"x": 1}`), item("b", `{}`), item("c", `{"x":1}`)}, []transfer.Item{item("A", `{"x":1}`), item("c", `{"x":1.0}`), item("d", `{}`)})
	got, err := json.Marshal(d)
	const p = "/contentTypes/url/contentItems/"
	if want := `{"added":["` + p + `d"],"changed":["` + p + `c"],"removed":["` + p + `b"],"equal":1}`; err != nil || string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
	items, err := transfer.Rewrite([]transfer.Item{item("a", `{"permalink":"https://old.example/x","text":"see https://old.example"}`)}, "https://old.example", "https://new.example")
	if err != nil || string(items[0].Properties) != `{"permalink":"https://new.example/x","text":"see https://old.example"}` {
		t.Errorf("rewritten: %s %v", items[0].Properties, err)
	}
}
