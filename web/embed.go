// Package web holds the built front end. npm run build fills dist/assets;
// without it the folder is empty and pages work without scripts.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Assets are the built files; the folder is absent when nothing is built.
func Assets() fs.FS {
	sub, err := fs.Sub(dist, "dist/assets")
	if err != nil {
		panic(err) // the path is constant and valid
	}
	return sub
}
