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
	o := newOutline(len(data), "OData", "", "")
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
				o.add(&outlined{method: "GET", path: "/" + one.Name, id: "get-" + one.Name, summary: "Get " + one.Name})
			}
			for _, f := range c.Function {
				o.add(&outlined{method: "GET", path: "/" + f.Name, id: f.Name, summary: f.Name})
			}
			for _, a := range c.Action {
				o.add(&outlined{method: "POST", path: "/" + a.Name, id: a.Name, summary: a.Name})
			}
		}
	}
	return o, nil
}

func (o *outline) addSet(set edmxSet, t *edmxEntityType) {
	body := []outlinedBody{{media: "application/json"}}
	if t != nil {
		body[0].schema = t.Name
	}
	list := o.add(&outlined{method: "GET", path: "/" + set.Name, id: "list-" + set.Name, summary: "List " + set.Name})
	for _, name := range []string{"$filter", "$select", "$expand", "$orderby", "$search"} {
		list.parameters = append(list.parameters, outlinedParameter{name: name, in: "query", kind: "string"})
	}
	for _, name := range []string{"$top", "$skip"} {
		list.parameters = append(list.parameters, outlinedParameter{name: name, in: "query", kind: "integer"})
	}
	list.parameters = append(list.parameters, outlinedParameter{name: "$count", in: "query", kind: "boolean"})
	o.add(&outlined{method: "POST", path: "/" + set.Name, id: "create-" + set.Name, summary: "Create an entity of " + set.Name,
		requests: body, responses: map[string][]outlinedBody{"201": body}})
	if t == nil || len(t.Key) == 0 {
		return
	}
	o.addEntity(set, t, body)
}

// addEntity adds what can be done with one entity of a set, which its keys name.
func (o *outline) addEntity(set edmxSet, t *edmxEntityType, body []outlinedBody) {
	types := t.types()
	var keys []string
	var parameters []outlinedParameter
	for _, k := range t.Key {
		if !o.take(3 * (outlinedSize + len(k.Name))) {
			return
		}
		one := "{" + k.Name + "}"
		if len(t.Key) > 1 {
			one = k.Name + "=" + one
		}
		keys = append(keys, one)
		parameters = append(parameters, outlinedParameter{name: k.Name, in: "path", kind: jsonType(types[k.Name]), required: true})
	}
	path := "/" + set.Name + "(" + strings.Join(keys, ",") + ")"
	o.add(&outlined{method: "GET", path: path, id: "get-" + set.Name, summary: "Get an entity of " + set.Name,
		parameters: parameters, responses: map[string][]outlinedBody{"200": body}})
	o.add(&outlined{method: "PATCH", path: path, id: "update-" + set.Name, summary: "Update an entity of " + set.Name,
		parameters: parameters, requests: body, responses: map[string][]outlinedBody{"204": nil}})
	o.add(&outlined{method: "DELETE", path: path, id: "delete-" + set.Name, summary: "Delete an entity of " + set.Name,
		parameters: parameters, responses: map[string][]outlinedBody{"204": nil}})
}

// types are the types of the properties.
func (t *edmxEntityType) types() map[string]string {
	types := make(map[string]string, len(t.Property))
	for _, p := range t.Property {
		if _, known := types[p.Name]; !known {
			types[p.Name] = p.Type
		}
	}
	return types
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
