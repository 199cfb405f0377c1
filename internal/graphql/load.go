package graphql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/portico-portal/portico/internal/gate"
)

// Load reads and checks a schema. The error is a sentence that names line and
// column where they are known.
func Load(text string) (*ast.Schema, error) {
	if err := gate.GraphQL(text); err != nil {
		return nil, err
	}
	document, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Name: "schema", Input: text})
	if err != nil {
		return nil, placed(err)
	}
	if err := checkCost(document); err != nil {
		return nil, err
	}
	schema, err := validator.ValidateSchemaDocument(document)
	if err != nil {
		return nil, placed(err)
	}
	return schema, nil
}

// placed puts the place of the parser's first error before its message.
func placed(err error) error {
	var wrong *gqlerror.Error
	var list gqlerror.List
	switch {
	case errors.As(err, &list) && len(list) > 0:
		wrong = list[0]
	case !errors.As(err, &wrong):
		return fmt.Errorf("the schema cannot be read: %w", err)
	}
	place := ""
	if len(wrong.Locations) > 0 {
		place = fmt.Sprintf("line %d, column %d: ", wrong.Locations[0].Line, wrong.Locations[0].Column)
	}
	return errors.New(place + strings.TrimSuffix(wrong.Message, ".") + ".")
}
