package apidoc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/gate"
)

// Limits of descriptions in XML.
const (
	maxXMLDepth    = gate.Depth
	maxXMLElements = 200_000
)

// readXML decodes a description in XML. Document types, and so entities, are
// refused: they make small texts large and name files. Errors name line and column.
func readXML(data []byte, root string, v any) error {
	if err := checkXML(data, root); err != nil {
		return err
	}
	if err := xml.NewDecoder(bytes.NewReader(data)).Decode(v); err != nil {
		return apim.Invalid("value", fmt.Sprintf("The description cannot be read: %v.", err))
	}
	return nil
}

func checkXML(data []byte, root string) error {
	if err := gate.XML(data); err != nil {
		return apim.Invalid("value", sentence(err))
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	depth, elements := 0, 0
	at := func(format string, args ...any) error {
		line, column := d.InputPos()
		return apim.Invalid("value", fmt.Sprintf("Line %d, column %d: ", line, column)+fmt.Sprintf(format, args...))
	}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && elements > 0 {
			return nil
		}
		if err != nil {
			return at("the XML is not well-formed: %v.", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return at("document types and entities are not supported.")
		case xml.StartElement:
			if elements == 0 && t.Name.Local != root {
				return at("the root element must be '%s'; it is '%s'.", root, t.Name.Local)
			}
			depth++
			elements++
			if depth > maxXMLDepth || elements > maxXMLElements {
				return at("the description has more than %d levels or %d elements.", maxXMLDepth, maxXMLElements)
			}
		case xml.EndElement:
			depth--
		}
	}
}

// jsonType is the JSON Schema type of an XML Schema or Entity Data Model type.
func jsonType(name string) string {
	switch localName(name) {
	case "int", "integer", "long", "short", "byte", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
		"nonNegativeInteger", "positiveInteger", "Int16", "Int32", "Int64", "Byte", "SByte":
		return "integer"
	case "decimal", "double", "float", "Decimal", "Double", "Single":
		return "number"
	case "boolean", "Boolean":
		return "boolean"
	}
	return "string"
}

// localName is a name without its prefix: "xs:string", "Edm.String".
func localName(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == ':' || name[i] == '.' {
			return name[i+1:]
		}
	}
	return name
}
