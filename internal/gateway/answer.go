package gateway

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const bufferSize = 32 << 10

// answer sends the exchange's response.
func (c *call) answer() {
	response := &c.exchange.Response
	if response.Status == http.StatusSwitchingProtocols {
		c.tunnel()
		return
	}
	if _, made := response.Body.Made(); made {
		c.answerMade()
		return
	}
	h := c.copyHeader(response.Header.(header))
	trailers := announceTrailers(h, c.backend)
	c.w.WriteHeader(response.Status)
	c.stream()
	if len(c.backend.Trailer) > 0 {
		copyTrailers(h, c.backend.Trailer, trailers)
	}
}

// answerMade sends a response whose body a policy made.
func (c *call) answerMade() {
	c.closeBackend()
	response := &c.exchange.Response
	body, _ := response.Body.Made()
	h := c.copyHeader(response.Header.(header))
	delete(h, "Content-Length")
	if !bodyAllowed(response.Status) {
		c.w.WriteHeader(response.Status)
		return
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.w.WriteHeader(response.Status)
	if c.r.Method != http.MethodHead {
		c.w.Write(body)
	}
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// copyHeader moves a response's fields to the client's, which it returns.
func (c *call) copyHeader(from header) http.Header {
	to := c.w.Header()
	maps.Copy(to, from)
	if _, ok := from["Content-Type"]; !ok {
		to["Content-Type"] = nil // keeps net/http from guessing
	}
	return to
}

func announceTrailers(h http.Header, response *http.Response) int {
	if len(response.Trailer) == 0 {
		return 0
	}
	h["Trailer"] = []string{strings.Join(slices.Collect(maps.Keys(response.Trailer)), ", ")}
	return len(response.Trailer)
}

func copyTrailers(h, trailer http.Header, announced int) {
	for name, values := range trailer {
		if len(trailer) != announced {
			name = http.TrailerPrefix + name
		}
		h[name] = values
	}
}

// stream copies the backend's body, or what policies have left of it. A body of
// unknown length is flushed as it comes. If it breaks off, so does the client's
// connection.
func (c *call) stream() {
	body := c.exchange.Response.Body.Reader()
	flush := c.backend.ContentLength < 0 || strings.HasPrefix(c.backend.Header.Get("Content-Type"), "text/event-stream")
	if c.backend.ContentLength == 0 || c.r.Method == http.MethodHead {
		return
	}
	control := http.NewResponseController(c.w)
	if flush {
		control.Flush() // the header, before there is a body
	}
	buffer := c.g.bufs.Get().(*[bufferSize]byte)
	defer c.g.bufs.Put(buffer)
	for {
		n, err := body.Read(buffer[:])
		if n > 0 {
			if _, err := c.w.Write(buffer[:n]); err != nil {
				return // the client is gone
			}
			if flush {
				control.Flush()
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}
