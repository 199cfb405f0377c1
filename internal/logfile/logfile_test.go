package logfile_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/logfile"
)

func TestARotatedFileIsOpenedAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "access.log")
	now := time.Unix(0, 0)
	f, err := logfile.Open(path, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func(line string) {
		t.Helper()
		if _, err := f.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	write("one\n")
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write("two\n")
	now = now.Add(time.Second)
	write("three\n")
	for name, want := range map[string]string{path + ".1": "one\ntwo\n", path: "three\n"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s holds %q, %v; want %q", filepath.Base(name), got, err, want)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the log: %v, %v", info.Mode(), err)
	}
}
