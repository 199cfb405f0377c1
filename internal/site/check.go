package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/routine"
)

// Check compiles every page and lists what is wrong with the site, errors
// first. A site with an error is not published.
func (s *Site) Check() []apim.Finding {
	found := slices.Clone(s.findings)
	add := func(severity apim.Severity, item, path, message string) {
		found = append(found, finding(severity, item, path, message))
	}
	s.checkPermalinks(add)
	s.compileAll()
	for _, p := range s.pages {
		if p.details != nil || p.Ref == "" && len(s.layouts) > 0 && s.hasOwnPages() {
			continue // what is wrong with it is found at the page itself
		}
		if _, err := p.Compiled(); err != nil && len(p.findings) == 0 {
			add(apim.SeverityError, p.Ref, "", err.Error())
		}
		for _, f := range p.findings {
			add(f.Severity, p.Ref, f.Path, f.Message)
		}
	}
	for _, it := range s.items {
		s.checkLinks(it, add)
	}
	slices.SortFunc(found, func(a, b apim.Finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(found)
}

// compileAll compiles the pages, on all cores.
func (s *Site) compileAll() {
	g := routine.Limited(runtime.GOMAXPROCS(0))
	for _, p := range s.pages {
		g.Go(func() error {
			p.Compiled() // what is wrong is kept in the page
			return nil
		})
	}
	g.Wait()
}

// hasOwnPages reports whether the site has a page that is not the engine's.
func (s *Site) hasOwnPages() bool {
	return slices.ContainsFunc(s.pages, func(p *Page) bool { return p.Ref != "" })
}

func (s *Site) checkPermalinks(add func(severity apim.Severity, item, path, message string)) {
	first := map[string]*Page{}
	for _, p := range s.pages {
		if p.Ref == "" || p.details != nil {
			continue
		}
		if p.lost != "" {
			add(apim.SeverityWarning, p.Ref, "", fmt.Sprintf("Nobody can reach the page at %q: %s.", p.Permalink, p.lost))
			continue
		}
		if why := unusual(p.Permalink); why != "" {
			add(apim.SeverityWarning, p.Ref, "", fmt.Sprintf("Editors do not accept the permalink %q: %s.", p.Permalink, why))
		}
		key := p.template.Shape()
		if other, taken := first[key]; taken {
			add(apim.SeverityError, p.Ref, "", fmt.Sprintf("The permalink %s is also that of %s.", p.Permalink, other.Ref))
			continue
		}
		first[key] = p
	}
}

// checkLinks warns of references to items that do not exist.
func (s *Site) checkLinks(it Item, add func(severity apim.Severity, item, path, message string)) {
	contentType, id := split(it.Ref.Key())
	if contentType != "document" || id == "navigation" || id == "stylesheet" {
		return // menus are checked as they are read; styles refer to themselves
	}
	if json.Valid(it.Body) && !s.mayDangle(it.Body) {
		return
	}
	var v any
	if err := json.Unmarshal(it.Body, &v); err != nil {
		add(apim.SeverityError, string(it.Ref), "", "The document is not understood: "+err.Error())
		return
	}
	walk(v, "", func(path, key, value string) {
		if !slices.Contains([]string{"targetId", "sourceId", "faviconSourceId"}, key) || !strings.Contains(strings.ToLower(value), "contenttypes/") {
			return
		}
		if _, ok := s.items[refKey(value)]; ok {
			return
		}
		what := "A link leads to"
		if key != "targetId" {
			what = "A picture or file is"
		}
		add(apim.SeverityWarning, string(it.Ref), path, fmt.Sprintf("%s %s, which does not exist.", what, value))
	})
}

// itemRef is a JSON text that begins like a reference to a content item.
var itemRef = regexp.MustCompile(`(?i)"/?contenttypes/[^"]*"`)

// mayDangle reports, without decoding the document, whether one of its texts
// refers to an item that does not exist. Only then is it worth decoding.
func (s *Site) mayDangle(body []byte) bool {
	if bytes.IndexByte(body, '\\') >= 0 { // escapes may hide a reference
		return true
	}
	for _, ref := range itemRef.FindAll(body, -1) {
		if _, ok := s.items[refKey(string(ref[1:len(ref)-1]))]; !ok {
			return true
		}
	}
	return false
}

// walk calls fn with every string member of a JSON value and the JSON pointer of its object.
func walk(v any, path string, fn func(path, key, value string)) {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			if text, ok := member.(string); ok {
				fn(path, key, text)
				continue
			}
			walk(member, path+"/"+strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1"), fn)
		}
	case []any:
		for i, member := range v {
			walk(member, fmt.Sprintf("%s/%d", path, i), fn)
		}
	}
}

// finding is one about a content item; "" is the site.
func finding(severity apim.Severity, item, path, message string) apim.Finding {
	return apim.Finding{Severity: severity, Code: apim.FoundInContent, Target: item, Path: path, Message: message}
}
