package reference

import (
	"context"
	"html/template"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/portico-portal/portico/internal/graphql"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// maxGraphFields is how many fields of one type are listed.
const maxGraphFields = 250

// graphType is a root type of a GraphQL schema and what can be asked of it.
type graphType struct {
	Name   string
	Fields []graphField
	More   int // left out
}

type graphField struct {
	Name, Signature string
	Text            template.HTML
	Deprecated      bool
}

// graphTypes are the queries, mutations and subscriptions of a GraphQL API.
func (r *Reader) graphTypes(ctx context.Context) ([]graphType, error) {
	text, err := r.Data.GraphQL(ctx, r.API)
	if err != nil || text == "" {
		return nil, err
	}
	schema, err := graphql.Load(text)
	if err != nil {
		return nil, nil // it was checked when it was stored; an older one is shown without its types
	}
	var list []graphType
	for _, root := range []struct {
		key string
		of  *ast.Definition
	}{{"graphql.queries", schema.Query}, {"graphql.mutations", schema.Mutation}, {"graphql.subscriptions", schema.Subscription}} {
		if root.of != nil {
			list = append(list, r.graphType(root.key, root.of))
		}
	}
	return list, nil
}

func (r *Reader) graphType(key string, of *ast.Definition) graphType {
	t := graphType{Name: r.Words.T(key)}
	for _, f := range of.Fields {
		if len(f.Name) > 1 && f.Name[:2] == "__" {
			continue
		}
		if len(t.Fields) == maxGraphFields {
			t.More++
			continue
		}
		t.Fields = append(t.Fields, graphField{
			Name: f.Name, Signature: signature(f), Text: prose.Line(f.Description),
			Deprecated: slices.ContainsFunc(f.Directives, func(d *ast.Directive) bool { return d.Name == "deprecated" }),
		})
	}
	return t
}

// signature is a field with its arguments and type, as the schema writes it.
func signature(f *ast.FieldDefinition) string {
	s := f.Name
	for i, a := range f.Arguments {
		s += map[bool]string{true: "(", false: ", "}[i == 0] + a.Name + ": " + a.Type.String()
	}
	if len(f.Arguments) > 0 {
		s += ")"
	}
	return s + ": " + f.Type.String()
}
