package blob_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/blob/blobtest"
)

func TestFolder(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store {
		s, err := blob.Folder(t.TempDir())
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		return s
	})
}

func TestAFolderOpensAgainWithItsBlobsAndWithoutLeftovers(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "a/b", "text/plain", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	leftover := filepath.Join(dir, "tmp", "blob-1")
	if err := os.WriteFile(leftover, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err = blob.Folder(dir); err != nil {
		t.Fatal(err)
	}
	infos, err := s.List(t.Context(), "")
	if err != nil || len(infos) != 1 || infos[0].Name != "a/b" {
		t.Errorf("listed %v, %v", infos, err)
	}
	if _, err := os.Stat(leftover); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the unfinished file: %v, want that it is gone", err)
	}
}

func TestADamagedFileIsAnErrorOfThatBlob(t *testing.T) {
	dir := t.TempDir()
	s, err := blob.Folder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "blobs", "bad"), []byte("no header"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(t.Context(), "bad"); err == nil || !strings.Contains(err.Error(), "bad") {
		t.Errorf("error %v, want one that names the blob", err)
	}
	if infos, err := s.List(t.Context(), ""); len(infos) != 0 || err != nil {
		t.Errorf("listed %v, %v; want the other blobs, none", infos, err)
	}
}

// Whatever a name is: it is refused, or its blob lies inside the folder and is listed under that name.
func TestNamesStayInsideTheFolder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a.%@:/ \\]{1,12}`)).Draw(r, "name")
		root, err := os.MkdirTemp("", "blob-")
		if err != nil {
			r.Fatal(err)
		}
		defer os.RemoveAll(root)
		dir := filepath.Join(root, "in")
		if err := os.Mkdir(dir, 0o700); err != nil {
			r.Fatal(err)
		}
		s, err := blob.Folder(dir)
		if err != nil {
			r.Fatal(err)
		}
		if s.Put(t.Context(), name, "text/plain", strings.NewReader("x")) != nil {
			return
		}
		infos, err := s.List(t.Context(), "")
		if err != nil || len(infos) != 1 || infos[0].Name != name {
			r.Errorf("%q is listed as %v, %v", name, infos, err)
		}
		if outside, err := os.ReadDir(root); err != nil || len(outside) != 1 {
			r.Errorf("%q made files beside the folder: %v, %v", name, outside, err)
		}
	})
}
