package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

// Store keeps blobs by name. A name is a path of segments, such as
// "content/logo.svg". The error for a bad name is an *apim.InvalidError, that
// for a missing blob apim.ErrNotFound.
type Store interface {
	// Put stores what r reads, completely or not at all, and replaces a blob of that name.
	Put(ctx context.Context, name, contentType string, r io.Reader) error
	// PutHashed stores content under its HashName. Content that is there
	// already keeps its first content type.
	PutHashed(ctx context.Context, contentType string, content []byte) (name string, err error)
	// Pin preserves the present content of a blob: from then on it is also the
	// hashed blob HashedPrefix + Info.Hash, whatever happens to the name.
	Pin(ctx context.Context, name string) (Info, error)
	// Get opens a blob. It stays readable while it is replaced or deleted.
	Get(ctx context.Context, name string) (io.ReadSeekCloser, Info, error)
	// Delete removes a blob, or fails with apim.ErrNotFound.
	Delete(ctx context.Context, name string) error
	// List returns the blobs whose names start with prefix, by name.
	List(ctx context.Context, prefix string) ([]Info, error)
	// Check fails as a Put would: with apim.ErrFull or apim.ErrReadOnly when
	// nothing can be stored.
	Check(ctx context.Context) error
}

// Info describes a blob.
type Info struct {
	Name        string
	ContentType string
	Size        int64  // bytes
	Hash        string // SHA-256 of the content in hexadecimal; serves as its ETag
	ModTime     time.Time
}

// HashedPrefix begins the names of hashed blobs; Put refuses such names.
const HashedPrefix = "sha256/"

// HashName is the name of a hashed blob: HashedPrefix and the hash in hexadecimal.
func HashName(content []byte) string {
	sum := sha256.Sum256(content)
	return HashedPrefix + hex.EncodeToString(sum[:])
}

// The longest names, in bytes.
const (
	maxName    = 1024
	maxSegment = 200
)

// CheckName accepts names of non-empty segments that are neither "." nor ".."
// and hold no backslash or control character.
func CheckName(name string) error {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) ||
		strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == '\\' }) {
		return badName(name)
	}
	for segment := range strings.SplitSeq(name, "/") {
		if segment == "" || segment == "." || segment == ".." || len(segment) > maxSegment {
			return badName(name)
		}
	}
	return nil
}

func badName(name string) error {
	if len(name) > 80 {
		name = name[:80] + "..."
	}
	return apim.Invalid("name", fmt.Sprintf("%q is not a valid blob name.", name))
}

// checkPut is CheckName for Put, which refuses names of hashed blobs.
func checkPut(name string) error {
	if strings.HasPrefix(name, HashedPrefix) {
		return apim.Invalid("name", "Names that start with "+HashedPrefix+" belong to content-addressed blobs.")
	}
	return CheckName(name)
}
