package messages

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var keyed = regexp.MustCompile(`(\bwords|\.T|\.N|\.Field "\w+" "[\w-]+")\s?\(?"([a-zA-Z0-9.-]+)"`)

func TestEveryWordIsInTheCatalogueAndEveryEntryIsUsed(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	var files []string
	for _, pattern := range []string{"../*.go", "../reference/*.go", "../templates/*.tmpl", "../reference/templates/*.tmpl", "../../portal/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		for _, m := range keyed.FindAllStringSubmatch(string(text), -1) {
			if strings.HasSuffix(m[2], ".") { // completed at run time
				continue
			}
			_, plainly := English().texts[m[2]]
			_, plural := English().texts[m[2]+".other"]
			if !plainly && !plural {
				t.Errorf("%s uses %q, which the catalogue lacks", f, m[2])
			}
		}
	}
	text := all.String()
	made := regexp.MustCompile(`^(status|state|type|menu|operation\.in|search|schema\.(length|items|properties|oneOf|anyOf)|apis|schema\.(min|max)Open|problem|reports|form|notice)\b`)
	for key := range English().texts {
		base := regexp.MustCompile(`\.(one|other)$`).ReplaceAllString(key, "")
		if !strings.Contains(text, `"`+base+`"`) && !made.MatchString(key) {
			t.Errorf("nothing uses the entry %q", key)
		}
	}
}
