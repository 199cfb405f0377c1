package cost

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/portal"
)

// attack is what a stranger sends to a route, of about n bytes.
type attack struct {
	name string
	most int // bytes that the server lets through
	make func(n int) hostile
}

// hostile is what is added to a request.
type hostile struct{ query, body, header, value string }

// request is the attack on an address.
func (h hostile) request(ctx context.Context, method, at string) *http.Request {
	r := request(ctx, method, with(at, h.query), h.body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if h.header != "" {
		r.Header.Set(h.header, h.value)
	}
	return r
}

// head is what the server reads of a request's head, in bytes.
const head = 64 << 10

// heads come to every route.
var heads = []attack{
	{"a long query", head, func(n int) hostile { return hostile{query: "q=" + strings.Repeat("a", n)} }},
	{"many words", head, func(n int) hostile { return hostile{query: "q=" + strings.Repeat("a+", n/2)} }},
	{"many signs", head, func(n int) hostile { return hostile{query: "q=" + strings.Repeat("%22*", n/4)} }},
	{"many parameters", head, func(n int) hostile { return hostile{query: strings.Repeat("a=&", n/3)} }},
	{"a long cookie", head, func(n int) hostile {
		return hostile{header: "Cookie", value: address.SessionCookie + "=" + strings.Repeat("a", n)}
	}},
	{"many cookies", head, func(n int) hostile { return hostile{header: "Cookie", value: strings.Repeat("a=b; ", n/5)} }},
	{"many codings", head, func(n int) hostile { return hostile{header: "Accept-Encoding", value: strings.Repeat("br;q=0,", n/7)} }},
	{"many tags", head, func(n int) hostile { return hostile{header: "If-None-Match", value: strings.Repeat(`"a",`, n/4)} }},
	{"many ranges", head, func(n int) hostile { return hostile{header: "Range", value: "bytes=" + strings.Repeat("0-1,", n/4)} }},
}

// bodies come to routes that read one.
var bodies = []attack{
	{"a long form", 8 << 20, func(n int) hostile { return hostile{body: "email=" + strings.Repeat("a", n)} }},
	{"many fields", 8 << 20, func(n int) hostile { return hostile{body: strings.Repeat("a=&", n/3)} }},
	{"deep JSON", 8 << 20, func(n int) hostile { return hostile{body: strings.Repeat("[", n)} }},
	{"a call with a long body", 8 << 20, func(n int) hostile {
		return hostile{body: `{"method":"PUT","url":"https://h.example/","contentType":"text/x-java","body":"` + strings.Repeat("a b ", n/4) + `"}`}
	}},
	{"a call of many lines", 8 << 20, func(n int) hostile {
		return hostile{body: `{"method":"PUT","url":"https://h.example/","body":"` + strings.Repeat(`\n`, n/2) + `"}`}
	}},
	{"a call with many headers", 8 << 20, func(n int) hostile {
		return hostile{body: `{"method":"PUT","url":"https://h.example/","headers":[` + strings.Repeat(`{"name":"X","value":"b"},`, n/25) + `{}]}`}
	}},
}

// publicRoute is a route that strangers reach.
type publicRoute struct {
	pattern string
	at      []string // addresses of it
	grows   bool     // what it answers grows with what the service holds
}

// routes are all routes of the portal.
var routes = []publicRoute{
	{"GET " + address.Assets, []string{address.Assets + "x.js"}, false},
	{"GET " + address.Frames, []string{address.Frames + "x"}, false},
	{"GET " + address.Content, []string{address.Content + "x.png", address.Content + "x.png?w=320"}, false},
	{"GET " + address.FontPattern, []string{address.Font("x.woff2")}, false},
	{"GET " + address.Config, []string{address.Config}, false},
	{"GET " + address.Robots, []string{address.Robots}, false},
	{"GET " + address.Manifest, []string{address.Manifest}, false},
	{"GET " + address.Sitemap, []string{address.Sitemap}, true},
	{"GET " + address.SitemapPattern, []string{address.SitemapPart(1)}, true},
	{"GET " + address.SearchIndex, []string{address.SearchIndex}, true},
	{"GET " + address.LLMs, []string{address.LLMs}, true},
	{"GET " + address.LLMsFull, []string{address.LLMsFull}, true},
	{"GET " + address.Changes, []string{address.Changes}, true},
	{"GET " + address.FeedPattern, []string{address.Feed("big")}, true},
	{"GET " + address.Favicon, []string{address.Favicon}, false},
	{"GET " + address.SingleSignOn, []string{address.SingleSignOn}, false},
	{"POST " + address.SignIn, []string{address.SignIn}, false},
	{"GET " + address.ProviderPattern, []string{address.Provider("x")}, false},
	{"POST " + address.SignUp, []string{address.SignUp}, false},
	{"POST " + address.SignUpOAuth, []string{address.SignUpOAuth}, false},
	{"POST " + address.ResetPassword, []string{address.ResetPassword}, false},
	{"POST " + address.ConfirmPassword, []string{address.ConfirmPassword}, false},
	{"POST " + address.ChangePassword, []string{address.ChangePassword}, false},
	{"POST " + address.SignOut, []string{address.SignOut}, false},
	{"GET " + address.SignOut, []string{address.SignOut}, false},
	{"POST " + address.Profile, []string{address.Profile}, false},
	{"POST " + address.ProfilePassword, []string{address.ProfilePassword}, false},
	{"POST " + address.ProfileSessions, []string{address.ProfileSessions}, false},
	{"POST " + address.SubscriptionPattern, []string{address.Subscription("x")}, false},
	{"POST " + address.SubscribePattern, []string{address.Subscribe("all")}, false},
	{"POST " + address.ConsoleKeys, []string{address.ConsoleKeys}, false},
	{"GET " + address.Suggest, []string{address.Suggest, address.Suggest + "?q=operation"}, true},
	{"GET " + address.YAMLPattern, []string{address.YAML("big")}, true},
	{"GET " + address.JSONPattern, []string{address.JSON("big")}, true},
	{"GET " + address.OriginalPattern, []string{strings.Replace(address.OriginalPattern, "{api}", "big", 1)}, false},
	{"GET " + address.OperationsPattern, []string{address.Operations("big"), address.Operations("big") + "?q=last"}, true},
	{"GET " + address.SamplePattern, []string{address.Sample("big", "op1", "java")}, false},
	{"POST " + address.SamplePattern, []string{
		address.Sample("big", "op1", "java"), address.Sample("big", "op1", "http"), address.Sample("big", "op1", "csharp"), address.Sample("big", "op1", "php"),
	}, false},
	{address.Home, []string{
		address.Home, address.APIs, address.APIs + "?q=name", address.API("big"), address.Operation("big", "op1"), address.Products, address.Product("all"),
		address.Search + "?q=operation+last", address.Changelog("big"), address.Twin(address.API("big")), address.Twin(address.Operation("big", "op1")), "/nothing",
	}, true},
}

func TestTheTableHasEveryRouteOfThePortal(t *testing.T) {
	for _, pattern := range portal.Routes() {
		if !slices.ContainsFunc(routes, func(r publicRoute) bool { return r.pattern == pattern }) {
			t.Errorf("%s is not in the table of hostile requests", pattern)
		}
	}
}

func methodOf(pattern string) string {
	if method, _, ok := strings.Cut(pattern, " "); ok {
		return method
	}
	return http.MethodGet
}

// with is an address with more in its query.
func with(at, query string) string {
	switch {
	case query == "":
		return at
	case strings.Contains(at, "?"):
		return at + "&" + query
	}
	return at + "?" + query
}

func TestHostileRequestsCostWhatTheirLengthIs(t *testing.T) {
	p := fill(t, 200).portal(t)
	for _, route := range routes {
		method := methodOf(route.pattern)
		attacks := heads
		if method == http.MethodPost {
			attacks = slices.Concat(heads[:1], bodies)
		}
		for _, attack := range attacks {
			t.Run(route.pattern+": "+attack.name, func(t *testing.T) {
				cost.CPU(t, cost.Sizes{From: min(attack.most, 16<<10), To: attack.most}, func(n int) func() {
					h := attack.make(n)
					return func() {
						for _, at := range route.at {
							send(p, h.request(t.Context(), method, at))
						}
					}
				})
			})
		}
	}
}

func TestAnswersCostWhatTheServiceHolds(t *testing.T) {
	filled := map[int]*contents{}
	of := func(n int) *contents {
		if filled[n] == nil {
			filled[n] = fill(t, n)
		}
		return filled[n]
	}
	for _, route := range routes {
		for _, at := range route.at {
			if !route.grows {
				continue
			}
			t.Run(at, func(t *testing.T) {
				cost.CPU(t, cost.Sizes{From: 500, To: 1000}, func(n int) func() {
					p := of(n).portal(t)
					return func() { send(p, request(t.Context(), methodOf(route.pattern), at, "")) }
				})
			})
		}
	}
}

func TestWorkEndsWhenItsReaderHasGone(t *testing.T) {
	c := fill(t, 2000)
	for _, route := range routes {
		for _, at := range route.at {
			if !route.grows {
				continue
			}
			p := c.portal(t)
			before := cost.Running()
			ctx, leave := context.WithCancel(t.Context())
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				send(p, request(ctx, methodOf(route.pattern), at, ""))
			}()
			time.Sleep(2 * time.Millisecond)
			made := p.Rendered()
			leave()
			<-answered
			cost.Gone(t, before, nil)
			if more := p.Rendered() - made; more > 50 {
				t.Errorf("%s: %d pages were rendered after the reader had gone", at, more)
			}
		}
	}
}

// memory is what one request to a portal may take beside what it keeps.
const memory = 96 << 20

func TestRequestsFitIntoTheirMemory(t *testing.T) {
	p := fill(t, 1000).portal(t)
	for _, route := range routes {
		t.Run(route.pattern, func(t *testing.T) {
			cost.Memory(t, memory, func() {
				for _, at := range route.at {
					send(p, request(t.Context(), methodOf(route.pattern), at, ""))
					for _, a := range bodies {
						if methodOf(route.pattern) == http.MethodPost {
							send(p, a.make(a.most).request(t.Context(), http.MethodPost, at))
						}
					}
				}
			})
		})
	}
}
