package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/routine"
)

// pace is what is asked of a client that sends or takes a body.
type pace struct {
	patience time.Duration // time without progress; 0: endless
	rate     int           // bytes a second that it must keep up beyond its patience; 0: any
}

// bytesIn is what a client must have sent or taken after some time.
func (p pace) bytesIn(d time.Duration) int { return int(float64(p.rate) * d.Seconds()) }

// leftover is how long the rest of a body is waited for when nobody wants it any
// more: a client that has sent it may use its connection again.
const leftover = 500 * time.Millisecond

// upload is the body of a request. A read fails with apim.ErrTooSlow when
// the client sends nothing, or too little, for its patience. Closing it waits for nothing.
type upload struct {
	body    io.ReadCloser
	control *http.ResponseController
	pace    pace
	stream  bool // of HTTP/2: a deadline that passes ends it, whether somebody reads or not

	mu            sync.Mutex
	began, set    time.Time // of the first read; when the deadline was moved
	received      int
	ended, closed bool // read to its end; given up
}

func (u *upload) Read(p []byte) (n int, err error) {
	defer routine.Caught(&err) // the reader may be a goroutine of the client that calls a backend
	if !u.wait() {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err = u.body.Read(p)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.received += n
	u.ended = u.ended || err == io.EOF
	if u.stream && !u.closed {
		u.set = time.Time{}
		u.control.SetReadDeadline(time.Time{})
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w: %w", apim.ErrTooSlow, err)
	}
	return n, err
}

// wait moves the deadline before a read, if it has not been moved just now.
func (u *upload) wait() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed || u.pace.patience == 0 || u.ended {
		return !u.closed
	}
	now := time.Now()
	if u.began.IsZero() {
		u.began = now
	}
	if now.Sub(u.set) < min(time.Second, u.pace.patience/8) {
		return true
	}
	u.set = now
	until := now.Add(u.pace.patience)
	if u.pace.rate > 0 {
		earned := time.Duration(float64(u.received) / float64(u.pace.rate) * float64(time.Second))
		if latest := u.began.Add(u.pace.patience + earned); latest.Before(until) {
			until = latest
		}
	}
	u.control.SetReadDeadline(until)
	return true
}

// Close gives up what has not been read.
func (u *upload) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.giveUp()
	return nil
}

func (u *upload) giveUp() {
	if !u.closed && !u.ended {
		u.control.SetReadDeadline(time.Now().Add(leftover))
	}
	u.closed = true
}

// answered is told that an answer begins, and reports whether the body is still
// being read. The server reads what is left of a body before it sends the answer,
// so it must not wait for what may never come.
func (u *upload) answered(duplex bool) (goesOn bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if goesOn = duplex && !u.began.IsZero() && !u.ended && !u.closed; !goesOn {
		u.giveUp()
	}
	return goesOn
}

// download is the writer of an answer whose request has a body, or which is one
// of many on its connection.
type download struct {
	http.ResponseWriter
	control *http.ResponseController
	upload  *upload // nil: the request has no body
	pace    pace
	stream  bool // of HTTP/2: the connection may be well while this answer is not taken
	duplex  bool // the body may be read while the answer is written
	begun   bool
}

func (d *download) begin() {
	if !d.begun && d.upload != nil && d.upload.answered(d.duplex) && !d.stream {
		d.Header().Set("Connection", "close") // what comes after the answer is not another request
	}
	d.begun = true
}

func (d *download) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		d.begin()
	}
	d.ResponseWriter.WriteHeader(status)
}

func (d *download) Write(p []byte) (n int, err error) {
	d.begin()
	if !d.stream {
		return d.ResponseWriter.Write(p)
	}
	for {
		d.extend(true)
		m, err := d.ResponseWriter.Write(p[n:min(len(p), n+piece)])
		if n += m; err != nil || n == len(p) {
			d.extend(false)
			return n, err
		}
	}
}

// FlushError sends what has been written.
func (d *download) FlushError() error {
	d.begin()
	d.extend(true)
	defer d.extend(false)
	return d.control.Flush()
}

// Unwrap is for http.ResponseController.
func (d *download) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// extend begins or ends waiting for the client of a stream.
func (d *download) extend(waits bool) {
	if !d.stream || d.pace.patience == 0 {
		return
	}
	var until time.Time
	if waits {
		until = time.Now().Add(d.pace.patience)
	}
	d.control.SetWriteDeadline(until)
}

// end is called after the handler: what it has left is sent, or not waited for.
func (d *download) end() {
	if d.upload != nil {
		d.upload.Close()
	}
	d.extend(true)
}

// paced makes a request that waits for its client no longer than it should, and
// its writer; end is called after the handler. The caller's request stays as it
// is: the server looks at its body when the answer begins.
func (e *entry) paced(w http.ResponseWriter, r *http.Request) (*download, *http.Request) {
	d := &download{
		ResponseWriter: w, control: http.NewResponseController(w), pace: e.pace, stream: r.ProtoMajor > 1, duplex: e.duplex,
	}
	if r.ContentLength != 0 {
		d.upload = &upload{body: r.Body, control: d.control, pace: e.pace, stream: d.stream}
		own := *r
		own.Body = d.upload
		r = &own
	}
	return d, r
}
