package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

const (
	timeout      = 30 * time.Second
	maxRedirects = 5
)

// RefusedError says that an address is in a network that requests may not reach.
type RefusedError struct{ Address netip.Addr }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the address %s is private; --allow-outbound names private networks that may be reached", e.Address)
}

// Client makes a client that reaches public addresses and the allowed networks.
// It resolves a name once and connects to the very address it has checked.
func Client(allowed []netip.Prefix) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		return check(address, allowed)
	}}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: timeout,
			MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) >= maxRedirects {
				return fmt.Errorf("more than %d redirects", maxRedirects)
			}
			return checkScheme(r.URL)
		},
	}
}

// check returns a RefusedError if a connection to a resolved address is not allowed.
func check(address string, allowed []netip.Prefix) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	for _, p := range allowed {
		if p.Contains(ip) {
			return nil
		}
	}
	if !isPublic(ip) {
		return &RefusedError{ip}
	}
	return nil
}

func checkScheme(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("the address must be http or https; it is %s", u.Scheme)
	}
	return nil
}

// Fetch gets the content of an address, at most limit bytes. Its errors are
// *apim.InvalidError for the field, since the client gave the address.
func Fetch(ctx context.Context, client *http.Client, field, address string, limit int64) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || checkScheme(u) != nil || u.User != nil {
		return nil, apim.Invalid(field, fmt.Sprintf("%s must be an absolute http or https address without credentials; it is %q.", field, address))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, apim.Invalid(field, fmt.Sprintf("%s is not an address: %v.", field, err))
	}
	return Do(client, r, field, limit)
}

// Do sends a request and reads the answer, at most limit bytes. Its errors are
// those of [Fetch].
func Do(client *http.Client, r *http.Request, field string, limit int64) ([]byte, error) {
	answer, err := client.Do(r)
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		return nil, apim.Invalid(field, fmt.Sprintf("%s cannot be fetched: %v.", field, refused))
	case err != nil && r.Context().Err() != nil:
		return nil, r.Context().Err()
	case err != nil:
		return nil, apim.Invalid(field, fmt.Sprintf("%s cannot be fetched: %s does not answer as it should.", field, r.URL.Host))
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, apim.Invalid(field, fmt.Sprintf("%s cannot be fetched: %s answered %s.", field, r.URL.Host, answer.Status))
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, apim.Invalid(field, fmt.Sprintf("%s cannot be fetched: the answer of %s ends too early.", field, r.URL.Host))
	}
	if int64(len(data)) > limit {
		return nil, apim.Invalid(field, fmt.Sprintf("What %s names is larger than %d bytes.", field, limit))
	}
	return data, nil
}
