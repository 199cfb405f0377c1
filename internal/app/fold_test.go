package app

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// folding is what brings text to one case or compares it without regard to case.
var folding = regexp.MustCompile(`\b(strings\.(EqualFold|ToLower)|bytes\.(EqualFold|ToLower)|unicode\.ToLower)\b`)

// folders are the files that fold text, and what it is. Ids and names of
// resources are none of them: they are compared by their types (apim.Ref, Key,
// PublicID, Name), and a value of a closed set is found by apim.Spelling.
var folders = []owner{
	{"internal/apim", "the author of ids, names and closed sets"},
	{"internal/access/role.go", "patterns of actions"},
	{"internal/account/password_rule.go", "passwords"},
	{"internal/account/user.go", "e-mail addresses"},
	{"internal/address/template.go", "addresses of pages"},
	{"internal/apidoc", "methods, schemes and words of descriptions"},
	{"internal/apis/read.go", "formats of descriptions"},
	{"internal/app/authenticate.go", "the scheme of a header"},
	{"internal/arm/filter.go", "words of an expression"},
	{"internal/arm/query.go", "true and false"},
	{"internal/arm/record.go", "text that filters compare"},
	{"internal/catalog/snapshot.go", "display names, to sort by"},
	{"internal/console", "methods and names of headers"},
	{"internal/gateway/address.go", "addresses of calls"},
	{"internal/gateway/arrive.go", "values of headers"},
	{"internal/gateway/header.go", "values of headers"},
	{"internal/gateway/model.go", "addresses of calls"},
	{"internal/gateway/sample.go", "media types"},
	{"internal/gateway/tunnel.go", "values of headers"},
	{"internal/outbound/backends.go", "host names"},
	{"internal/management/api.go", "text that filters compare"},
	{"internal/management/blobapi/put.go", "values of headers"},
	{"internal/management/call.go", "values of headers"},
	{"internal/management/export.go", "formats of descriptions"},
	{"internal/management/management.go", "values of headers"},
	{"internal/management/policy.go", "formats of policies"},
	{"internal/management/service.go", "names of regions"},
	{"internal/media", "media types and XML"},
	{"internal/policy", "origins, values and names of headers and parameters"},
	{"internal/portal/encoding.go", "values of headers"},
	{"internal/portal/font.go", "file extensions"},
	{"internal/portal/searchindex.go", "words to search for"},
	{"internal/search/fold.go", "words to search for"},
	{"internal/site", "addresses of pages and files, and schemes"},
	{"internal/store/audit.go", "members of JSON"},
	{"internal/store/overview.go", "a pattern of SQL"},
	{"internal/store/store.go", "kinds that are not declared"},
	{"internal/widget/list_of_apis.go", "words to search for"},
	{"internal/widget/messages", "locales"},
	{"internal/widget/picture.go", "file extensions"},
	{"internal/widget/popup.go", "ids of elements of a page"},
	{"internal/widget/product.go", "words to search for"},
	{"internal/widget/prose", "words of a heading"},
	{"internal/widget/reference/list.go", "words to search for"},
	{"internal/widget/reference/parameters.go", "names of headers"},
	{"internal/widget/reference/sample.go", "media types"},
	{"internal/widget/site_form.go", "methods"},
	{"internal/widget/templates.go", "types of nodes"},
	{"internal/widget/text_block.go", "values of styles"},
	{"internal/server/host.go", "names of hosts"},
	{"cmd/portico/import.go", "an id made of a path"},
}

func TestIDsAreComparedByTheirTypes(t *testing.T) {
	t.Parallel()
	found := map[owner]bool{}
	for path := range sourceLiterals(t) {
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(path) != ".go" || !folding.Match(text) {
			continue
		}
		i := slices.IndexFunc(folders, func(o owner) bool { return o.path == path || strings.HasPrefix(path, o.path+"/") })
		if i < 0 {
			t.Errorf("%s folds text (%s): compare ids by Same and Key, find values by apim.Spelling, or say here what it folds", path, folding.Find(text))
			continue
		}
		found[folders[i]] = true
	}
	for _, o := range folders {
		if !found[o] {
			t.Errorf("%s does not fold %s any more: take it off the list", o.path, o.why)
		}
	}
}
