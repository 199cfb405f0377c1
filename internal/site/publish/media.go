package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// Media are the files of a site; blob.Store implements it.
type Media interface {
	Get(ctx context.Context, name string) (io.ReadSeekCloser, blob.Info, error)
	Put(ctx context.Context, name, contentType string, r io.Reader) error
	Pin(ctx context.Context, name string) (blob.Info, error)
	Delete(ctx context.Context, name string) error
}

// look asks what a file is now.
func (s *Service) look(ctx context.Context, name string) (blob.Info, error) {
	f, info, err := s.Media.Get(ctx, name)
	if err != nil {
		return blob.Info{}, err
	}
	return info, f.Close()
}

// files are the media of a site as items without a body, by key: what a revision
// pins. read pins a file or only looks at it. What is missing is a finding.
func (s *Service) files(ctx context.Context, st *site.Site, read func(context.Context, string) (blob.Info, error)) ([]store.RevisionItem, []apim.Finding, error) {
	if s.Media == nil {
		return nil, nil, nil
	}
	var pins []store.RevisionItem
	var missing []apim.Finding
	for _, f := range st.Files() {
		info, err := read(ctx, f.Blob)
		if bad := new(apim.InvalidError); errors.Is(err, apim.ErrNotFound) || errors.As(err, &bad) {
			missing = append(missing, apim.Finding{Severity: apim.SeverityWarning, Code: apim.FoundInContent, Target: string(f.Item), Message: fmt.Sprintf("The file %q is not in the media storage.", f.Blob)})
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		pins = append(pins, store.RevisionItem{Key: f.Ref.Key(), Ref: f.Ref, Hash: info.Hash})
	}
	slices.SortFunc(pins, func(a, b store.RevisionItem) int { return cmp.Compare(a.Key, b.Key) })
	return pins, missing, nil
}

// split parts a revision's items into content items and the files it pins.
func split(items []store.RevisionItem) (bodies, pins []store.RevisionItem) {
	for _, it := range items {
		if it.Body == nil {
			pins = append(pins, it)
		} else {
			bodies = append(bodies, it)
		}
	}
	return bodies, pins
}

// restoreFiles puts the files that a revision pins back under their names.
func (s *Service) restoreFiles(ctx context.Context, then *site.Site, pins []store.RevisionItem) error {
	if s.Media == nil {
		return nil
	}
	hashes := map[apim.Key]string{}
	for _, p := range pins {
		hashes[p.Key] = p.Hash
	}
	for _, f := range then.Files() {
		hash := hashes[f.Ref.Key()]
		now, err := s.look(ctx, f.Blob)
		if hash == "" || err == nil && now.Hash == hash {
			continue
		}
		if err := s.restoreFile(ctx, f.Blob, blob.HashedPrefix+hash); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) restoreFile(ctx context.Context, name, pinned string) error {
	f, info, err := s.Media.Get(ctx, pinned)
	if errors.Is(err, apim.ErrNotFound) {
		return nil // the name keeps what it has
	}
	if err != nil {
		return err
	}
	defer f.Close()
	return s.Media.Put(ctx, name, info.ContentType, f)
}
