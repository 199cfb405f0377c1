package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/arm"
)

// Error is an answer other than a success.
type Error struct {
	Method, Path  string
	Status        int
	Code, Message string   // of the error body; "": it has none
	Details       []Detail // of the error body
}

// Detail is one of several mistakes in what was sent.
type Detail struct{ Target, Message string }

// Error is what the service says, with a line for each detail that adds to it;
// without a message it is the call and its status.
func (e *Error) Error() string {
	if e.Message == "" {
		return strings.TrimSpace(fmt.Sprintf("%s %s: the service answers %d %s", e.Method, e.Path, e.Status, http.StatusText(e.Status)))
	}
	lines := []string{fmt.Sprintf("%s (%d %s)", e.Message, e.Status, e.Code)}
	for _, d := range e.Details {
		switch {
		case d.Message == e.Message:
		case strings.Contains(d.Message, d.Target):
			lines = append(lines, "  "+d.Message)
		default:
			lines = append(lines, "  "+d.Target+": "+d.Message)
		}
	}
	return strings.Join(lines, "\n")
}

// HasStatus reports whether err is an answer with the status.
func HasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// Send sends a request to any address, again while the service is busy. It adds
// no token.
func (c *Client) Send(ctx context.Context, method, address string, header http.Header, body []byte) (*Answer, error) {
	for try := 0; ; try++ {
		a, wait, err := c.once(ctx, method, address, header, body)
		if err == nil || wait == 0 || try == retries {
			return a, err
		}
		if err := c.wait(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if c.Wait != nil {
		return c.Wait(ctx, d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// once sends a request; wait is how long to wait before it is worth another try, 0 never.
func (c *Client) once(ctx context.Context, method, address string, header http.Header, body []byte) (a *Answer, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	if header != nil {
		req.Header = header
	}
	res, err := c.HTTP.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("%s %s: %w", method, req.URL.Path, hideQuery(err))
	}
	defer res.Body.Close()
	data, err := c.read(res.Body)
	if err != nil {
		return nil, 0, fmt.Errorf("%s %s: %w", method, req.URL.Path, err)
	}
	if findings, more := arm.Warnings(res.Header); c.Warn != nil && len(findings)+more > 0 {
		c.Warn(findings, more)
	}
	if res.StatusCode < 300 {
		return &Answer{res.StatusCode, data}, 0, nil
	}
	return nil, busyFor(res), refusal(req, res.StatusCode, data)
}

func (c *Client) read(body io.Reader) ([]byte, error) {
	most := cmp.Or(c.MaxAnswer, maxAnswer)
	data, err := io.ReadAll(io.LimitReader(body, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("the answer is larger than %d bytes", most)
	}
	return data, err
}

// busyFor is how long to wait before asking a busy service again; 0: it is not busy.
func busyFor(res *http.Response) time.Duration {
	if res.StatusCode != http.StatusTooManyRequests && (res.StatusCode < 500 || res.StatusCode == http.StatusNotImplemented) {
		return 0
	}
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 && n <= 60 {
		return time.Duration(n) * time.Second
	}
	return time.Second
}

// refusal reads an ARM error body.
func refusal(req *http.Request, status int, data []byte) *Error {
	var told struct {
		Error struct {
			Code, Message string
			Details       []Detail
		}
	}
	_ = json.Unmarshal(data, &told) // any other body has no message
	return &Error{req.Method, req.URL.Path, status, told.Error.Code, told.Error.Message, told.Error.Details}
}

// hideQuery takes the address out of an error: its query may hold a signature.
func hideQuery(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
