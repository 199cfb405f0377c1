package cost

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/portico-portal/portico/"

// libraries begin the import paths of what parses. JSON is bounded where bodies
// and descriptions arrive (arm.ReadJSON, apidoc/tree); patterns are RE2.
var libraries = []string{
	"encoding/xml", "encoding/asn1", "encoding/csv", "encoding/gob", "archive/", "net/mail", "mime/multipart",
	"golang.org/x/net/html", "github.com/yuin/goldmark", "github.com/vektah/gqlparser", "github.com/bufbuild/protocompile",
	"github.com/microcosm-cc/bluemonday", "github.com/JohannesKaufmann/html-to-markdown", "github.com/alecthomas/chroma",
	"github.com/andybalholm/cascadia", "github.com/santhosh-tekuri/jsonschema", "go.yaml.in/yaml", "github.com/pb33f/go-yaml", "sigs.k8s.io/yaml",
	"image/", "golang.org/x/image", "github.com/osteele/liquid", "github.com/tdewolff", "software.sslmate.com/src/go-pkcs12",
}

// elsewhere are the uses of libraries that are not in the table, with the reason.
var elsewhere = map[string]string{
	"internal/config go.yaml.in/yaml":                        "the operator's own file, of at most 1 MB",
	"internal/export encoding/xml":                           "reads the sitemap of the service itself",
	"internal/export golang.org/x/net/html":                  "reads pages of the service itself, whose depth gate.HTML bounds",
	"internal/transfer encoding/xml":                         "reads lists of the service that an administrator names",
	"internal/media image/":                                  "pictures have a decoder at a time and a budget of bytes before they are decoded",
	"internal/media golang.org/x/image":                      "as image/",
	"internal/apim net/mail":                                 "addresses of at most 254 characters",
	"internal/settings net/mail":                             "addresses of at most 254 characters",
	"internal/config net/mail":                               "the operator's own setting",
	"internal/portal encoding/xml":                           "writes feeds and sitemaps",
	"internal/apim encoding/xml":                             "writes escaped text",
	"internal/management/blobapi encoding/xml":               "reads lists of blocks within the body's limit, and writes lists",
	"internal/widget/reference github.com/alecthomas/chroma": "highlights within console.MaxSample",
	"internal/management software.sslmate.com/src/go-pkcs12": "certificates within the body's limit",
}

func TestEveryParserIsInTheTable(t *testing.T) {
	known := map[string]bool{}
	for _, p := range parsers {
		for _, use := range p.reads {
			known[use] = false
		}
		if len(p.texts) < 2 {
			t.Errorf("%s has %d hostile texts", p.name, len(p.texts))
		}
	}
	for _, use := range uses(t) {
		_, inTable := known[use]
		if _, why := elsewhere[use]; !inTable && !why {
			t.Errorf("%s: put the parser into the table with texts that are hard on it, or say in elsewhere why not", use)
		}
		known[use] = true
	}
	for use, seen := range known {
		if !seen {
			t.Errorf("%s is in the table, but nothing imports it", use)
		}
	}
}

// uses are the imports of parsing libraries by packages of the product.
func uses(t *testing.T) (all []string) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"internal/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, path := range p.Imports {
			if i := slices.IndexFunc(libraries, func(l string) bool { return strings.HasPrefix(path, l) }); i >= 0 {
				all = append(all, strings.TrimPrefix(p.ImportPath, module)+" "+libraries[i])
			}
		}
	}
	return all
}
