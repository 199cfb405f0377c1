package management

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestListPagesFiltersAndOrders(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, name := range []string{"d", "a", "c", "b", "e"} {
		s.put("/tags/"+name, fmt.Sprintf(`{"displayName":"Tag %s"}`, strings.ToUpper(name)))
	}
	for _, tt := range []struct {
		query, names string
		count        float64
		more         bool
	}{
		{"", "a b c d e", 5, false},
		{"$top=2", "a b", 5, true},
		{"%24top=2&%24skip=2", "c d", 5, true},
		{"$top=2&$skip=4", "e", 5, false},
		{"$filter=" + url.QueryEscape("name ge 'c'") + "&$top=2", "c d", 3, true},
		{"$filter=" + url.QueryEscape("contains(displayName,'tag b') or name eq 'E'"), "b e", 2, false},
		{"$filter=" + url.QueryEscape("properties/displayName eq 'Tag A'"), "a", 1, false},
		{"$orderby=displayName%20desc&$top=2", "e d", 5, true},
	} {
		r := s.do("GET", "/tags?"+tt.query, "")
		if names := r.names(); names != tt.names {
			t.Errorf("%s: %q, want %q", tt.query, names, tt.names)
		}
		v := r.json()
		next, more := v["nextLink"].(string)
		if v["count"] != tt.count || more != tt.more {
			t.Errorf("%s: count %v, nextLink %q", tt.query, v["count"], next)
		}
		if more && !strings.HasPrefix(next, s.url+"/tags?") {
			t.Errorf("%s: nextLink %q is not of this server", tt.query, next)
		}
	}
}

func TestPagingFollowsNextLinks(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for i := range 25 {
		s.put(fmt.Sprintf("/tags/t%02d", i), `{"displayName":"T"}`)
	}
	var all []string
	for next := prefix + "/tags?api-version=1&$top=10"; next != ""; {
		r := s.do("GET", next, "")
		all = append(all, strings.Fields(r.names())...)
		next, _ = r.json()["nextLink"].(string)
		next = strings.TrimPrefix(next, s.url)
	}
	if len(all) != 25 || all[0] != "t00" || all[24] != "t24" {
		t.Errorf("%d items: %v", len(all), all)
	}
}

func TestListsSeeEveryWriteBeforeThem(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		want := ""
		for i := range 12 {
			s.put(fmt.Sprintf("/tags/t%02d", i), `{"displayName":"T"}`)
			want = strings.TrimSpace(want + fmt.Sprintf(" t%02d", i))
			if names := s.do("GET", "/tags", "").names(); names != want {
				t.Fatalf("after the write of t%02d: %s", i, names)
			}
		}
		s.do("PUT", "/tags/t05", `{"properties":{"displayName":"changed"}}`).want(200)
		if names := s.do("GET", "/tags?$filter=displayName+eq+'changed'", "").names(); names != "t05" {
			t.Errorf("after the change: %s", names)
		}
		s.do("DELETE", "/tags/t05", "", "If-Match", "*").want(200)
		if names := s.do("GET", "/tags", "").names(); names != strings.Replace(want, " t05", "", 1) {
			t.Errorf("after the deletion: %s", names)
		}
	})
}

func TestBadListQueries(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for query, target := range map[string]string{
		"$filter=nope+eq+1": "$filter", "$filter=name+eq": "$filter", "$top=0": "$top", "$skip=x": "$skip", "$orderby=nope": "$orderby",
	} {
		if _, targets := s.do("GET", "/tags?"+query, "").want(400).failure(); targets != target {
			t.Errorf("%s: targets %s", query, targets)
		}
	}
}

func TestContentItemsAreKeptAndFilteredByPath(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/contentTypes/page", `{"name":"Page","schema":{"x":[1.0]}}`)
	s.put("/contentTypes/page/contentItems/home", `{"en_us":{"title":"Home","permalink":"/","n":1.10,"gone":null},"access":{"x":[]}}`)
	s.put("/contentTypes/page/contentItems/about%20us", `{"en_us":{"title":"About us","permalink":"/about"}}`)
	body := s.do("GET", "/contentTypes/page/contentItems/home", "").want(200).body
	for _, kept := range []string{`"n":1.10`, `"gone":null`, `"access":{"x":[]}`} {
		if !strings.Contains(body, kept) {
			t.Errorf("%s was not kept: %s", kept, body)
		}
	}
	for filter, names := range map[string]string{
		"en_us/title eq 'home'": "home", "contains(en_us/title,'us')": "about us", "en_us/permalink eq '/'": "home", "en_us/none eq null": "about us home",
	} {
		if got := s.do("GET", "/contentTypes/page/contentItems?$filter="+url.QueryEscape(filter), "").names(); got != names {
			t.Errorf("%s: %q, want %q", filter, got, names)
		}
	}
	if got := s.do("GET", "/contentTypes/page/contentItems?$orderby=en_us/title+desc&$top=1", "").names(); got != "home" {
		t.Errorf("ordered: %s", got)
	}
	s.do("DELETE", "/contentTypes/page", "", "If-Match", "*").want(200)
	s.do("GET", "/contentTypes/page/contentItems/home", "").want(404)
}
