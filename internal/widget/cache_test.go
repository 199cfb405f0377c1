package widget_test

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// What a page is kept under, its declared query and its audience, must be all
// that its shared parts depend on. These tests ask every reviewed state of every
// widget: one whose author forgets to declare something, or declares what means
// nothing, fails here.

// asked are the query parameters of any widget, and others that people may
// write, each with values that mean something to the widgets that read it.
func asked() map[string][]string {
	values := map[string][]string{"preview": {"draft"}, "done": {"saved"}, "sort": {"name"}, "api": {"events"}, "operation": {"list"}, "product": {"gold"}}
	for _, w := range widget.Registry {
		for _, name := range w.Query {
			values[name] = append(values[name], "1", "2")
		}
	}
	for _, s := range states {
		for name, list := range s.render.Params.Query {
			values[name] = append(values[name], list...)
		}
	}
	for name, more := range map[string][]string{"type": {"websocket", "http"}, "version": {"v1"}, "group": {"orders", ""}, "show": {"paths"}, "page": {"3"}, "view": {"list"}} {
		values[name] = append(values[name], more...)
	}
	return values
}

// with is a render with another value of one query parameter.
func with(r widget.Render, name, value string) widget.Render {
	query := maps.Clone(r.Params.Query)
	if query == nil {
		query = url.Values{}
	}
	query.Set(name, value)
	r.Params.Query = query
	return r
}

// parts renders a page: its shared parts in one text, its personal ones in another.
func parts(t *testing.T, p *widget.Page, r widget.Render) (shared, personal string) {
	t.Helper()
	if r.Data == nil {
		r.Data = shop()
	}
	if r.Visitor.Groups == nil {
		r.Visitor = catalog.Guest()
	}
	out, err := p.Render(context.Background(), r)
	if err != nil {
		return "error: " + err.Error(), ""
	}
	for _, part := range out.Parts {
		if part.Personal {
			shared += fmt.Sprintf("<slot %d>", part.Slot)
			personal += string(part.HTML)
		} else {
			shared += string(part.HTML)
		}
	}
	return shared, personal
}

// carried is where a list keeps the rest of the query: in links and hidden fields.
var carried = regexp.MustCompile(` href="[^"]*"|<input type=hidden [^>]*>`)

func TestAPageDependsOnNoParameterThatItDoesNotDeclare(t *testing.T) {
	t.Parallel()
	values := asked()
	matters := map[string]bool{} // type and parameter
	for _, s := range states {
		p := compile(t, s.node)
		shared, personal := parts(t, p, s.render)
		kind, _, _ := strings.Cut(s.name, "/")
		stray := s.render // with everything that the page does not declare
		for name, list := range values {
			if !slices.Contains(p.QueryParameters(), name) {
				stray = with(stray, name, list[len(list)-1])
				continue
			}
			for _, value := range list {
				gotShared, gotPersonal := parts(t, p, with(s.render, name, value))
				matters[kind+" "+name] = matters[kind+" "+name] || gotShared != shared || gotPersonal != personal
			}
		}
		gotShared, gotPersonal := parts(t, p, stray)
		if carried.ReplaceAllString(gotShared+gotPersonal, "") != carried.ReplaceAllString(shared+personal, "") {
			t.Errorf("%s: something of ?%s changes the page, but the widget does not declare it: visitors who ask for it do not get it", s.name, stray.Params.Query.Encode())
		}
	}
	for _, w := range widget.Registry {
		for _, name := range w.Query {
			if !matters[w.Type+" "+name] {
				t.Errorf("%s declares ?%s=, which changes nothing: its page is kept again for each value", w.Type, name)
			}
		}
	}
}

func TestSharedPartsOfAPageDoNotKnowWhoLooks(t *testing.T) {
	t.Parallel()
	someone := catalog.Visitor{UserID: "someone", Groups: []apim.PublicID{"developers"}}
	personal := map[string]bool{}
	for _, s := range states {
		p := compile(t, s.node)
		r := s.render
		r.Visitor, r.Person, r.Form = someone, nil, nil
		shared, nobodys := parts(t, p, r)
		r.Visitor, r.Person, r.Form = signedIn, widget.Person(ada), refused
		if got, own := parts(t, p, r); got != shared {
			t.Errorf("%s: what everybody of an audience is shown holds something of one person", s.name)
		} else if own != nobodys {
			kind, _, _ := strings.Cut(s.name, "/")
			personal[kind] = true
		}
	}
	for _, w := range widget.Registry {
		if w.Personal && !personal[w.Type] {
			t.Errorf("%s is marked personal, but shows everybody the same", w.Type)
		}
	}
}

func TestAPreviewIsThePageBelowABar(t *testing.T) {
	t.Parallel()
	for _, s := range states {
		p := compile(t, s.node)
		r := s.render
		r.NoIndex = true
		published, own := parts(t, p, r)
		for _, name := range []string{"draft", "r <1>"} {
			r.Preview = name
			previewed, also := parts(t, p, r)
			before, rest, _ := strings.Cut(previewed, "<p class=previewed")
			_, after, found := strings.Cut(rest, "</p>")
			if strings.HasPrefix(published, "error: ") {
				before, after, found = previewed, "", true
			}
			if !found || before+after != published || own != also {
				t.Errorf("%s: the preview of %s differs from the page by more than its bar", s.name, name)
			}
		}
	}
}
