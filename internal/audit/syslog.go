package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"time"
)

const (
	syslogPrefix = "syslog:"
	localSyslog  = "/dev/log"
	priority     = 10*8 + 5 // facility security, severity notice
	maxMessage   = 32 << 10 // bytes; more does not fit into a datagram
	syslogWait   = 5 * time.Second
)

// CheckTarget reports a target that cannot be one.
func CheckTarget(target string) error {
	if rest, ok := bytes.CutPrefix([]byte(target), []byte(syslogPrefix)); ok {
		_, _, err := syslogAddress(string(rest))
		return err
	}
	return nil
}

// syslogAddress reads what stands after "syslog:".
func syslogAddress(text string) (network, address string, err error) {
	if text == "" {
		return "unixgram", localSyslog, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "udp" && u.Scheme != "tcp" || u.Port() == "" {
		return "", "", fmt.Errorf("%q must be like syslog:udp://host:514 or syslog:tcp://host:601", syslogPrefix+text)
	}
	return u.Scheme, u.Host, nil
}

// syslog sends lines as messages of RFC 5424, over TCP framed by RFC 6587. It
// connects again after an error.
type syslog struct {
	network, address, host string
	conn                   net.Conn // nil: not connected
}

func openSyslog(to string) (*syslog, error) {
	network, address, err := syslogAddress(to)
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	return &syslog{network: network, address: address, host: cmp.Or(host, "-")}, err
}

// Write sends one line.
func (s *syslog) Write(line []byte) (int, error) {
	if s.conn == nil {
		conn, err := net.DialTimeout(s.network, s.address, syslogWait)
		if err != nil {
			return 0, err
		}
		s.conn = conn
	}
	_ = s.conn.SetWriteDeadline(time.Now().Add(syslogWait)) // a closed connection fails below
	if _, err := s.conn.Write(s.message(line)); err != nil {
		return 0, cmp.Or(s.Close(), err)
	}
	return len(line), nil
}

func (s *syslog) message(line []byte) []byte {
	text := bytes.TrimSuffix(line, []byte("\n"))
	if len(text) > maxMessage {
		text = append(text[:maxMessage:maxMessage], "... (the rest is in the audit log)"...)
	}
	m := fmt.Appendf(nil, "<%d>1 %s %s portico %d audit - %s", priority, time.Now().UTC().Format(time.RFC3339Nano), s.host, os.Getpid(), text)
	if s.network == "tcp" {
		m = append([]byte(strconv.Itoa(len(m))+" "), m...)
	}
	return m
}

// Close ends the connection; the next line makes another.
func (s *syslog) Close() error {
	if s.conn == nil {
		return nil
	}
	err := s.conn.Close()
	s.conn = nil
	return err
}
