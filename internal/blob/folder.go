package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"

	"github.com/portico-portal/portico/internal/apim"
)

// folder keeps each blob in a file below root/blobs that starts with a header
// (see header.go), so that content and content type change in one rename.
// Unfinished files are in root/tmp.
type folder struct {
	blobs, tmp string
}

// Folder opens or creates a blob store in the folder dir, and removes what an
// interrupted write left behind. Only one process may use the folder. One that
// takes no writes can be read.
func Folder(dir string) (Store, error) {
	f := &folder{blobs: filepath.Join(dir, "blobs"), tmp: filepath.Join(dir, "tmp")}
	if err := f.prepare(dir); err != nil && !(apim.Unwritable(err) && f.exists()) {
		return nil, fmt.Errorf("open blob folder: %w", err)
	}
	return f, nil
}

// prepare makes what lacks, and empties the folder of unfinished files. That
// folder itself stays: a full disk may have no room for another.
func (f *folder) prepare(dir string) error {
	for _, d := range []string{f.blobs, f.tmp} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return apim.DiskError(err)
		}
	}
	left, err := os.ReadDir(f.tmp)
	for _, entry := range left {
		err = errors.Join(err, os.RemoveAll(filepath.Join(f.tmp, entry.Name())))
	}
	return apim.DiskError(errors.Join(err, syncFolder(dir)))
}

// exists reports whether there is anything to read.
func (f *folder) exists() bool {
	_, err := os.Stat(f.blobs)
	return err == nil
}

// Check writes a file and removes it.
func (f *folder) Check(context.Context) error { return CheckFolder(f.tmp) }

// room is how much must fit on a disk that is not full.
const room = 64 << 10

// CheckFolder tells whether files can be written to a folder: apim.ErrFull or
// apim.ErrReadOnly when not.
func CheckFolder(dir string) error {
	file, err := os.CreateTemp(dir, ".check-")
	if err != nil {
		return apim.DiskError(err)
	}
	_, err = file.Write(make([]byte, room))
	return apim.DiskError(errors.Join(err, file.Close(), os.Remove(file.Name())))
}

func (f *folder) Put(ctx context.Context, name, contentType string, r io.Reader) error {
	if err := checkPut(name); err != nil {
		return err
	}
	return f.put(ctx, name, contentType, r)
}

func (f *folder) PutHashed(ctx context.Context, contentType string, content []byte) (string, error) {
	name := HashName(content)
	_, err := os.Stat(f.path(name))
	if err == nil {
		return name, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", failed("store", name, err)
	}
	return name, f.put(ctx, name, contentType, bytes.NewReader(content))
}

// Pin links the blob's file, which is safe because files are replaced and never modified.
func (f *folder) Pin(_ context.Context, name string) (Info, error) {
	if err := CheckName(name); err != nil {
		return Info{}, err
	}
	dir, err := os.MkdirTemp(f.tmp, "pin-")
	if err != nil {
		return Info{}, failed("pin", name, err)
	}
	defer os.RemoveAll(dir)
	link := filepath.Join(dir, "blob") // what the name means now
	if err := os.Link(f.path(name), link); err != nil {
		return Info{}, failed("pin", name, err)
	}
	file, err := os.Open(link)
	if err != nil {
		return Info{}, failed("pin", name, err)
	}
	info, _, err := readInfo(file, name)
	if err = errors.Join(err, file.Close()); err != nil {
		return Info{}, err
	}
	to := f.path(HashedPrefix + info.Hash)
	if _, err := os.Stat(to); err == nil {
		return info, nil
	}
	if err := f.publish(link, to); err != nil {
		return Info{}, failed("pin", name, err)
	}
	return info, nil
}

// put writes a temporary file, flushes it to disk and renames it.
func (f *folder) put(ctx context.Context, name, contentType string, r io.Reader) error {
	tmp, err := os.CreateTemp(f.tmp, "blob-")
	if err != nil {
		return fmt.Errorf("store blob %s: %w", name, apim.DiskError(err))
	}
	defer os.Remove(tmp.Name()) // does nothing after the rename
	err = writeBlob(tmp, contentType, &contextReader{ctx, r})
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = f.publish(tmp.Name(), f.path(name))
	}
	if errors.Is(err, syscall.ENAMETOOLONG) {
		return badName(name)
	}
	if err != nil {
		return fmt.Errorf("store blob %s: %w", name, apim.DiskError(err))
	}
	return nil
}

// publish moves a finished file to its place and makes the move durable. A
// concurrent Delete may remove the folders in between, hence the second try.
func (f *folder) publish(from, to string) error {
	var err error
	for range 8 {
		if err = f.makeFolders(filepath.Dir(to)); err != nil {
			return err
		}
		if err = os.Rename(from, to); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// makeFolders creates dir and its parents below the root, durably.
func (f *folder) makeFolders(dir string) error {
	if _, err := os.Stat(dir); err == nil || dir == f.blobs {
		return nil
	}
	if err := f.makeFolders(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(dir))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (f *folder) Get(_ context.Context, name string) (io.ReadSeekCloser, Info, error) {
	if err := CheckName(name); err != nil {
		return nil, Info{}, err
	}
	file, err := os.Open(f.path(name))
	if err != nil {
		return nil, Info{}, failed("read", name, err)
	}
	info, start, err := readInfo(file, name)
	if err != nil {
		return nil, Info{}, errors.Join(err, file.Close())
	}
	return &content{io.NewSectionReader(file, start, info.Size), file}, info, nil
}

// content is a blob's file without its header.
type content struct {
	*io.SectionReader
	io.Closer
}

func (f *folder) Delete(_ context.Context, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	path := f.path(name)
	if err := os.Remove(path); err != nil {
		return failed("delete", name, err)
	}
	return syncFolder(filepath.Dir(path))
}

func failed(what, name string, err error) error {
	// ENAMETOOLONG: no blob can have this name here.
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENAMETOOLONG) {
		err = apim.ErrNotFound
	}
	return fmt.Errorf("%s blob %s: %w", what, name, apim.DiskError(err))
}

func (f *folder) List(ctx context.Context, prefix string) ([]Info, error) {
	var all []Info
	start := f.blobs // only the folder that the prefix names completely is walked
	if i := strings.LastIndexByte(prefix, '/'); i > 0 && CheckName(prefix[:i]) == nil {
		start = filepath.Join(f.blobs, filepath.FromSlash(folderPath(prefix[:i])))
	}
	err := filepath.WalkDir(start, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // deleted meanwhile, or never there
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := f.listed(path)
		if err == nil && strings.HasPrefix(info.Name, prefix) {
			all = append(all, info)
		}
		if errors.Is(err, apim.ErrNotFound) || errors.Is(err, errNoHeader) {
			return nil // deleted meanwhile, or not a blob: Get reports it
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list blobs %q: %w", prefix, err)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all, nil
}

func (f *folder) listed(path string) (Info, error) {
	rel, err := filepath.Rel(f.blobs, path)
	if err != nil {
		return Info{}, err
	}
	name := nameOf(filepath.ToSlash(rel))
	file, err := os.Open(path)
	if err != nil {
		return Info{}, failed("list", name, err)
	}
	info, _, err := readInfo(file, name)
	return info, errors.Join(err, file.Close())
}

// folderMark ends the names of folders, so that "a" and "a/b" may both be blobs.
const folderMark = "@"

// path is the file of a blob.
func (f *folder) path(name string) string {
	dir, last := "", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		dir, last = folderPath(name[:i]), name[i+1:]
	}
	return filepath.Join(f.blobs, filepath.FromSlash(dir), escapeSegment(last))
}

// folderPath is the folder of a prefix of segments, with slashes.
func folderPath(prefix string) string {
	segments := strings.Split(prefix, "/")
	for i, s := range segments {
		segments[i] = escapeSegment(s) + folderMark
	}
	return strings.Join(segments, "/")
}

// special are the characters that some file systems do not allow in names, and
// the two used by folder itself.
const special = `%@:*?"<>|`

// escapeSegment makes a file name from a segment. It also escapes a leading
// dot, and a trailing dot or space.
func escapeSegment(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		edge := i == 0 && c == '.' || i == len(s)-1 && (c == '.' || c == ' ')
		if edge || strings.IndexByte(special, c) >= 0 {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// nameOf is the blob name of a file's path below the root, with slashes.
func nameOf(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		segments[i] = unescapeSegment(strings.TrimSuffix(s, folderMark))
	}
	return strings.Join(segments, "/")
}

func unescapeSegment(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// contextReader stops a copy when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
