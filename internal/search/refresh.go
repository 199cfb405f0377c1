package search

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// reader makes documents from what is stored, within a batch.
type reader struct {
	tx     *store.Tx
	stored map[apim.Key]*store.Document // of the batch's operations and products, by key
	parts  map[string]json.RawMessage   // of the batch's schemas, by key
	links  map[apim.Key][]apim.Ref      // their tags
	apis   map[string]*apiInfo          // remembered
	tags   map[apim.Ref]string          // display names, remembered
}

func newReader(tx *store.Tx, keys []string) (*reader, error) {
	var refs []apim.Ref
	schemas := map[string][]string{} // names by revision
	for _, key := range keys {
		if revision, name, ok := splitSchemaKey(key); ok {
			schemas[revision] = append(schemas[revision], name)
			continue
		}
		refs = append(refs, apim.Ref(key))
	}
	stored, err := tx.GetAll(refs)
	if err != nil {
		return nil, err
	}
	links, err := tx.LinksOfAll(apim.TagLink, refs)
	if err != nil {
		return nil, err
	}
	r := &reader{tx: tx, stored: stored, links: links, parts: map[string]json.RawMessage{}, apis: map[string]*apiInfo{}, tags: map[apim.Ref]string{}}
	for revision, names := range schemas {
		parts, err := tx.SchemaParts(apim.Ref(revision), names)
		if err != nil {
			return nil, err
		}
		for name, part := range parts {
			r.parts[schemaKey(revision, name)] = part
		}
	}
	return r, nil
}

func (r *reader) get(ref apim.Ref) (*store.Document, error) {
	if d := r.stored[ref.Key()]; d != nil {
		return d, nil
	}
	return nil, apim.ErrNotFound
}

// apiInfo is what the documents of an API and its operations need to know about it.
type apiInfo struct {
	revision string // key of the current revision; "" when the API does not exist
	id       apim.PublicID
	doc      *store.Document
	api      apim.API
}

// state is what the documents of operations depend on.
func (a *apiInfo) state() string {
	return strings.Join([]string{a.revision, string(a.id), a.api.DisplayName, a.api.Path, a.api.APIVersion}, "\n")
}

// title is its display name, or its id.
func (a *apiInfo) title() string { return cmp.Or(a.api.DisplayName, string(a.id)) }

// refresh adds to the batch the present documents of the keys.
func (x *Index) refresh(tx *store.Tx, b *batch, keys []string) error {
	r, err := newReader(tx, keys)
	if err != nil {
		return err
	}
	for _, key := range keys {
		d, err := r.document(key)
		if err != nil && !errors.Is(err, apim.ErrNotFound) {
			return fmt.Errorf("index %s: %w", key, err)
		}
		b.keys = append(b.keys, key)
		if d != nil {
			b.upserts = append(b.upserts, d.index(maxBody, maxTerms))
		}
		switch apim.Ref(key).KindPath() {
		case "apis":
			err = x.followAPI(tx, b, r, key)
		case "apis/schemas":
			err = x.followSchemas(tx, b, string(apim.Ref(key).Parent()))
		}
		if err != nil && !errors.Is(err, apim.ErrNotFound) {
			return err
		}
	}
	return nil
}

// followSchemas queues the definitions of an API revision: the present ones,
// and those that are indexed.
func (x *Index) followSchemas(tx *store.Tx, b *batch, revision string) error {
	names, err := tx.SchemaPartNames(apim.Ref(revision))
	if err != nil {
		return err
	}
	for _, name := range names {
		b.enqueue = append(b.enqueue, schemaKey(revision, name))
	}
	prefix := schemaKey(revision, "")
	err = query(tx, `SELECT key, '' FROM search_document WHERE service = $1 AND api = $2 AND substr(key, 1, $3) = $4`,
		[]any{x.store.Service(), aliasOf(revision), utf8.RuneCountInString(prefix), prefix}, func(key, _ string) { b.enqueue = append(b.enqueue, key) })
	b.more = b.more || len(b.enqueue) > 0
	return err
}

// followAPI queues the operations and schemas of an API whose state differs
// from the indexed one: the present ones, and those that are indexed.
func (x *Index) followAPI(tx *store.Tx, b *batch, r *reader, key string) error {
	state := ""
	info, err := r.api(key)
	if err == nil {
		state = info.state()
	} else if !errors.Is(err, apim.ErrNotFound) {
		return err
	}
	indexed := ""
	service := x.store.Service()
	err = query(tx, `SELECT state, '' FROM search_document WHERE service = $1 AND key = $2`, []any{service, key},
		func(s, _ string) { indexed = s })
	if err != nil || (state == indexed && state != "") {
		return err
	}
	err = query(tx, `SELECT key, '' FROM search_document WHERE service = $1 AND api = $2 AND key <> $2`, []any{service, key},
		func(k, _ string) { b.enqueue = append(b.enqueue, k) })
	if err != nil || state == "" {
		b.more = b.more || len(b.enqueue) > 0
		return err
	}
	operations, err := tx.Keys(apim.Operations.Path, apim.Ref(info.revision))
	b.enqueue = append(b.enqueue, operations...)
	if err != nil {
		return err
	}
	return x.followSchemas(tx, b, info.revision)
}

// document makes what to index at a key; apim.ErrNotFound: nothing.
func (r *reader) document(key string) (*document, error) {
	if revision, name, ok := splitSchemaKey(key); ok {
		return r.schemaDocument(key, revision, name)
	}
	switch ref := apim.Ref(key); ref.KindPath() {
	case "apis":
		return r.apiDocument(ref)
	case "apis/operations":
		return r.operationDocument(ref)
	case "products":
		return r.productDocument(ref)
	}
	return nil, apim.ErrNotFound
}

func (r *reader) api(alias string) (*apiInfo, error) {
	info := r.apis[alias]
	if info == nil {
		info = &apiInfo{}
		if err := r.readAPI(apim.Ref(alias), info); err != nil && !errors.Is(err, apim.ErrNotFound) {
			return nil, err
		}
		r.apis[alias] = info
	}
	if info.revision == "" {
		return nil, apim.ErrNotFound
	}
	return info, nil
}

func (r *reader) readAPI(alias apim.Ref, info *apiInfo) error {
	revision, err := r.tx.ResolveAPI(alias)
	if err != nil {
		return err
	}
	doc, err := r.tx.Get(revision)
	if err != nil {
		return err
	}
	if err := doc.Decode(&info.api); err != nil {
		return err
	}
	info.doc, info.revision = doc, string(doc.Key())
	info.id = doc.Ref.Alias().PublicID()
	return nil
}

func (r *reader) apiDocument(alias apim.Ref) (*document, error) {
	info, err := r.api(string(alias.Key()))
	if err != nil {
		return nil, err
	}
	ofRevision, err := r.tx.Links(apim.TagLink, apim.Ref(info.revision))
	if err != nil {
		return nil, err
	}
	tags, err := r.tagNames(append(ofRevision, r.links[alias.Key()]...))
	if err != nil {
		return nil, err
	}
	text := plainText(info.api.Description)
	return &document{
		key: string(alias.Key()), class: classAPI, ref: string(info.doc.Ref.Alias()), api: string(alias.Key()), apiID: info.id, name: string(info.id),
		title: info.title(), path: info.api.Path, state: info.state(),
		paths: append(tags, info.api.APIVersion, info.api.Type), body: text, text: cutText(text, maxText),
	}, nil
}

func (r *reader) operationDocument(ref apim.Ref) (*document, error) {
	revision := string(ref.Parent().Key())
	info, err := r.api(aliasOf(revision))
	if err != nil {
		return nil, err
	}
	if info.revision != revision {
		return nil, apim.ErrNotFound // of a revision that is not current
	}
	doc, err := r.get(ref)
	if err != nil {
		return nil, err
	}
	var op apim.Operation
	var extra struct {
		OperationID, Summary string
		Tags                 []string
	}
	if err := doc.Decode(&op); err != nil {
		return nil, err
	}
	if len(doc.Extra) > 0 {
		if err := json.Unmarshal(doc.Extra, &extra); err != nil {
			return nil, fmt.Errorf("decode extra: %w", err)
		}
	}
	tags, err := r.tagNames(r.links[ref.Key()])
	if err != nil {
		return nil, err
	}
	text := plainText(op.Description)
	return &document{
		key: string(ref.Key()), class: classOperation, ref: string(doc.Ref), api: aliasOf(info.revision), apiID: info.id,
		name: string(doc.Name), title: cmp.Or(op.DisplayName, string(doc.Name)), apiTitle: info.title(),
		method: op.Method, path: op.URLTemplate, names: []string{extra.OperationID},
		paths: append(tags, append(extra.Tags, string(info.id), info.api.Path)...),
		body:  strings.Join(append(parameterWords(&op), extra.Summary, text), " "), text: cutText(cmp.Or(text, extra.Summary), maxText),
	}, nil
}

// parameterWords are the names and descriptions of an operation's parameters, and the
// names of its types.
func parameterWords(op *apim.Operation) []string {
	var names, texts []string
	parameters := func(lists ...[]apim.Parameter) {
		for _, list := range lists {
			for _, p := range list {
				names = append(names, p.Name)
				texts = append(texts, plainText(p.Description))
			}
		}
	}
	bodies := func(list []apim.Representation) {
		for _, b := range list {
			names = append(names, b.TypeName)
			parameters(b.FormParameters)
		}
	}
	parameters(op.TemplateParameters)
	if op.Request != nil {
		parameters(op.Request.QueryParameters, op.Request.Headers)
		bodies(op.Request.Representations)
	}
	for _, r := range op.Responses {
		bodies(r.Representations)
	}
	return append(names, cutText(strings.Join(texts, " "), maxBody/2))
}

func (r *reader) productDocument(ref apim.Ref) (*document, error) {
	doc, err := r.get(ref)
	if err != nil {
		return nil, err
	}
	var p apim.Product
	if err := doc.Decode(&p); err != nil {
		return nil, err
	}
	tags, err := r.tagNames(r.links[ref.Key()])
	if err != nil {
		return nil, err
	}
	text := plainText(p.Description)
	return &document{
		key: string(ref.Key()), class: classProduct, ref: string(doc.Ref), name: string(doc.Name), title: cmp.Or(p.DisplayName, string(doc.Name)),
		paths: tags, body: text, text: cutText(text, maxText),
	}, nil
}

// tagNames are the display names of tags.
func (r *reader) tagNames(tags []apim.Ref) ([]string, error) {
	var names []string
	for _, tag := range tags {
		name, ok := r.tags[tag]
		if !ok {
			var err error
			if name, err = r.tagName(tag); err != nil {
				return nil, err
			}
			r.tags[tag] = name
		}
		names = append(names, name)
	}
	return names, nil
}

func (r *reader) tagName(tag apim.Ref) (string, error) {
	var t apim.Tag
	_, err := r.tx.Decode(tag, &t)
	if errors.Is(err, apim.ErrNotFound) {
		return "", nil
	}
	return t.DisplayName, err
}
