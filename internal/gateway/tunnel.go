package gateway

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/routine"
)

// tunnel joins the connections of client and backend after both have agreed to
// switch protocols (WebSocket). It ends when either side does.
func (c *call) tunnel() {
	backend, ok := c.backend.Body.(io.ReadWriteCloser)
	if !ok || !strings.EqualFold(upgradeOf(c.backend.Header), c.upgrade) {
		c.badUpgrade()
		return
	}
	conn, client, err := http.NewResponseController(c.w).Hijack()
	if err != nil {
		c.badUpgrade()
		return
	}
	defer conn.Close()
	if err := c.writeSwitch(client.Writer); err != nil {
		return
	}
	if err := join(conn, client.Reader, backend); err != nil {
		c.g.logger.Error("tunnel failed", "path", c.path, "request", c.r.Header.Get("X-Request-Id"), "error", err)
	}
}

func (c *call) badUpgrade() {
	e := policy.Error{Status: http.StatusBadGateway, Source: "forward-request", Reason: "BackendConnectionFailure",
		Message: "The connection could not be switched to the requested protocol."}
	policy.Merge().Refuse(&c.exchange, &e)
	c.answerMade()
}

// writeSwitch sends the head of the 101 answer.
func (c *call) writeSwitch(w *bufio.Writer) error {
	h := c.copyHeader(header(c.backend.Header))
	delete(h, "Content-Type")
	delete(h, "Content-Length")
	head := http.Response{StatusCode: http.StatusSwitchingProtocols, ProtoMajor: 1, ProtoMinor: 1, Header: h}
	if err := head.Write(w); err != nil {
		return err
	}
	return w.Flush()
}

// join copies both ways until either side ends. What breaks off is no error.
func join(conn net.Conn, client io.Reader, backend io.ReadWriteCloser) error {
	both, _ := routine.WithContext(context.Background())
	relay := func(to io.Writer, from io.Reader) {
		both.Go(func() error {
			defer conn.Close()
			defer backend.Close()
			io.Copy(to, from)
			return nil
		})
	}
	relay(backend, client)
	relay(conn, backend)
	return both.Wait()
}
