package portal

import (
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/widget"
)

const yearInSeconds = "31536000"

// Cache-Control of what is answered.
const (
	revalidate = "no-cache" // shared by an audience; the browser asks each time and mostly gets 304
	immutable  = "public, max-age=" + yearInSeconds + ", immutable"
	personal   = "private, no-store" // of one person
	hourly     = "public, max-age=3600"
)

var htmlType = header{"Content-Type", []string{"text/html; charset=utf-8"}}

func contentType(v string) header { return header{"Content-Type", []string{v}} }

// securityHeaders are on every answer; HSTS is the server's.
func securityHeaders() []header {
	return []header{
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Referrer-Policy", []string{"strict-origin-when-cross-origin"}},
		{"Permissions-Policy", []string{"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"}},
		{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
		{"Vary", []string{"Accept-Encoding, Cookie, Origin"}},
	}
}

// policy makes the Content-Security-Policy of a page with the given inline
// style: nothing but our own files, the one inline script and style, and calls
// to the gateway.
func (p *Portal) policy(style string) header {
	var b strings.Builder
	b.WriteString("default-src 'none'; script-src 'self' " + widget.CSPHash(widget.InlineScript))
	b.WriteString("; style-src 'self' " + widget.CSPHash(style))
	b.WriteString("; img-src 'self' data: blob:; font-src 'self'; media-src 'self'; manifest-src 'self'; frame-src 'self'; connect-src 'self'")
	if origin := originOf(p.cfg.GatewayURL); origin != "" {
		b.WriteString(" " + origin + " " + strings.Replace(origin, "http", "ws", 1))
	}
	b.WriteString("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	return header{"Content-Security-Policy", []string{b.String()}}
}

// fragmentPolicy is of answers that are no documents of their own.
var fragmentPolicy = header{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}}

// mediaPolicy is of files that people uploaded: opened by themselves, they may do nothing.
var mediaPolicy = header{"Content-Security-Policy", []string{"sandbox; default-src 'none'; style-src 'unsafe-inline'"}}

// originOf is scheme and host of an address; "" when it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " ;,'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
