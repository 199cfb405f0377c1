package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Reference is a resource that a document refers to.
type Reference struct {
	Kind *apim.Kind
	// Name is a key: the last segment of the id, the display name of a
	// named value, or the thumbprint of a certificate.
	Name apim.Name
}

// NewReference makes a reference of a name as it was written.
func NewReference(kind *apim.Kind, name apim.Name) Reference {
	return Reference{kind, apim.Name(strings.TrimSpace(string(name))).Key()}
}

// naming lists the attributes that refer to resources (apim-rest.md Part 4).
var naming = []struct {
	element, attribute string
	kind               *apim.Kind
}{
	{"authentication-certificate", "certificate-id", apim.Certificates},
	{"authentication-certificate", "thumbprint", apim.Certificates},
	{"azure-openai-semantic-cache-lookup", "embeddings-backend-id", apim.Backends},
	{"identity", "issuer-certificate-id", apim.Certificates}, // validate-client-certificate
	{"include-fragment", "fragment-id", apim.PolicyFragments},
	{"key", "certificate-id", apim.Certificates}, // validate-jwt, validate-azure-ad-token
	{"llm-content-safety", "backend-id", apim.Backends},
	{"llm-semantic-cache-lookup", "embeddings-backend-id", apim.Backends},
	{"log-to-eventhub", "logger-id", apim.Loggers},
	{"set-backend-service", "backend-id", apim.Backends},
}

var namedValue = regexp.MustCompile(`\{\{[A-Za-z0-9._ -]+\}\}`)

// NamedValues lists the named values in texts: {{name}}.
func NamedValues(texts ...string) []Reference {
	var list []Reference
	for _, text := range texts {
		for _, braced := range namedValue.FindAllString(text, -1) {
			list = append(list, NewReference(apim.NamedValues, apim.Name(braced[2:len(braced)-2])))
		}
	}
	return list
}

// References lists what a policy document, fragment or resolver refers to.
// value returns the text of a named value, which may contain references in
// turn, and whether it exists. The error is an *apim.InvalidError.
func References(document, format string, value func(name apim.Name) (string, bool)) ([]Reference, error) {
	_, root, err := read(document, format)
	if err != nil {
		return nil, err
	}
	r := references{value: value}
	r.element(root, false)
	return r.list, nil
}

type references struct {
	value func(apim.Name) (string, bool)
	list  []Reference
}

// element collects the references in an element and its children. Literal
// content, which policies send as it is, contains only named values.
func (r *references) element(el *element, literal bool) {
	for _, a := range el.attrs {
		r.list = append(r.list, NamedValues(a.value)...)
		for _, n := range naming {
			if !literal && n.element == el.name && n.attribute == a.name {
				r.name(n.kind, a.value)
			}
		}
	}
	r.list = append(r.list, NamedValues(el.text)...)
	literal = literal || el.name == "set-body"
	for _, child := range el.children {
		r.element(child, literal)
	}
}

// name adds a resource, unless its name is known only when a call runs.
func (r *references) name(kind *apim.Kind, name string) {
	name = namedValue.ReplaceAllStringFunc(name, func(braced string) string {
		value, ok := r.value(NewReference(apim.NamedValues, apim.Name(braced[2:len(braced)-2])).Name)
		if !ok {
			return braced
		}
		return value
	})
	if findExpression(name) < 0 {
		r.list = append(r.list, NewReference(kind, apim.Name(name)))
	}
}

// Names reports whether a list contains a resource of the kind by one of the names.
func Names(list []Reference, kind *apim.Kind, names ...apim.Name) bool {
	return slices.ContainsFunc(names, func(name apim.Name) bool {
		return name != "" && slices.Contains(list, NewReference(kind, name))
	})
}
