package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/routine"
)

// How long one waits for the server: for a connection, and for a sign of life
// on one that is in use.
const (
	connectPatience = 5 * time.Second
	answerPatience  = 30 * time.Second
)

// outageLasts is how long nobody waits for a server that has just let somebody
// wait in vain. Those who queue behind one who waits are told at once.
const outageLasts = 2 * time.Second

// outage remembers when the server was last silent.
type outage struct{ until atomic.Int64 }

func (o *outage) begin()      { o.until.Store(time.Now().Add(outageLasts).UnixNano()) }
func (o *outage) lasts() bool { return time.Now().UnixNano() < o.until.Load() }
func (o *outage) error() error {
	return fmt.Errorf("%w: it was silent a moment ago", apim.ErrUnavailable)
}

// impatient lets connections of a configuration give up on a silent server.
func impatient(config *pgx.ConnConfig) *pgx.ConnConfig {
	config = config.Copy()
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectPatience
	}
	dial := config.DialFunc
	config.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: c}, nil
	}
	return config
}

// conn fails when the other side is silent for too long, unless the driver has
// set another deadline.
type conn struct {
	net.Conn
	mu    sync.Mutex
	given bool // the deadline is the driver's
}

func (c *conn) SetDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given = !at.IsZero()
	return c.Conn.SetDeadline(at)
}

func (c *conn) Read(p []byte) (int, error) {
	c.await(c.Conn.SetReadDeadline)
	return c.Conn.Read(p)
}

func (c *conn) Write(p []byte) (int, error) {
	c.await(c.Conn.SetWriteDeadline)
	return c.Conn.Write(p)
}

func (c *conn) await(set func(time.Time) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.given {
		_ = set(time.Now().Add(answerPatience)) // a closed connection says so itself
	}
}

// begin takes a connection of a pool and begins a transaction on it; end gives
// both back.
func (e *engine) begin(ctx context.Context, pool *sql.DB, options *sql.TxOptions) (tx *sql.Tx, end func(), err error) {
	if e.outage.lasts() {
		return nil, nil, e.outage.error()
	}
	wait, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	c, err := pool.Conn(wait)
	if err != nil {
		if wait.Err() != nil && ctx.Err() == nil {
			e.outage.begin()
			err = fmt.Errorf("%w: %w", apim.ErrUnavailable, err)
		}
		return nil, nil, err
	}
	within, stop := context.WithCancel(ctx)
	silence := routine.After(connectPatience, stop, func(error) { stop() })
	tx, err = c.BeginTx(within, options)
	if !silence.Stop() && ctx.Err() == nil {
		e.outage.begin()
		err = errors.Join(err, e.outage.error())
	}
	end = func() { // nothing is left to roll back after a commit
		if tx != nil {
			_ = tx.Rollback()
		}
		_ = c.Close()
		stop()
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return tx, end, nil
}

// known adds to an error of the server, or of the way to it, what it means for
// who asked.
func (e *engine) known(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, apim.ErrUnavailable) {
		return err
	}
	if pgconn.Timeout(err) {
		e.outage.begin()
	}
	if means := meaning(err); means != nil {
		return fmt.Errorf("%w: %w", means, err)
	}
	return err
}

// away are the classes of SQLSTATE of a server that cannot be used at present:
// connection, refused login, no such database, resources, stopped by its
// operator, failing system.
var away = []string{"08", "28", "3D", "53", "57", "58", "55P03"}

func meaning(err error) error {
	var failure *pgconn.PgError
	if errors.As(err, &failure) {
		switch {
		case failure.Code == "53100":
			return apim.ErrFull
		case failure.Code == "25006":
			return apim.ErrReadOnly
		}
		for _, class := range away {
			if strings.HasPrefix(failure.Code, class) {
				return apim.ErrUnavailable
			}
		}
		return nil
	}
	var network net.Error
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || errors.Is(err, pgconn.ErrConnClosed) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return apim.ErrUnavailable
	}
	return nil
}
