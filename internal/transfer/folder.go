package transfer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// The names in a folder.
const (
	dataFile   = "data.json"
	mediaDir   = "media"
	infoSuffix = ".info"

	maxData = 512 << 20 // bytes of data.json
)

// Folder is a site capture on disk. Nothing outside it is read or written,
// whatever names its files give.
type Folder struct{ root *os.Root }

// OpenFolder opens a folder, and creates it if it does not exist.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close releases the folder.
func (f *Folder) Close() error { return f.root.Close() }

// WriteItems writes data.json, with each item's properties unchanged.
func (f *Folder) WriteItems(items []Item) error {
	items = slices.SortedFunc(slices.Values(items), func(a, b Item) int { return cmp.Compare(a.key(), b.key()) })
	var b bytes.Buffer
	b.WriteString("{")
	for i, it := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n%s\": {\"type\": %s\", \"name\": %s\", \"properties\": %s}", quoted(it.ID), quoted(it.Type), quoted(it.Name), it.Properties)
	}
	b.WriteString("\n}\n")
	const fresh = dataFile + ".new"
	if err := f.root.WriteFile(fresh, b.Bytes(), 0o644); err != nil {
		return err
	}
	return f.root.Rename(fresh, dataFile)
}

// ReadItems reads data.json. It accepts files of other tools: ids with or
// without a leading slash, bodies that are the properties themselves.
func (f *Folder) ReadItems() ([]Item, error) {
	file, err := f.root.Open(dataFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the folder has no %s: it is not a site capture", dataFile)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxData+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxData {
		return nil, fmt.Errorf("%s is larger than %d MB", dataFile, maxData>>20)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), &all); err != nil {
		return nil, fmt.Errorf("%s is not an object of items: %w", dataFile, err)
	}
	items := make([]Item, 0, len(all))
	for id, body := range all {
		it, err := readItem(id, body)
		if err != nil {
			return nil, err
		}
		items = append(items, it)
	}
	slices.SortFunc(items, func(a, b Item) int { return cmp.Compare(a.key(), b.key()) })
	for i := 1; i < len(items); i++ {
		if items[i].key() == items[i-1].key() {
			return nil, fmt.Errorf("%s has %s twice", dataFile, items[i].ID)
		}
	}
	return items, nil
}

func readItem(id string, body json.RawMessage) (Item, error) {
	it := Item{ID: "/" + strings.Trim(id, "/")}
	if _, _, ok := it.parts(); !ok {
		return it, fmt.Errorf("%s: %q is not the id of a content item, such as /contentTypes/page/contentItems/home", dataFile, id)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return it, fmt.Errorf("%s: %s is not an object: %w", dataFile, id, err)
	}
	it.Properties = members["properties"]
	if it.Properties == nil {
		it.Properties = body
		return it, nil
	}
	_ = json.Unmarshal(members["type"], &it.Type) // other tools leave them out
	_ = json.Unmarshal(members["name"], &it.Name)
	return it, nil
}

// fileName is the file of a blob; it fails for a name that would lead elsewhere.
func fileName(blob string) (string, error) {
	clean := strings.Trim(blob, "/")
	bad := clean == "" || strings.ContainsAny(clean, "\\:\x00\r\n")
	for _, part := range strings.Split(clean, "/") {
		bad = bad || part == "" || part == "." || part == ".."
	}
	if bad || !fs.ValidPath(clean) || strings.HasSuffix(clean, infoSuffix) { // names with this suffix hold what is known about a medium
		return "", fmt.Errorf("the medium %q has a name that no file may have", blob)
	}
	return path.Join(mediaDir, clean), nil
}

// Put writes a file of the media container and its content type.
func (f *Folder) Put(_ context.Context, m Medium, content []byte) error {
	name, err := fileName(m.Name)
	if err != nil {
		return err
	}
	if err := f.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if err := f.root.WriteFile(name, content, 0o644); err != nil {
		return err
	}
	info, err := json.Marshal(map[string]string{"contentType": m.ContentType})
	if err != nil {
		return err
	}
	return f.root.WriteFile(name+infoSuffix, info, 0o644)
}

// List lists the files of the media container, sorted. A content type that is not
// recorded is "".
func (f *Folder) List(context.Context) ([]Medium, error) {
	var all []Medium
	err := fs.WalkDir(f.root.FS(), mediaDir, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == mediaDir {
			return nil
		}
		if err != nil || d.IsDir() || !d.Type().IsRegular() || strings.HasSuffix(name, infoSuffix) {
			return err
		}
		var info struct{ ContentType string }
		if text, err := f.root.ReadFile(name + infoSuffix); err == nil {
			_ = json.Unmarshal(text, &info) // without it, the type is detected from the content
		}
		all = append(all, Medium{strings.TrimPrefix(name, mediaDir+"/"), info.ContentType})
		return nil
	})
	return all, err
}

// Get reads a file of the media container.
func (f *Folder) Get(_ context.Context, blob string) ([]byte, error) {
	name, err := fileName(blob)
	if err != nil {
		return nil, err
	}
	return f.root.ReadFile(name)
}
