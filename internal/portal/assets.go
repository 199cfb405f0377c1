package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
)

// manifestName is the file that tells the hashed name of portal.js.
const manifestName = "manifest.json"

// assets are the built front-end files. Their names hold a hash of their
// content, so they never change.
type assets struct {
	files  map[string]*answer // by address
	script string             // address of the islands' module; "" when it is not built
}

func newAssets(files fs.FS) (*assets, error) {
	a := &assets{files: map[string]*answer{}}
	if files == nil {
		return a, nil
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if name == manifestName {
			return a.readManifest(data)
		}
		a.files[address.Asset(name)] = newAnswer(data, immutable, contentType(typeOf(name)))
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing is built
		return nil, err
	}
	return a, nil
}

func (a *assets) readManifest(data []byte) error {
	var names map[string]string
	if err := json.Unmarshal(data, &names); err != nil {
		return fmt.Errorf("%s: %w", manifestName, err)
	}
	if name := names["portal.js"]; name != "" {
		a.script = address.Asset(name)
	}
	return nil
}

// typeOf is the media type of a file by its name.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".map":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// fileHeaders are on answers that are the same for everyone.
func fileHeaders(common []header) []header {
	list := make([]header, 0, len(common))
	for _, h := range common {
		if h.name == "Vary" {
			h.values = []string{"Accept-Encoding"}
		}
		list = append(list, h)
	}
	return append(list, fragmentPolicy)
}

func (p *Portal) serveAsset(w http.ResponseWriter, r *http.Request) error {
	if s, ok := p.assets.files[r.URL.Path]; ok {
		return s.send(w, r, p.static)
	}
	s, err := p.sites.published()
	if err != nil {
		return apim.ErrNotFound
	}
	if path, css := s.Stylesheet(); path == r.URL.Path && path != "" {
		return newAnswer(css, immutable, contentType(cssType)).send(w, r, p.static)
	}
	return p.serveEarlierStylesheet(w, r)
}

const cssType = "text/css; charset=utf-8"

// serveEarlierStylesheet answers with the CSS of a site published before, or of
// one that another replica serves already.
func (p *Portal) serveEarlierStylesheet(w http.ResponseWriter, r *http.Request) error {
	hash, isStylesheet := address.ReadStylesheet(r.URL.Path)
	if sum, err := hex.DecodeString(hash); !isStylesheet || err != nil || len(sum) != sha256.Size || p.cfg.Media == nil {
		return apim.ErrNotFound
	}
	f, info, err := p.cfg.Media.Get(r.Context(), blob.HashedPrefix+hash)
	if err != nil {
		return fmt.Errorf("stylesheet %s: %w", hash, err)
	}
	defer f.Close()
	if info.ContentType != cssType { // hashed blobs are descriptions, too, and those are not for everyone
		return apim.ErrNotFound
	}
	css, err := io.ReadAll(f)
	if err != nil {
		return fmt.Errorf("stylesheet %s: %w", hash, err)
	}
	return newAnswer(css, immutable, contentType(cssType)).send(w, r, p.static)
}

// serveConfig is what compatible clients read first (portal-wire.md §6.3). It names
// no data API of its own address: clients take that below the backend.
func (p *Portal) serveConfig(w http.ResponseWriter, r *http.Request) error {
	return newAnswer([]byte(`{"environment":"runtime","backendUrl":"","directDataApi":false}`), revalidate, contentType("application/json")).send(w, r, p.static)
}

// favicon is shown until a site names its own.
const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="#4056c8"><path d="M2 8 12 2l10 6v2H2zM4 12h3v7H4zm6.5 0h3v7h-3zM17 12h3v7h-3zM2 20.5h20V22H2z"/></svg>`

func (p *Portal) serveFavicon(w http.ResponseWriter, r *http.Request) error {
	return newAnswer([]byte(favicon), hourly, contentType("image/svg+xml")).send(w, r, p.static)
}
