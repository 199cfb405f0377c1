package sqlite_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// crashFile, in the environment, makes the test binary write to that database
// until it is killed.
const crashFile = "PORTICO_TEST_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		if err := writeForever(path); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// writeForever writes pairs of documents from several goroutines and prints each
// pair's number when its update has returned.
func writeForever(path string) error {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path, storetest.Options())
	if err != nil {
		return err
	}
	failed := make(chan error)
	for worker := range 4 {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d-%d-%d", os.Getpid(), worker, i)
				err := s.Update(ctx, store.Actor{}, func(tx *store.Tx) error {
					return errors.Join(putName(tx, "/tags/"+name), putName(tx, "/groups/"+name))
				})
				if err != nil {
					failed <- err
					return
				}
				fmt.Println(name)
			}
		}()
	}
	return <-failed
}

func putName(tx *store.Tx, ref string) error {
	return tx.Put(&store.Document{Ref: apim.Ref(ref), Body: json.RawMessage(`{}`)})
}

func TestAnAcknowledgedUpdateSurvivesAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.db")
	acknowledged := map[string]bool{}
	for round := range 8 {
		for _, name := range killedWriter(t, path, 20+30*round) {
			acknowledged[name] = true
		}
		s, err := sqlite.Open(t.Context(), path, storetest.Options())
		if err != nil {
			t.Fatalf("open after kill %d: %v", round, err)
		}
		checkPairs(t, s, acknowledged)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(acknowledged) == 0 {
		t.Error("nothing was written")
	}
}

// killedWriter runs a writer, kills it after some acknowledgements and returns all it gave.
func killedWriter(t *testing.T, path string, after int) []string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashFile+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var names []string
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // killed; half a line is not an acknowledgement
		}
		if strings.HasPrefix(line, "error") {
			t.Errorf("the writer: %s", line)
		}
		names = append(names, strings.TrimSpace(line))
		if len(names) == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the writer ended by itself")
	}
	return names
}

// checkPairs: all that was acknowledged is there, nothing is there by half, and
// the feed tells every document.
func checkPairs(t *testing.T, s *store.Store, acknowledged map[string]bool) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		stored := map[string]map[string]bool{}
		total := 0
		for _, kind := range []string{"tags", "groups"} {
			stored[kind] = map[string]bool{}
			ds, err := tx.List(kind, "")
			if err != nil {
				return err
			}
			total += len(ds)
			for _, d := range ds {
				stored[kind][string(d.Name)] = true
			}
		}
		for name := range acknowledged {
			if !stored["tags"][name] || !stored["groups"][name] {
				t.Errorf("%s was acknowledged and is not there", name)
			}
		}
		for name := range stored["tags"] {
			if !stored["groups"][name] {
				t.Errorf("only half of %s is there", name)
			}
		}
		cs, err := tx.Changes(0, 1<<30)
		if len(cs) != total {
			t.Errorf("%d changes for %d documents", len(cs), total)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
