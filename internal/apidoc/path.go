package apidoc

import (
	"context"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// methods are the members of a path that are operations.
var methods = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true,
}

// paths reads all operations. x-ms-paths holds paths with queries, for
// operations that differ in nothing else.
func (p *parser) paths(ctx context.Context) {
	paths := p.root.Get("paths")
	for _, list := range []tree.Node{paths, p.root.Get("x-ms-paths")} {
		for _, m := range list.Members() {
			if strings.HasPrefix(m.Name, "x-") {
				continue
			}
			p.path(ctx, m.Name, m.Value)
			if p.fatal != nil {
				return
			}
		}
	}
	switch {
	case p.failed || len(p.d.Operations) > 0:
	case !paths.Exists():
		p.fail(p.doc.Root(), "the description has no paths.")
	default:
		p.fail(paths, "the paths have no operations.")
	}
}

// path reads the operations of one path.
func (p *parser) path(ctx context.Context, path string, n tree.Node) {
	if p.fatal = ctx.Err(); p.fatal != nil {
		return
	}
	item := p.deref(n)
	if item.Kind() != tree.Object {
		if ref := n.Ref(); ref != "" {
			p.fail(n, "the operations of %.200q are at %.200q, which is not in this document.", path, ref)
			return
		}
		p.fail(n, "a path must be an object.")
		return
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	if len(path) > maxPath {
		p.fail(n, "a path must be at most %d characters long; %.40q... has %d.", maxPath, path, len(path))
		return
	}
	shared := item.Members()
	for _, m := range shared {
		if !methods[m.Name] || p.fatal != nil {
			continue
		}
		if m.Value.Kind() != tree.Object {
			p.fail(m.Value, "an operation must be an object.")
			continue
		}
		if len(p.d.Operations) == maxOperations {
			p.fail(m.Value, "the description has more than %d operations.", maxOperations)
			return
		}
		p.operation(path, m.Name, m.Value, shared)
	}
}

// withQuery adds a parameter to a URL template.
func withQuery(template, name string) string {
	separator := "?"
	if strings.Contains(template, "?") {
		separator = "&"
	}
	return template + separator + name + "={" + name + "}"
}
