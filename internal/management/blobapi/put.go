package blobapi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/md5" //nolint:gosec // Content-MD5 is part of the protocol
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
)

const (
	maxBlob    = 1 << 30 // bytes of a blob
	maxBlock   = 100 << 20
	maxBlocks  = 50_000
	blockStore = "blocks/" // where blocks wait for their list
)

// contentType is what a request says of a blob's content.
func (m *call) contentType() string {
	for _, name := range []string{"x-ms-blob-content-type", "Content-Type"} {
		if v := m.r.Header.Get(name); v != "" {
			return v
		}
	}
	return "application/octet-stream"
}

// put stores a blob whole.
func (m *call) put() error {
	if kind := m.r.Header.Get("x-ms-blob-type"); !strings.EqualFold(kind, "BlockBlob") {
		return &problem{http.StatusBadRequest, "InvalidHeaderValue", "x-ms-blob-type must be BlockBlob."}
	}
	if err := m.conditions(); err != nil {
		return err
	}
	return m.store(m.name, m.contentType(), m.body(maxBlob), true)
}

// body reads the request up to a limit.
func (m *call) body(limit int64) io.Reader { return http.MaxBytesReader(m.w, m.r.Body, limit) }

// store writes a blob and answers 201; what Content-MD5 contradicts is not kept.
func (m *call) store(name, contentType string, body io.Reader, tagged bool) error {
	sum := md5.New() //nolint:gosec // as above
	want, err := base64.StdEncoding.DecodeString(m.r.Header.Get("Content-MD5"))
	if err != nil {
		return &problem{http.StatusBadRequest, "InvalidMd5", "Content-MD5 must be in base64."}
	}
	checked := io.TeeReader(body, sum)
	reader := io.MultiReader(checked, readerFunc(func([]byte) (int, error) {
		if len(want) > 0 && !bytes.Equal(want, sum.Sum(nil)) {
			return 0, &problem{http.StatusBadRequest, "Md5Mismatch", "The body is not what Content-MD5 says."}
		}
		return 0, io.EOF
	}))
	err = m.c.Blobs.Put(m.r.Context(), name, contentType, reader)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return apim.ErrTooLarge
	}
	if err != nil {
		return err
	}
	if tagged {
		info, err := m.info()
		if err != nil {
			return err
		}
		if info != nil {
			m.w.Header().Set("Etag", `"`+info.Hash+`"`)
			m.w.Header().Set("Last-Modified", info.ModTime.UTC().Format(http.TimeFormat))
		}
	}
	m.w.Header().Set("Content-MD5", base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	m.w.WriteHeader(http.StatusCreated)
	return nil
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// blockName is where a block of a blob waits. Ids are the client's, in base64.
func (m *call) blockName(id string) (string, error) {
	if raw, err := base64.StdEncoding.DecodeString(id); err != nil || len(raw) == 0 || len(raw) > 64 {
		return "", &problem{http.StatusBadRequest, "InvalidQueryParameterValue", "blockid must be base64 of 1 to 64 bytes."}
	}
	blobSum, idSum := sha256.Sum256([]byte(m.name)), sha256.Sum256([]byte(id))
	return fmt.Sprintf("%s%x/%x", blockStore, blobSum, idSum), nil
}

// putBlock keeps a part of a blob until its list comes.
func (m *call) putBlock() error {
	name, err := m.blockName(m.query.Get("blockid"))
	if err != nil {
		return err
	}
	return m.store(name, "application/octet-stream", m.body(maxBlock), false)
}

// putBlockList makes a blob of its parts.
func (m *call) putBlockList() error {
	if err := m.conditions(); err != nil {
		return err
	}
	var list struct {
		Blocks []struct {
			XMLName xml.Name
			ID      string `xml:",chardata"`
		} `xml:",any"`
	}
	text, err := io.ReadAll(m.body(8 << 20))
	if err != nil {
		return apim.ErrTooLarge
	}
	if err := xml.Unmarshal(text, &list); err != nil || len(list.Blocks) > maxBlocks {
		return &problem{http.StatusBadRequest, "InvalidXmlDocument", "The list of blocks cannot be read."}
	}
	parts := &blockReader{ctx: m.r.Context(), blobs: m.c.Blobs}
	defer parts.close()
	for _, b := range list.Blocks {
		name, err := m.blockName(strings.TrimSpace(b.ID))
		if err != nil {
			return err
		}
		parts.names = append(parts.names, name)
	}
	contentType := cmp.Or(m.r.Header.Get("x-ms-blob-content-type"), "application/octet-stream")
	m.r.Header.Del("Content-MD5") // of the list, not of the blob
	if err := m.store(m.name, contentType, parts, true); err != nil {
		return err
	}
	for _, name := range parts.names {
		_ = m.c.Blobs.Delete(m.r.Context(), name) // named twice; what stays, Sweep removes
	}
	return nil
}

// BlockLife is how long blocks wait for their list, as with the Blob service.
const BlockLife = 7 * 24 * time.Hour

// Sweep removes blocks of uploads that were given up.
func Sweep(ctx context.Context, blobs blob.Store, now time.Time) error {
	blocks, err := blobs.List(ctx, blockStore)
	for _, b := range blocks {
		if now.Sub(b.ModTime) > BlockLife {
			err = errors.Join(err, apim.IfAbsent(blobs.Delete(ctx, b.Name), nil))
		}
	}
	return err
}

// blockReader reads blocks one after another.
type blockReader struct {
	ctx   context.Context
	blobs blob.Store
	names []string
	next  int
	open  io.ReadCloser
}

func (b *blockReader) Read(p []byte) (int, error) {
	for {
		if b.open == nil {
			if b.next == len(b.names) {
				return 0, io.EOF
			}
			f, _, err := b.blobs.Get(b.ctx, b.names[b.next])
			if err != nil {
				return 0, apim.IfAbsent(err, &problem{http.StatusBadRequest, "InvalidBlockList", "The specified block list is invalid: a block was not uploaded."})
			}
			b.open, b.next = f, b.next+1
		}
		n, err := b.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		b.close()
		if n > 0 {
			return n, nil
		}
	}
}

func (b *blockReader) close() {
	if b.open != nil {
		_ = b.open.Close()
		b.open = nil
	}
}
