package audit_test

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/audit"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func note(t *testing.T, s *store.Store, action string) {
	t.Helper()
	err := s.Update(t.Context(), store.Actor{Name: "ann"}, func(tx *store.Tx) error { return tx.Audit(action, "/apis/a", nil, nil) })
	if err != nil {
		t.Fatal(err)
	}
}

// step opens an export as a process does, and writes what is new.
func step(t *testing.T, s *store.Store, target string) error {
	t.Helper()
	e, err := audit.OpenExport(s, target)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	return e.Step(t.Context())
}

// What cannot be written is written later; nothing is lost, and one process
// writes at a time.
func TestTheAuditLogGoesToAFile(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	path := filepath.Join(t.TempDir(), "audit.log")
	e, err := audit.OpenExport(s, path)
	if err != nil {
		t.Fatal(err)
	}
	note(t, s, "one")
	note(t, s, "two")
	read := func() string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if err := e.Step(t.Context()); err != nil || strings.Count(read(), "\n") != 2 || !strings.Contains(read(), `"actor":"ann"`) {
		t.Fatalf("the file holds %q, %v", read(), err)
	}
	note(t, s, "three")
	if err := step(t, s, path); err != nil || strings.Contains(read(), "three") {
		t.Errorf("a second process writes, too: %q, %v", read(), err)
	}
	e.Close()
	if err := e.Step(t.Context()); err == nil {
		t.Error("an entry that cannot be written is no error")
	}
	if e, err = audit.OpenExport(s, path); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	err = s.Update(t.Context(), store.Actor{Name: store.System}, func(tx *store.Tx) error { return tx.SetMark("audit.exporter", tx.Now()) })
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Step(t.Context()); err != nil || strings.Count(read(), "three") != 1 || strings.Count(read(), "\n") != 3 {
		t.Errorf("after the next start the file holds %q, %v", read(), err)
	}
}

func TestTheAuditLogGoesToSyslog(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	note(t, s, "one")
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if err := step(t, s, "syslog:tcp://"+server.Addr().String()); err != nil {
		t.Fatal(err)
	}
	conn, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, _ := bufio.NewReader(conn).ReadString('}')
	if size, text, _ := strings.Cut(got, " "); size == "" || !strings.HasPrefix(text, "<85>1 ") || !strings.Contains(text, `"action":"one"`) {
		t.Errorf("the message is %q", got)
	}
	for _, bad := range []string{"syslog:host", "syslog:http://host:1", "syslog:tcp://host"} {
		if audit.CheckTarget(bad) == nil {
			t.Errorf("%s is taken for a target", bad)
		}
	}
}
