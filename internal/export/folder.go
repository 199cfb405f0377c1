package export

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
)

// marker lists the files of an export, one a line: a later one replaces them.
const marker = ".portico-export"

// folder is where files go; nothing is written outside.
type folder struct {
	dir    string
	root   *os.Root
	before []string // of an earlier export

	mu      sync.Mutex
	written map[string]bool
}

func openFolder(dir string) (*folder, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder: %w", err)
	}
	f := &folder{dir: dir, root: root, written: map[string]bool{}}
	if err := f.readMarker(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

func (f *folder) readMarker() error {
	file, err := f.root.Open(marker)
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(f.dir)
		if err == nil && len(entries) > 0 {
			err = fmt.Errorf("%s holds files that are not of an export; choose a new or empty folder", f.dir)
		}
		return err
	}
	if err != nil {
		return err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		f.before = append(f.before, lines.Text())
	}
	return nil
}

// write stores a file under a slash-separated name.
func (f *folder) write(name string, data []byte) error {
	if err := f.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := f.root.WriteFile(name, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written[name] = true
	return nil
}

// finish removes what an earlier export wrote and this one did not, and lists
// what there is now.
func (f *folder) finish() error {
	for _, name := range f.before {
		if f.written[name] {
			continue
		}
		if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove %s of an earlier export: %w", name, err)
		}
	}
	names := slices.Sorted(maps.Keys(f.written))
	return f.root.WriteFile(marker, []byte(strings.Join(names, "\n")+"\n"), 0o644)
}

func (f *folder) close() error { return f.root.Close() }

// pageFile is the file of a page: /apis/echo is apis/echo/index.html, which
// every host serves at that address.
func pageFile(address string) string {
	return path.Join(filePath(address), "index.html")
}

// filePath is the file of an address.
func filePath(address string) string {
	decoded, err := url.PathUnescape(address)
	if err != nil || strings.ContainsAny(decoded, "\x00\\") {
		decoded = address
	}
	return strings.TrimPrefix(path.Clean("/"+decoded), "/")
}
