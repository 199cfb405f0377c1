package apidoc

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Export writes the OpenAPI 3 description of a stored API, for its callers. The
// stored operations are the truth; what the imported description said beyond
// the wire model is added. servers are the addresses to call, usually the
// gateway's; backends are never named. The format is OpenAPI (YAML) or
// OpenAPIJSON. The error is apim.ErrNotFound if the API does not exist.
func Export(ctx context.Context, tx *store.Tx, api apim.Ref, format Format, servers ...string) ([]byte, error) {
	if format != OpenAPI && format != OpenAPIJSON {
		return nil, apim.Invalid("format", fmt.Sprintf("format must be openapi or openapi+json; it is %q.", format))
	}
	x, err := load(tx, api)
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", api, err)
	}
	text, err := x.document(ctx, servers)
	if err != nil {
		return nil, err
	}
	text = x.withoutBackends(text)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if format == OpenAPI {
		return writeYAML(text), nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		return nil, fmt.Errorf("export %s: %w", api, err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// exporter is a stored API being written.
type exporter struct {
	api        apim.API
	extra      APIExtra
	operations []*exported
	parts      *parser         // the definitions, for looking things up
	inline     map[string]bool // definitions that were inline schemas
}

// exported is one stored operation.
type exported struct {
	id     string
	op     apim.Operation
	extra  apim.OperationExtra
	tags   []string
	inline map[string]bool
}

func load(tx *store.Tx, api apim.Ref) (*exporter, error) {
	ref, err := tx.ResolveAPI(api)
	if err != nil {
		return nil, err
	}
	doc, err := tx.Get(ref)
	if err != nil {
		return nil, err
	}
	if doc.Kind != apim.APIs.Path {
		return nil, apim.ErrNotFound
	}
	x := &exporter{inline: map[string]bool{}}
	if err := doc.Decode(&x.api); err != nil {
		return nil, err
	}
	if x.extra, err = ReadExtra(doc.Extra); err != nil {
		return nil, fmt.Errorf("decode %s: %w", ref, err)
	}
	if err := x.loadSchemas(tx, doc.Ref); err != nil {
		return nil, err
	}
	return x, x.loadOperations(tx, doc.Ref)
}

// loadSchemas reads the definitions of all schemas of the API into one set.
func (x *exporter) loadSchemas(tx *store.Tx, api apim.Ref) error {
	docs, err := tx.List(apim.APISchemas.Path, api)
	if err != nil {
		return err
	}
	p := &parser{parts: map[string]int{}}
	for _, doc := range docs {
		root := tree.Derived(modern(doc.Body), tree.Node{}).Root().Get("document")
		for _, list := range []tree.Node{root.Get("components").Get("schemas"), root.Get("definitions")} {
			for _, m := range list.Members() {
				p.addPart(m.Name, m.Value.Compact())
			}
		}
	}
	var schemas objectWriter
	for _, one := range p.schema {
		schemas.add(one.name, one.raw)
	}
	p.doc = tree.Derived(holding("components", holding("schemas", schemas.raw())), tree.Node{})
	x.parts = p
	return nil
}

// modern converts the references of Swagger 2.
func modern(raw json.RawMessage) json.RawMessage {
	return bytes.ReplaceAll(raw, []byte(`"`+definitionRef), []byte(`"`+componentRef))
}

func (x *exporter) loadOperations(tx *store.Tx, api apim.Ref) error {
	docs, err := tx.List(apim.Operations.Path, api)
	if err != nil {
		return err
	}
	tags, err := operationTags(tx, api)
	if err != nil {
		return err
	}
	slices.SortStableFunc(docs, func(a, b *store.Document) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Seq, b.Seq))
	})
	for _, doc := range docs {
		if err := tx.Context().Err(); err != nil { // nobody waits for it any more
			return err
		}
		o := &exported{id: string(doc.Name), inline: map[string]bool{}}
		if err := doc.Decode(&o.op); err != nil {
			return err
		}
		if len(doc.Extra) > 0 {
			if err := json.Unmarshal(modern(doc.Extra), &o.extra); err != nil {
				return fmt.Errorf("decode %s: %w", doc.Ref, err)
			}
		}
		for _, name := range o.extra.Inline {
			o.inline[name], x.inline[name] = true, true
		}
		o.tags = inOrder(tags[doc.Key()], o.extra.Tags)
		x.operations = append(x.operations, o)
	}
	slices.SortStableFunc(x.operations, func(a, b *exported) int {
		return cmp.Compare(rank(a.extra.Order), rank(b.extra.Order))
	})
	return nil
}

// rank puts operations without a place in the description last.
func rank(order int) int {
	if order <= 0 {
		return math.MaxInt
	}
	return order
}

// operationTags are the display names of the tags of each operation, by the operation's key.
func operationTags(tx *store.Tx, api apim.Ref) (map[apim.Key][]string, error) {
	links, err := tx.LinksBelow(apim.TagLink, api)
	if err != nil || len(links) == 0 {
		return nil, err
	}
	docs, err := tx.ListAll(apim.Tags.Path)
	if err != nil {
		return nil, err
	}
	names := make(map[apim.Key]string, len(docs))
	for _, doc := range docs {
		var tag apim.Tag
		if err := doc.Decode(&tag); err != nil {
			return nil, err
		}
		names[doc.Key()] = tag.DisplayName
	}
	all := map[apim.Key][]string{}
	for _, l := range links {
		if name, ok := names[l.To]; ok {
			all[l.From] = append(all[l.From], name)
		}
	}
	return all, nil
}

// inOrder sorts tags in the description's order and spelling; others follow by name.
func inOrder(tags, described []string) []string {
	place := func(tag string) int {
		i := slices.IndexFunc(described, func(name string) bool { return tagKey(name) == tagKey(tag) })
		if i < 0 {
			return len(described)
		}
		return i
	}
	slices.SortFunc(tags, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
	for i, tag := range tags {
		if at := place(tag); at < len(described) {
			tags[i] = described[at]
		}
	}
	return tags
}
