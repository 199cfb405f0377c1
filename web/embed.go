// Package web holds the built front end. npm run build fills dist/assets;
// without it the folder is empty and pages work without scripts.
package web

import (
	"embed"
	"encoding/json"
	"io/fs"
	"path"
)

//go:embed all:dist
var dist embed.FS

// AssetsPath is where the portal serves Assets: every name holds a hash of its
// content, so a file never changes.
const AssetsPath = "/assets/"

// Assets are the built files; the folder is absent when nothing is built.
func Assets() fs.FS {
	sub, err := fs.Sub(dist, "dist/assets")
	if err != nil {
		panic(err) // the path is constant and valid
	}
	return sub
}

// Script is the address of the islands' module; "" when it is not built.
func Script() string {
	data, err := fs.ReadFile(Assets(), "manifest.json")
	if err != nil {
		return ""
	}
	var manifest map[string]string
	if json.Unmarshal(data, &manifest) != nil || manifest["portal.js"] == "" {
		return ""
	}
	return AssetsPath + path.Base(manifest["portal.js"])
}
