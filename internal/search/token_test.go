package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/cost"
)

// spoken are the words a text is found by, stems left out.
func spoken(text string) string {
	var all []string
	chunks(text, func(c chunk) bool {
		all = append(all, c.text)
		for _, p := range c.pieces {
			all = append(all, "+"+p.text)
		}
		return true
	})
	return strings.Join(all, " ")
}

func TestTextIsCutIntoWords(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"words and signs", "List all users, please!", "list all users please"},
		{"camel case", "listUsers", "listusers +list +users"},
		{"capitals before a word", "HTTPServerError", "httpservererror +http +server +error"},
		{"a single capital stays", "OAuth eTag", "oauth etag"},
		{"digits stay", "v2 s3 OAuth2Token", "v2 s3 oauth2token +oauth2 +token"},
		{"snake and kebab case", "user_id x-request-id", "user id x request id"},
		{"path with templates", "/repos/{owner}/{repoName}", "repos owner reponame +repo +name"},
		{"the genitive", "the user's and the users’ things, it’s", "the user and the users things it"},
		{"accents", "Éléments À LA CRÈME", "elements a la creme"},
		{"letters that decompose into nothing", "Straße Łódź Ærø", "strasse lodz aero"},
		{"full width and ligatures", "ＡＰＩ oﬃce", "api office"},
		{"other alphabets", "Пользователь ΧΡΉΣΤΗΣ", "пользователь χρηστησ"},
		{"Chinese in pairs", "用户列表 API", "用户列表 +用户 +户列 +列表 api"},
		{"nothing", " /{}!? ", ""},
		{"data is no word", strings.Repeat("abc1", 20), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := spoken(test.text); got != test.want {
				t.Errorf("%q is found by %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestRelatedWordsHaveOneStem(t *testing.T) {
	t.Parallel()
	for _, family := range []string{
		"user users", "create creates creating created", "delete deleting deleted deletes", "repository repositories",
		"run running runs", "list lists listing listed", "cache caches caching cached", "price prices pricing",
		"type types typed", "bill billing billed bills", "index indexes indexing", "status", "address addresses",
		"match matches matching matched", "cancel cancels cancelled cancelling", "install installs installed", "get gets getting", "string strings", "class classes",
	} {
		words := strings.Fields(family)
		for _, w := range words {
			if stem(w) != stem(words[0]) {
				t.Errorf("stem(%s) = %s, stem(%s) = %s: one would not find the other", w, stem(w), words[0], stem(words[0]))
			}
		}
	}
	for _, pair := range []string{"string str", "thing th", "speed spe", "news new2", "bus bu", "user use", "number699 number69"} {
		a, b, _ := strings.Cut(pair, " ")
		if stem(a) == stem(b) {
			t.Errorf("%s and %s have the same stem %s", a, b, stem(a))
		}
	}
}

func TestWordsLieWhereTheyAreSaidToLie(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		end := 0
		chunks(text, func(c chunk) bool {
			if c.start < end || c.end <= c.start || c.end > len(text) {
				t.Fatalf("chunk %+v overlaps or is empty", c)
			}
			end = c.end
			for _, p := range c.pieces {
				if p.start < c.start || p.end > c.end || !utf8.ValidString(p.text) {
					t.Fatalf("piece %+v of %+v", p, c)
				}
			}
			if c.text != "" && fold(text[c.start:c.end]) != c.text {
				t.Fatalf("%+v does not stand at its place", c)
			}
			return true
		})
	})
}

// Terms must be one token to both engines: letters and digits without ASCII capitals.
func FuzzTermsAreTokens(f *testing.F) {
	for _, seed := range []string{"listUsers", "Straße 用户列表", "a'b\"c\\d \x00 \xff", "İI ﬃ Å", "๑๒๓ กำ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, len(text))()
		d := &document{title: text, path: text, body: text}
		for _, term := range d.index(maxBody, maxTerms).terms {
			for _, r := range term {
				if !isWordRune(r) || 'A' <= r && r <= 'Z' || r == utf8.RuneError {
					t.Fatalf("term %q of %q has %q", term, text, r)
				}
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"list users", "GET /user/repos", `"quoted" OR NOT (x) *`, "how do i", "listUs", "'; DROP TABLE x; --", "用户列表 "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, len(text))()
		s := parse(text)
		if len(s.clauses) > maxWords {
			t.Fatalf("%d clauses", len(s.clauses))
		}
		for dialect := range dialects {
			spelled := s.within(inText).spell(dialect)
			if strings.Count(spelled, "(") != strings.Count(spelled, ")") || strings.ContainsAny(spelled, "\x00\\;") {
				t.Fatalf("%q is spelled %s", text, spelled)
			}
		}
		s.marks(text)
		if len(text) > snippetLength {
			s.cutAround(text)
		}
	})
}

func TestDistanceCountsEdits(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"user", "user", 0}, {"user", "users", 1}, {"usre", "user", 1}, {"usar", "user", 1}, {"suer", "user", 1},
		{"repostiory", "repository", 1}, {"repozitri", "repository", 3}, {"", "abc", 3}, {"größe", "grösse", 2},
	} {
		if got := distance(test.a, test.b, 5); got != test.want {
			t.Errorf("distance(%s, %s) = %d, want %d", test.a, test.b, got, test.want)
		}
		if got := distance(test.a, test.b, 1); got != min(test.want, 2) {
			t.Errorf("distance(%s, %s) up to 1 = %d, want %d", test.a, test.b, got, min(test.want, 2))
		}
	}
}

func TestDescriptionsAreReadAsPlainText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"HTML", "<p>Lists <b>all</b>&nbsp;users.</p><!-- not me -->\n<script>", "Lists all users."},
		{"Markdown", "## Users\n\n* `GET` the [docs](https://example.test/a_b) **now**", "Users GET the docs now"},
		{"a comparison is no tag", "a < b and 1<2", "a < b and 1<2"},
		{"brackets without an address", "see [1] and (2)", "see 1 and (2)"},
		{"snake case stays", "the user_id field", "the user_id field"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := plainText(test.text); got != test.want {
				t.Errorf("plainText(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestSnippetsShowTheMatch(t *testing.T) {
	t.Parallel()
	s := parse("cancelled order")
	text := strings.Repeat("Nothing of interest here. ", 20) + "An order that was cancelled is kept for a year. " + strings.Repeat("More words follow. ", 20)
	h := &Hit{Title: "Cancel an order"}
	s.mark(h, text)
	if len(h.Snippet) > snippetLength+2*len("…") || !strings.Contains(h.Snippet, "order that was cancelled") {
		t.Errorf("snippet %q", h.Snippet)
	}
	var marked []string
	for _, p := range slices.Concat(h.TitleParts(), h.SnippetParts()) {
		if p.Match {
			marked = append(marked, p.Text)
		}
	}
	if got := strings.Join(marked, ","); got != "Cancel,order,order,cancelled" {
		t.Errorf("marked %s", got)
	}
	var whole strings.Builder
	for _, p := range h.SnippetParts() {
		whole.WriteString(p.Text)
	}
	if whole.String() != h.Snippet {
		t.Errorf("the parts are %q, the snippet %q", whole.String(), h.Snippet)
	}
}
