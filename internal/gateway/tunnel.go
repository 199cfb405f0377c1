package gateway

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/policy"
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
	join(conn, client.Reader, backend)
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

func join(conn net.Conn, client io.Reader, backend io.ReadWriteCloser) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		io.Copy(backend, client)
		backend.Close()
		conn.Close()
	}()
	io.Copy(conn, backend)
	backend.Close()
	conn.Close()
	<-done
}
