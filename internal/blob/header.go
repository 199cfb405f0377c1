package blob

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// A blob's file is "portico-blob 1", the SHA-256 of the content in hexadecimal
// and the content type, each followed by a line feed, and then the content.
const (
	magic          = "portico-blob 1\n"
	hashLine       = 2*sha256.Size + 1
	maxContentType = 512 // bytes
	maxHeader      = len(magic) + hashLine + maxContentType + 1
)

var errNoHeader = errors.New("the file has no blob header")

// writeBlob writes header and content; the hash, known last, is filled in at the end.
func writeBlob(file *os.File, contentType string, r io.Reader) error {
	line := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f {
			return -1
		}
		return c
	}, contentType)
	if len(line) > maxContentType {
		return fmt.Errorf("the content type is longer than %d bytes", maxContentType)
	}
	header := magic + strings.Repeat("0", hashLine-1) + "\n" + line + "\n"
	if _, err := io.WriteString(file, header); err != nil {
		return err
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(file, hash), r); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(hex.EncodeToString(hash.Sum(nil))), int64(len(magic)))
	return err
}

// readInfo reads the header; start is the offset of the content.
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
	lines := bytes.SplitN(head[:n], []byte("\n"), 4)
	if len(lines) < 4 || string(lines[0])+"\n" != magic || len(lines[1])+1 != hashLine {
		return Info{}, 0, fmt.Errorf("read blob %s: %w", name, errNoHeader)
	}
	start = int64(len(magic) + hashLine + len(lines[2]) + 1)
	return Info{
		Name: name, ContentType: string(lines[2]), Size: stat.Size() - start,
		Hash: string(lines[1]), ModTime: stat.ModTime().UTC(),
	}, start, nil
}
