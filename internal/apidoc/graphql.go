package apidoc

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/gate"
	"github.com/portico-portal/portico/internal/graphql"
)

// CheckGraphQL refuses text that is not a schema in the GraphQL schema
// definition language. The error is an *apim.InvalidError for the field, and
// names line and column.
func CheckGraphQL(field, text string) error {
	if _, err := graphql.Load(text); err != nil {
		return apim.Invalid(field, sentence(err))
	}
	return nil
}

// sentence is an error's text as a sentence.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// IntrospectionQuery asks a GraphQL endpoint for its schema.
const IntrospectionQuery = `query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name }
 types { kind name description specifiedByURL
  fields(includeDeprecated: true) { name description isDeprecated deprecationReason args { ...input } type { ...type } }
  inputFields { ...input } interfaces { ...type } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...type } } } }
 fragment input on __InputValue { name description type { ...type } defaultValue }
 fragment type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } }`

// The parts of an answer to the introspection query (GraphQL, section 4.5).
type (
	introspected struct {
		Query        *namedType  `json:"queryType"`
		Mutation     *namedType  `json:"mutationType"`
		Subscription *namedType  `json:"subscriptionType"`
		Types        []introType `json:"types"`
	}
	namedType struct{ Name string }
	introType struct {
		Kind, Name, Description string
		SpecifiedByURL          string
		Fields, InputFields     []introField
		Interfaces              []typeRef
		EnumValues              []introField
		PossibleTypes           []typeRef
	}
	introField struct {
		Name, Description string
		Args              []introField
		Type              typeRef
		DefaultValue      *string
		IsDeprecated      bool
		DeprecationReason string
	}
	typeRef struct {
		Kind, Name string
		OfType     *typeRef
	}
)

func (t typeRef) String() string { return t.within(gate.Depth) }

// within writes a type of at most so many lists in one another.
func (t typeRef) within(depth int) string {
	switch {
	case depth < 0:
		return "" // which the schema's check refuses
	case t.Kind == "NON_NULL" && t.OfType != nil:
		return t.OfType.within(depth-1) + "!"
	case t.Kind == "LIST" && t.OfType != nil:
		return "[" + t.OfType.within(depth-1) + "]"
	}
	return t.Name
}

// SDLOfIntrospection writes the schema definition from an endpoint's answer to
// [IntrospectionQuery].
func SDLOfIntrospection(answer []byte) (string, error) {
	var in struct {
		Data struct {
			Schema *introspected `json:"__schema"`
		} `json:"data"`
	}
	if err := json.Unmarshal(answer, &in); err != nil || in.Data.Schema == nil {
		return "", apim.Invalid("value", "The endpoint does not answer the GraphQL introspection query.")
	}
	s := in.Data.Schema
	var b strings.Builder
	b.WriteString("schema {\n")
	for _, root := range []struct {
		word string
		t    *namedType
	}{{"query", s.Query}, {"mutation", s.Mutation}, {"subscription", s.Subscription}} {
		if root.t != nil {
			fmt.Fprintf(&b, "  %s: %s\n", root.word, root.t.Name)
		}
	}
	b.WriteString("}\n")
	for _, t := range s.Types {
		if !strings.HasPrefix(t.Name, "__") && !builtInScalars[t.Name] {
			t.write(&b)
		}
	}
	return b.String(), CheckGraphQL("value", b.String())
}

var builtInScalars = map[string]bool{"Int": true, "Float": true, "String": true, "Boolean": true, "ID": true}

func (t *introType) write(b *strings.Builder) {
	b.WriteByte('\n')
	describeSDL(b, "", t.Description)
	switch t.Kind {
	case "SCALAR":
		fmt.Fprintf(b, "scalar %s\n", t.Name)
	case "ENUM":
		fmt.Fprintf(b, "enum %s {\n", t.Name)
		for _, v := range t.EnumValues {
			describeSDL(b, "  ", v.Description)
			fmt.Fprintf(b, "  %s%s\n", v.Name, v.deprecation())
		}
		b.WriteString("}\n")
	case "UNION":
		fmt.Fprintf(b, "union %s = %s\n", t.Name, joinRefs(t.PossibleTypes, " | "))
	case "INPUT_OBJECT":
		fmt.Fprintf(b, "input %s {\n", t.Name)
		writeFields(b, t.InputFields)
	default:
		word := map[string]string{"OBJECT": "type", "INTERFACE": "interface"}[t.Kind]
		fmt.Fprintf(b, "%s %s", word, t.Name)
		if len(t.Interfaces) > 0 {
			b.WriteString(" implements " + joinRefs(t.Interfaces, " & "))
		}
		b.WriteString(" {\n")
		writeFields(b, t.Fields)
	}
}

func writeFields(b *strings.Builder, fields []introField) {
	for _, f := range fields {
		describeSDL(b, "  ", f.Description)
		b.WriteString("  " + f.Name)
		if len(f.Args) > 0 {
			var args []string
			for _, a := range f.Args {
				args = append(args, a.Name+": "+a.Type.String()+a.defaultValue())
			}
			b.WriteString("(" + strings.Join(args, ", ") + ")")
		}
		b.WriteString(": " + f.Type.String() + f.defaultValue() + f.deprecation() + "\n")
	}
	b.WriteString("}\n")
}

func (f *introField) defaultValue() string {
	if f.DefaultValue == nil {
		return ""
	}
	return " = " + *f.DefaultValue
}

func (f *introField) deprecation() string {
	if !f.IsDeprecated {
		return ""
	}
	reason, _ := json.Marshal(f.DeprecationReason) // strings marshal always
	return " @deprecated(reason: " + string(reason) + ")"
}

func joinRefs(refs []typeRef, separator string) string {
	var names []string
	for _, r := range refs {
		names = append(names, r.Name)
	}
	return strings.Join(names, separator)
}

func describeSDL(b *strings.Builder, indent, text string) {
	if text != "" {
		fmt.Fprintf(b, "%s\"\"\"%s\"\"\"\n", indent, strings.ReplaceAll(text, `"""`, `\"""`))
	}
}
