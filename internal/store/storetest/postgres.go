package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// server is the PostgreSQL server of this test binary. It is started for the
// first test that wants it and ends with the process, however that ends.
var server = sync.OnceValues(startServer)

var errNoPostgres = errors.New("no PostgreSQL binaries (initdb, postgres) in PATH or /usr/lib/postgresql, or PORTICO_NO_POSTGRES=1")

// PostgresURL makes an empty database, dropped at the end of the test, and
// returns its address. Without PostgreSQL binaries, or with PORTICO_NO_POSTGRES=1, it fails the test when CI=true
// or PORTICO_REQUIRE_POSTGRES=1, and else returns false.
func PostgresURL(t testing.TB) (url string, ok bool) {
	t.Helper()
	srv, err := server()
	required := os.Getenv("CI") == "true" || os.Getenv("PORTICO_REQUIRE_POSTGRES") == "1"
	if errors.Is(err, errNoPostgres) && !required {
		return "", false
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name, err := srv.createDatabase(t.Context())
	if err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() {
		if err := srv.dropDatabase(context.WithoutCancel(t.Context()), name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return srv.url(name), true
}

// pgServer listens on a Unix socket in dir only.
type pgServer struct {
	dir   string
	alive io.WriteCloser // the supervisor's standard input; its end ends the server
	admin *sql.DB
	mu    sync.Mutex
	made  int
}

func (p *pgServer) url(database string) string {
	return "postgres:///" + database + "?host=" + p.dir + "&user=postgres"
}

func (p *pgServer) createDatabase(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.made++
	name := "test" + strconv.Itoa(p.made)
	_, err := p.admin.ExecContext(ctx, `CREATE DATABASE `+name)
	return name, err
}

func (p *pgServer) dropDatabase(ctx context.Context, name string) error {
	_, err := p.admin.ExecContext(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
	return err
}

// supervisor runs the server until its standard input ends, which happens when
// the test process is gone; then it removes the folder.
const supervisor = `
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c full_page_writes=off \
	-c max_connections=400 -c shared_buffers=64MB -c autovacuum=off </dev/null >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"
`

func startServer() (*pgServer, error) {
	if os.Getenv("PORTICO_NO_POSTGRES") == "1" {
		return nil, errNoPostgres
	}
	bin, err := postgresBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("/tmp", "portico-pg-") // a socket's path must be short
	if err != nil {
		return nil, err
	}
	alive, err := launch(bin, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	srv := &pgServer{dir: dir, alive: alive}
	return srv, srv.connect()
}

// launch makes the server's files and starts it with its supervisor.
func launch(bin, dir string) (alive io.WriteCloser, err error) {
	attr, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"),
		"-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.SysProcAttr, initdb.Dir = attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	run := exec.Command("/bin/sh", "-c", supervisor, "supervisor", bin, dir)
	run.SysProcAttr, run.Dir = attr, dir
	if alive, err = run.StdinPipe(); err != nil {
		return nil, err
	}
	return alive, run.Start()
}

// connect waits until the server takes connections.
func (p *pgServer) connect() error {
	var err error
	if p.admin, err = sql.Open("pgx", p.url("postgres")); err != nil {
		return err
	}
	p.admin.SetMaxOpenConns(2)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err = p.admin.Ping()
		if err == nil || time.Now().After(deadline) {
			break
		}
	}
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(p.dir, "log")) // a help only
		return fmt.Errorf("%w\n%s", err, bytes.TrimSpace(log))
	}
	return nil
}

// postgresBinaries is the folder of initdb and postgres: Debian's newest version, else PATH's.
func postgresBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil {
		return "", err
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) > version(found[j]) })
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			found = append(found, real)
		}
	}
	for _, f := range found {
		dir := filepath.Dir(f)
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	return "", errNoPostgres
}

func version(binary string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(binary)))) // 0: not a version
	return n
}

// unprivileged gives dir to a user that PostgreSQL runs as: it refuses root. The
// server leads a process group, so that an interrupt at the terminal ends the
// tests first.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() != 0 {
		return attr, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("a user to run PostgreSQL: %w", err)
	}
	uid, err := strconv.Atoi(account.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(account.Gid)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, uid, gid)
}
