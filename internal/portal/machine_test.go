package portal

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
)

func TestALongSitemapIsSplit(t *testing.T) {
	t.Parallel()
	var all []string
	for i := range 25 {
		all = append(all, fmt.Sprintf("/apis/a&b%d", i))
	}
	type set struct {
		XMLName xml.Name
		Loc     []string `xml:"url>loc"`
		Parts   []string `xml:"sitemap>loc"`
	}
	read := func(name string) set {
		body, err := sitemap("https://portal.example", all, name, 10)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var s set
		if err := xml.Unmarshal(body, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	index := read("")
	if index.XMLName.Local != "sitemapindex" || len(index.Parts) != 3 {
		t.Fatalf("the index is %+v", index)
	}
	var got []string
	for _, part := range index.Parts {
		s := read(strings.TrimPrefix(part, "https://portal.example/sitemap/"))
		if len(s.Loc) > 10 {
			t.Errorf("%s holds %d addresses", part, len(s.Loc))
		}
		got = append(got, s.Loc...)
	}
	if len(got) != 25 || got[0] != "https://portal.example/apis/a&b0" {
		t.Errorf("the parts hold %d addresses: %v", len(got), got)
	}
	for _, name := range []string{"0.xml", "4.xml", "x.xml", "1"} {
		if _, err := sitemap("https://portal.example", all, name, 10); err == nil {
			t.Errorf("there is a part %s", name)
		}
	}
}

func TestTheSearchIndexHasEveryWordOfEachPageInOrder(t *testing.T) {
	t.Parallel()
	index := lunrIndex([]indexed{{"/", [3]string{"Home", "Start here", "Orders and baskets"}}, {"/a", [3]string{"About", "", "orders"}}})
	inverted := index["invertedIndex"].([]any)
	var terms []string
	for i, e := range inverted {
		entry := e.([]any)
		if at := entry[1].(map[string]any)["_index"]; at != i {
			t.Errorf("%v has the index %v, not %d", entry[0], at, i)
		}
		terms = append(terms, entry[0].(string))
	}
	if got, want := strings.Join(terms, " "), "about and baskets here home orders start"; got != want {
		t.Errorf("terms %q, want %q", got, want)
	}
	orders := inverted[5].([]any)[1].(map[string]any)["body"].(map[string]any)
	if len(orders) != 2 {
		t.Errorf("orders is in %v", orders)
	}
	if vectors := index["fieldVectors"].([]any); len(vectors) != 6 || len(vectors[2].([]any)[1].([]any)) != 6 {
		t.Errorf("vectors: %v", vectors)
	}
}
