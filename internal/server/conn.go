package server

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// piece is the size of the pieces in which an answer is given to the kernel. The
// clock is looked at between them.
const piece = 32 << 10

// conn is a client's connection. Writing to it fails when the client takes
// nothing, or too little, for its patience; a write may last for ever.
type conn struct {
	net.Conn
	pace
	began time.Time
	leave func() // tells the gate; once

	extended atomic.Int64 // when the deadline was last moved, since began
	others   atomic.Bool  // somebody else has set a deadline for writing
	closed   sync.Once
}

// extend moves the deadline, now and then.
func (c *conn) extend() {
	if c.patience == 0 || c.others.Load() {
		return
	}
	now := time.Since(c.began)
	if last := c.extended.Load(); last == 0 || now-time.Duration(last) > c.patience/8 {
		c.extended.Store(int64(max(now, 1)))
		c.Conn.SetWriteDeadline(c.began.Add(now + c.patience/2))
	}
}

func (c *conn) Write(p []byte) (n int, err error) {
	var stall stall
	for {
		c.extend()
		m, err := c.Conn.Write(p[n:min(len(p), n+piece)])
		n += m
		switch {
		case err != nil && !c.moves(&stall, m > 0, err):
			return n, err
		case n == len(p):
			return n, nil
		}
	}
}

// stall is what is known of a write that waits.
type stall struct {
	once   bool // a deadline has passed already
	queued int  // bytes that the client had not taken then
}

// moves reports whether a client still takes what the kernel holds for it,
// though the deadline of a write has passed: the kernel asks for more only when
// a good part of its buffer is free. The first time half the patience is left.
func (c *conn) moves(s *stall, wrote bool, err error) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || c.others.Load() {
		return false
	}
	queued := unsent(c.Conn)
	if s.once && !wrote && queued > s.queued-max(1, c.bytesIn(c.patience/2)) {
		return false
	}
	s.once, s.queued = true, queued
	c.extended.Store(0)
	return true
}

// SetWriteDeadline is for others; the zero time gives the deadline back to us.
func (c *conn) SetWriteDeadline(t time.Time) error {
	if !c.others.Swap(!t.IsZero()) && t.IsZero() && c.patience > 0 {
		return nil
	}
	c.extended.Store(0)
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.Conn.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// CloseWrite ends what we send, and leaves what we read.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close closes the connection and makes room for another.
func (c *conn) Close() error {
	c.closed.Do(c.leave)
	return c.Conn.Close()
}
