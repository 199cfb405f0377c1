package blob

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// A blob's file is "portico-blob 1", a line feed, the content type, a line feed,
// and the content.
const (
	magic     = "portico-blob 1\n"
	maxHeader = len(magic) + 512
)

func writeBlob(w io.Writer, contentType string, r io.Reader) error {
	line := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, contentType)
	header := magic + line + "\n"
	if len(header) > maxHeader {
		return fmt.Errorf("the content type is longer than %d bytes", maxHeader-len(magic)-1)
	}
	if _, err := io.WriteString(w, header); err != nil {
		return err
	}
	_, err := io.Copy(w, r)
	return err
}

// readInfo reads the header; start is where the content begins.
func readInfo(file *os.File, name string) (info Info, start int64, err error) {
	stat, err := file.Stat()
	if err != nil {
		return Info{}, 0, failed("read", name, err)
	}
	if !stat.Mode().IsRegular() {
		return Info{}, 0, failed("read", name, os.ErrNotExist)
	}
	head := make([]byte, maxHeader)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return Info{}, 0, failed("read", name, err)
	}
	rest, ok := bytes.CutPrefix(head[:n], []byte(magic))
	contentType, _, ended := bytes.Cut(rest, []byte("\n"))
	if !ok || !ended {
		return Info{}, 0, fmt.Errorf("read blob %s: its file has no blob header", name)
	}
	start = int64(len(magic) + len(contentType) + 1)
	return Info{
		Name: name, ContentType: string(contentType), Size: stat.Size() - start, ModTime: stat.ModTime().UTC(),
		ETag: strconv.FormatInt(stat.ModTime().UnixNano(), 36) + "-" + strconv.FormatInt(stat.Size(), 36),
	}, start, nil
}
