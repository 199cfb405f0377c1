package apidoc

import "strings"

// edmx is the part of an OData service's metadata that is read (OData CSDL XML 4.0).
type edmx struct {
	Schemas []struct {
		Namespace  string           `xml:"Namespace,attr"`
		EntityType []edmxEntityType `xml:"EntityType"`
		Container  []struct {
			Name      string    `xml:"Name,attr"`
			Sets      []edmxSet `xml:"EntitySet"`
			Singleton []edmxSet `xml:"Singleton"`
			Function  []edmxSet `xml:"FunctionImport"`
			Action    []edmxSet `xml:"ActionImport"`
		} `xml:"EntityContainer"`
	} `xml:"DataServices>Schema"`
}

type edmxEntityType struct {
	Name string `xml:"Name,attr"`
	Key  []struct {
		Name string `xml:"Name,attr"`
	} `xml:"Key>PropertyRef"`
	Property []struct {
		Name string `xml:"Name,attr"`
		Type string `xml:"Type,attr"`
	} `xml:"Property"`
}

type edmxSet struct {
	Name       string `xml:"Name,attr"`
	EntityType string `xml:"EntityType,attr"`
}

// fromOData outlines the metadata of an OData service: for each entity set, its
// list and its entities.
func fromOData(data []byte) (*outline, error) {
	var e edmx
	if err := readXML(data, "Edmx", &e); err != nil {
		return nil, err
	}
	o := &outline{title: "OData", schemas: map[string]any{}}
	types := map[string]*edmxEntityType{}
	for i := range e.Schemas {
		s := &e.Schemas[i]
		for j := range s.EntityType {
			t := &s.EntityType[j]
			types[t.Name] = t
			o.schemas[t.Name] = t.schema()
		}
	}
	for _, s := range e.Schemas {
		for _, c := range s.Container {
			o.title = c.Name
			for _, set := range c.Sets {
				o.addSet(set, types[localName(set.EntityType)])
			}
			for _, one := range c.Singleton {
				o.add("GET", "/"+one.Name, "get-"+one.Name, "Get "+one.Name)
			}
			for _, f := range c.Function {
				o.add("GET", "/"+f.Name, f.Name, f.Name)
			}
			for _, a := range c.Action {
				o.add("POST", "/"+a.Name, a.Name, a.Name)
			}
		}
	}
	return o, nil
}

func (o *outline) add(method, path, id, summary string) *outlined {
	op := &outlined{method: method, path: path, id: id, summary: summary}
	o.operations = append(o.operations, op)
	return op
}

func (o *outline) addSet(set edmxSet, t *edmxEntityType) {
	body := []outlinedBody{{media: "application/json"}}
	if t != nil {
		body[0].schema = t.Name
	}
	list := o.add("GET", "/"+set.Name, "list-"+set.Name, "List "+set.Name)
	for _, name := range []string{"$filter", "$select", "$expand", "$orderby", "$search"} {
		list.parameters = append(list.parameters, outlinedParameter{name: name, in: "query", kind: "string"})
	}
	for _, name := range []string{"$top", "$skip"} {
		list.parameters = append(list.parameters, outlinedParameter{name: name, in: "query", kind: "integer"})
	}
	list.parameters = append(list.parameters, outlinedParameter{name: "$count", in: "query", kind: "boolean"})
	create := o.add("POST", "/"+set.Name, "create-"+set.Name, "Create an entity of "+set.Name)
	create.requests, create.responses = body, map[string][]outlinedBody{"201": body}
	if t == nil || len(t.Key) == 0 {
		return
	}
	var keys []string
	var parameters []outlinedParameter
	for _, k := range t.Key {
		one := "{" + k.Name + "}"
		if len(t.Key) > 1 {
			one = k.Name + "=" + one
		}
		keys = append(keys, one)
		parameters = append(parameters, outlinedParameter{name: k.Name, in: "path", kind: jsonType(t.typeOf(k.Name)), required: true})
	}
	path := "/" + set.Name + "(" + strings.Join(keys, ",") + ")"
	get := o.add("GET", path, "get-"+set.Name, "Get an entity of "+set.Name)
	get.parameters, get.responses = parameters, map[string][]outlinedBody{"200": body}
	update := o.add("PATCH", path, "update-"+set.Name, "Update an entity of "+set.Name)
	update.parameters, update.requests, update.responses = parameters, body, map[string][]outlinedBody{"204": nil}
	remove := o.add("DELETE", path, "delete-"+set.Name, "Delete an entity of "+set.Name)
	remove.parameters, remove.responses = parameters, map[string][]outlinedBody{"204": nil}
}

func (t *edmxEntityType) typeOf(property string) string {
	for _, p := range t.Property {
		if p.Name == property {
			return p.Type
		}
	}
	return ""
}

func (t *edmxEntityType) schema() map[string]any {
	properties := map[string]any{}
	for _, p := range t.Property {
		if inner, ok := strings.CutPrefix(p.Type, "Collection("); ok {
			properties[p.Name] = map[string]any{"type": "array", "items": map[string]string{"type": jsonType(strings.TrimSuffix(inner, ")"))}}
			continue
		}
		properties[p.Name] = map[string]string{"type": jsonType(p.Type)}
	}
	return map[string]any{"type": "object", "properties": properties}
}
