package management

import (
	"encoding/json"
	"strings"
	"testing"
)

const petsDescription = `openapi: 3.0.3
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: kind, in: query, required: true, schema: {type: string}}
      responses: {"200": {description: ok}}
`

// importBody is a PUT of an API by description.
func importBody(description string, more string) string {
	value, _ := json.Marshal(description) // strings marshal always
	return `{"properties":{"path":"pets","format":"openapi","value":` + string(value) + more + `}}`
}

func TestImportByValue(t *testing.T) {
	t.Parallel()
	s := newService(t)
	r := s.do("PUT", "/apis/pets", importBody(petsDescription, "")).want(201)
	if p := r.properties(); p["displayName"] != "Pets" || p["path"] != "pets" || p["value"] != nil || r.header.Get("ETag") == "" {
		t.Fatalf("%s", r.body)
	}
	op := s.do("GET", "/apis/pets/operations/listpets", "").want(200).properties()
	if op["urlTemplate"] != "/pets?kind={kind}" {
		t.Errorf("required query parameters go into the template by default: %v", op["urlTemplate"])
	}
	s.do("PUT", "/apis/pets", importBody(petsDescription, `,"translateRequiredQueryParameters":"query"`), "If-Match", `"stale"`).want(412).failure()
	s.do("PUT", "/apis/pets", importBody(petsDescription, `,"translateRequiredQueryParameters":"query"`), "If-Match", r.header.Get("ETag")).want(200)
	if op := s.do("GET", "/apis/pets/operations/listpets", "").want(200).properties(); op["urlTemplate"] != "/pets" {
		t.Errorf("with query: %v", op["urlTemplate"])
	}
	if names := s.do("GET", "/apis/pets/operations", "").names(); names != "listpets" {
		t.Errorf("operations: %s", names)
	}
	s.do("PUT", "/apis/other", importBody(petsDescription, "")).want(409).failure()
	s.do("PUT", "/apis/bad", importBody("openapi: 3.0.3\npaths: [", "")).want(400).failure()
	if names := s.do("GET", "/apis", "").names(); names != "pets" {
		t.Errorf("half-imported: %s", names)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.do("PUT", "/apis/pets", importBody(petsDescription, "")).want(201)
	yaml := s.do("GET", "/apis/pets?export=true&format=openapi", "").want(200).json()
	if v := yaml["value"].(string); yaml["id"] != "/apis/pets" || yaml["format"] != "openapi" || !strings.Contains(v, "http://gateway/pets") {
		t.Errorf("%v", yaml)
	}
	direct := s.do("GET", "/apis/pets?export=true", "", "Accept", "application/vnd.oai.openapi+json").want(200)
	if !json.Valid([]byte(direct.body)) || !strings.Contains(direct.body, `"/pets"`) {
		t.Errorf("%s", direct.body)
	}
	link := s.do("GET", "/apis/pets?export=true&format=openapi%2Bjson-link", "").want(200).json()["value"].(map[string]any)["link"].(string)
	path := strings.TrimPrefix(link, s.url)
	if r := s.do("GET", path, "", "Authorization", "").want(200); r.body != direct.body {
		t.Errorf("the link leads to %s", r.body)
	}
	for name, forged := range map[string]string{
		"another API": strings.Replace(path, "pets", "dogs", 1), "a later end": strings.Replace(path, "se=1", "se=9", 1),
		"another format": strings.Replace(path, "json", "yaml", 1), "no signature": path[:strings.Index(path, "&sig=")],
	} {
		if r := s.do("GET", forged, "", "Authorization", ""); r.status != 403 {
			t.Errorf("%s: status %d", name, r.status)
		}
	}
	s.do("GET", "/apis/pets?export=true&format=wsdl", "").want(400).failure()
	s.do("GET", "/apis/pets?export=maybe", "").want(400).failure()
}
