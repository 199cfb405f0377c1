package apis

import (
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// copyBelow copies everything below an API revision to another one: all kinds
// declared below apis, schema parts and the tags of operations.
func copyBelow(tx *store.Tx, from, to apim.Ref) error {
	var copies []*store.Document
	for _, kind := range apim.Kinds {
		if !strings.HasPrefix(kind.Path, apim.APIs.Path+"/") {
			continue
		}
		docs, err := listBelow(tx, kind, from)
		if err != nil {
			return err
		}
		for _, d := range docs {
			copies = append(copies, &store.Document{Ref: moved(d.Ref, from, to), Body: d.Body, Extra: d.Extra})
			if err := copyParts(tx, kind, d, to); err != nil {
				return err
			}
		}
	}
	if err := tx.PutAll(copies); err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return copyTags(tx, from, to)
}

// listBelow lists the documents of a kind under one API, at any depth.
func listBelow(tx *store.Tx, kind *apim.Kind, api apim.Ref) ([]*store.Document, error) {
	if kind.Parent() == apim.APIs.Path {
		return tx.List(kind.Path, api)
	}
	parents, err := listBelow(tx, apim.KindByPath(kind.Parent()), api)
	if err != nil {
		return nil, err
	}
	var all []*store.Document
	for _, p := range parents {
		docs, err := tx.List(kind.Path, p.Ref)
		if err != nil {
			return nil, err
		}
		all = append(all, docs...)
	}
	return all, nil
}

func copyParts(tx *store.Tx, kind *apim.Kind, doc *store.Document, to apim.Ref) error {
	if kind != apim.APISchemas {
		return nil
	}
	var s apim.Schema
	if err := doc.Decode(&s); err != nil {
		return err
	}
	return apidoc.PutParts(tx, to.Child("schemas", doc.Name), &s)
}

// copyTags repeats the tags of the operations; the API's own are linked to its alias.
func copyTags(tx *store.Tx, from, to apim.Ref) error {
	links, err := tx.LinksBelow(apim.TagLink, from)
	if err != nil {
		return fmt.Errorf("read tags below %s: %w", from, err)
	}
	for i := range links {
		links[i].From = moved(links[i].From.Ref(), from, to).Key()
	}
	return tx.LinkAll(apim.TagLink, links)
}

// moved replaces the beginning of a ref, whatever its case.
func moved(ref, from, to apim.Ref) apim.Ref { return to + ref[len(from):] }
