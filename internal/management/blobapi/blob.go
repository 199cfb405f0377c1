package blobapi

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
)

// info describes the blob; nil when there is none.
func (m *call) info() (*blob.Info, error) {
	f, info, err := m.c.Blobs.Get(m.r.Context(), m.name)
	if err != nil {
		return nil, apim.IfAbsent(err, nil)
	}
	return &info, f.Close()
}

// conditions checks If-Match and If-None-Match of a write.
func (m *call) conditions() error {
	match, none := m.r.Header.Get("If-Match"), m.r.Header.Get("If-None-Match")
	if match == "" && none == "" {
		return nil
	}
	info, err := m.info()
	if err != nil {
		return err
	}
	etag := ""
	if info != nil {
		etag = `"` + info.Hash + `"`
	}
	switch {
	case match != "" && (info == nil || match != "*" && match != etag):
		return errCondition
	case none == "*" && info != nil:
		return &problem{http.StatusConflict, "BlobAlreadyExists", "The specified blob already exists."}
	case none != "" && none != "*" && none == etag:
		return errCondition
	}
	return nil
}

// get answers with a blob, or a range of it, or its properties.
func (m *call) get() error {
	f, info, err := m.c.Blobs.Get(m.r.Context(), m.name)
	if err != nil {
		return err
	}
	defer f.Close()
	h := m.w.Header()
	h.Set("Content-Type", info.ContentType)
	h.Set("Etag", `"`+info.Hash+`"`)
	h.Set("x-ms-blob-type", "BlockBlob")
	h.Set("x-ms-creation-time", info.ModTime.UTC().Format(http.TimeFormat))
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Disposition", "attachment")
	if r := m.r.Header.Get("x-ms-range"); r != "" {
		m.r.Header.Set("Range", r)
	}
	http.ServeContent(m.w, m.r, "", info.ModTime, f)
	return nil
}

// delete removes a blob: 202.
func (m *call) delete() error {
	if err := m.conditions(); err != nil {
		return err
	}
	if err := m.c.Blobs.Delete(m.r.Context(), m.name); err != nil {
		return err
	}
	m.w.WriteHeader(http.StatusAccepted)
	return nil
}
