package graphql

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/portico-portal/portico/internal/gate"
)

// checkCost refuses a schema whose check would compare too many names with each
// other: the fields of a type among themselves and with those of its interfaces,
// arguments with those that are declared, uses of a directive with its places.
func checkCost(d *ast.SchemaDocument) error {
	c := counter{types: map[string]*declared{}, directives: map[string]*ast.DirectiveDefinition{}, possible: map[string]int{}}
	all := append(append(ast.DefinitionList{}, d.Definitions...), d.Extensions...)
	for _, def := range all {
		c.declare(def)
	}
	for _, def := range d.Directives {
		c.directives[def.Name] = def
	}
	for _, t := range c.types {
		c.implements(t)
	}
	for _, def := range all {
		c.uses(def)
	}
	for _, def := range d.Directives {
		c.arguments(lineOf(def.Position), def.Name, def.Arguments)
	}
	for _, s := range append(append(ast.SchemaDefinitionList{}, d.Schema...), d.SchemaExtension...) {
		c.directive(s.Directives)
	}
	return c.Err()
}

// counter counts comparisons.
type counter struct {
	gate.GraphQLChecks
	types      map[string]*declared
	directives map[string]*ast.DirectiveDefinition
	possible   map[string]int // types that may stand for one
}

// declared is a type with its extensions.
type declared struct {
	line       int
	fields     ast.FieldList
	interfaces []string
	values     int // of an enumeration
	members    int // of a union
}

func lineOf(p *ast.Position) int {
	if p == nil {
		return 0
	}
	return p.Line
}

func (c *counter) declare(def *ast.Definition) {
	t := c.types[def.Name]
	if t == nil {
		t = &declared{line: lineOf(def.Position)}
		c.types[def.Name] = t
	}
	t.interfaces = append(t.interfaces, def.Interfaces...)
	t.fields = append(t.fields, def.Fields...)
	c.possible[def.Name] += 1 + len(def.Types)
	for _, name := range def.Interfaces {
		c.possible[name]++
	}
	t.values += len(def.EnumValues)
	t.members += len(def.Types)
	c.Members(t.line, def.Name, max(len(t.fields), len(t.interfaces), t.values, t.members))
}

// implements counts what a type costs that has interfaces.
func (c *counter) implements(t *declared) {
	arguments := 0
	for _, f := range t.fields {
		arguments = max(arguments, len(f.Arguments))
	}
	for _, name := range t.interfaces {
		of := c.types[name]
		if of == nil {
			continue
		}
		c.Compare(t.line, len(of.interfaces)*len(t.interfaces))
		for _, f := range of.fields {
			if c.Err() != nil {
				return
			}
			c.Compare(t.line, len(t.fields)+c.possible[f.Type.Name()]+2*len(f.Arguments)*arguments)
		}
	}
}

// uses counts the uses of directives in a type, and its arguments.
func (c *counter) uses(def *ast.Definition) {
	c.directive(def.Directives)
	for _, f := range def.Fields {
		c.directive(f.Directives)
		c.arguments(lineOf(f.Position), f.Name, f.Arguments)
	}
	for _, v := range def.EnumValues {
		c.directive(v.Directives)
	}
}

func (c *counter) arguments(line int, of string, list ast.ArgumentDefinitionList) {
	c.Members(line, of, len(list))
	for _, a := range list {
		c.directive(a.Directives)
	}
}

func (c *counter) directive(list ast.DirectiveList) {
	for _, use := range list {
		if of := c.directives[use.Name]; of != nil && c.Err() == nil {
			c.Compare(lineOf(use.Position), len(of.Locations)+(2*len(of.Arguments)+len(use.Arguments))*len(use.Arguments))
		}
	}
}
