package demo

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// maxPapers is how many papers a shipment has; the oldest are forgotten.
const maxPapers = 20

// paper is what the demo remembers of an uploaded file.
type paper struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	Name        string `json:"name"`
	Note        string `json:"note,omitempty"`
	Bytes       int    `json:"bytes"`
	ContentType string `json:"contentType,omitempty"`
	SHA256      string `json:"sha256"`
}

func (p *parcels) listPapers(w http.ResponseWriter, _ *http.Request, s *shipment) error {
	return writeJSON(w, http.StatusOK, append([]paper{}, s.papers...))
}

func (p *parcels) uploadPaper(w http.ResponseWriter, r *http.Request, s *shipment) error {
	up, content, err := readUpload(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, s.keep(up, content))
}

// readUpload reads the form of an upload: its fields and the file's content.
func readUpload(r *http.Request) (paper, []byte, error) {
	if err := r.ParseMultipartForm(maxBody); err != nil {
		return paper{}, nil, invalid([]fieldError{{"", "must be multipart/form-data with kind and file"}})
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // temporary files; nothing to do about it
	var c checks
	up := paper{Kind: r.FormValue("kind"), Note: r.FormValue("note")}
	c.oneOf("kind", up.Kind, "invoice", "certificate", "proof", "photo")
	c.that(len(up.Note) <= 200, "note", "must be at most 200 characters")
	content := []byte(r.FormValue("file")) // some clients send text without a file name
	if file, header, err := r.FormFile("file"); err == nil {
		defer file.Close()
		if content, err = io.ReadAll(file); err != nil {
			return paper{}, nil, err
		}
		up.Name, up.ContentType = header.Filename, header.Header.Get("Content-Type")
	}
	c.that(len(content) > 0, "file", "is required and must not be empty")
	return up, content, c.err()
}

func (p *parcels) putPhoto(w http.ResponseWriter, r *http.Request, s *shipment) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	contentType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if found := http.DetectContentType(body); contentType != found || !slices.Contains([]string{"image/png", "image/jpeg"}, found) {
		return newProblem(http.StatusUnsupportedMediaType, "A photograph is image/png or image/jpeg; this says %q and looks like %s.", contentType, found)
	}
	s.papers = slices.DeleteFunc(s.papers, func(old paper) bool { return old.Kind == "photo" && old.Note == "" })
	return writeJSON(w, http.StatusOK, s.keep(paper{Kind: "photo", ContentType: contentType}, body))
}

// keep adds a paper to a shipment. The parcels' mu is held.
func (s *shipment) keep(up paper, content []byte) paper {
	sum := sha256.Sum256(content)
	up.SHA256, up.Bytes = hex.EncodeToString(sum[:]), len(content)
	up.ID = "pap_" + up.SHA256[:8]
	up.Name = cmp.Or(up.Name, fmt.Sprintf("%s-%s", up.Kind, strings.ToLower(s.ID)))
	s.papers = append(s.papers, up)
	if len(s.papers) > maxPapers {
		s.papers = s.papers[1:]
	}
	return up
}
