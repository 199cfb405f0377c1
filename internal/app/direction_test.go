package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/portico-portal/portico/"

// layers from the bottom up (design: cmd → app → HTTP → domain → storage → apim).
// A package may import packages of lower layers only, except for the pairs in
// sideways. Sub-packages belong to their parent's layer.
var layers = [][]string{
	{"apim", "cost", "gate", "routine"},
	{"address", "limit", "logfile", "graphql", "markdown", "store", "blob", "media", "arm", "cache", "outbound", "client"},
	{"feed", "job", "audit", "settings"},
	{"catalog", "account", "subscription", "access", "site", "widget", "console", "policy", "usage", "search", "mail", "oidc", "apidoc", "apis", "transfer", "export", "provision", "doctor"},
	{"management", "portal", "admin", "gateway", "server"},
	{"config", "app"},
}

// sideways are the imports allowed within a layer: importer → imported.
var sideways = map[string]string{
	"site": "widget catalog", "widget": "catalog search console apidoc", "apis": "apidoc", "app": "config",
	"provision": "account apis site", "account": "access", "client": "arm", "doctor": "policy",
}

// walls are packages below another that may import less than its layer: all of
// this module that each of them imports. The package above is never one of them,
// so what lies behind a wall can be read alone.
var walls = map[string]string{
	"apidoc/tree":        "apim",
	"management/blobapi": "apim arm blob",
	"site/defaults":      "apim",
	"widget/messages":    "",
	"widget/prose":       "gate markdown",
	"widget/reference":   "address apim catalog console gate graphql markdown widget/messages widget/prose",
}

func layerOf(pkg string) (name string, layer int) {
	rest, ok := strings.CutPrefix(pkg, module+"internal/")
	if !ok {
		return "", -1
	}
	name, _, _ = strings.Cut(rest, "/")
	for i, names := range layers {
		for _, n := range names {
			if n == name {
				return name, i
			}
		}
	}
	return name, len(layers)
}

func TestImportsPointDownwards(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen, behind := 0, 0
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
		from, layer := layerOf(p.ImportPath)
		if layer < 0 {
			continue
		}
		seen++
		if layer == len(layers) {
			t.Errorf("package %s has no layer: add it to the table", p.ImportPath)
		}
		checkImports(t, p.ImportPath, from, layer, p.Imports)
		behind += checkWall(t, strings.TrimPrefix(p.ImportPath, module+"internal/"), p.Imports)
	}
	if behind != len(walls) {
		t.Errorf("%d of %d walls stand around a package", behind, len(walls))
	}
	if seen < 10 {
		t.Fatalf("only %d packages were checked", seen)
	}
}

func checkImports(t *testing.T, path, from string, layer int, imports []string) {
	t.Helper()
	for _, imported := range imports {
		to, below := layerOf(imported)
		if from == "apim" && strings.Contains(strings.Split(imported, "/")[0], ".") {
			t.Errorf("%s imports %s: apim is standard library only", path, imported)
		}
		if to == "cost" {
			t.Errorf("%s imports %s: that is for tests", path, imported)
		}
		if below < 0 || to == from || below < layer {
			continue
		}
		if below == layer && strings.Contains(" "+sideways[from]+" ", " "+to+" ") {
			continue
		}
		t.Errorf("%s (layer %d) must not import %s (layer %d)", path, layer, imported, below)
	}
}

// checkWall returns 1 when a package has a wall.
func checkWall(t *testing.T, pkg string, imports []string) int {
	t.Helper()
	allowed, ok := walls[pkg]
	if !ok {
		return 0
	}
	for _, imported := range imports {
		if of, ours := strings.CutPrefix(imported, module+"internal/"); ours && !strings.Contains(" "+allowed+" ", " "+of+" ") {
			t.Errorf("internal/%s must not import internal/%s: a wall stands between them", pkg, of)
		}
	}
	return 1
}
