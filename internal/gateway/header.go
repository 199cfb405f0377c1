package gateway

import (
	"net/http"
	"net/textproto"
	"strings"

	addr "github.com/portico-portal/portico/internal/address"
)

// header is an http.Header as policies see it.
type header http.Header

func (h header) Get(name string) string {
	if v := h[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}
func (h header) Values(name string) []string      { return h[name] }
func (h header) Set(name string, values []string) { h[name] = values }
func (h header) Add(name, value string)           { h[name] = append(h[name], value) }
func (h header) Del(name string)                  { delete(h, name) }
func (h header) Clear()                           { clear(h) }

// requestHeader is the header of a call's request. Its Host is sent to the
// backend; empty means the backend's own.
type requestHeader call

func (h *requestHeader) fields() header { return header(h.r.Header) }

func (h *requestHeader) Get(name string) string {
	if name == "Host" {
		return h.host
	}
	return h.fields().Get(name)
}

func (h *requestHeader) Values(name string) []string {
	if name == "Host" && h.host != "" {
		return []string{h.host}
	}
	return h.fields().Values(name)
}

func (h *requestHeader) Set(name string, values []string) {
	if name == "Host" && len(values) > 0 {
		h.host = values[0]
		return
	}
	(*call)(h).removeLookalikes(name)
	h.fields().Set(name, values)
}

func (h *requestHeader) Add(name, value string) {
	if name == "Host" {
		h.host = value
		return
	}
	(*call)(h).removeLookalikes(name)
	h.fields().Add(name, value)
}

func (h *requestHeader) Del(name string) {
	if name == "Host" {
		h.host = ""
		return
	}
	(*call)(h).removeLookalikes(name)
	h.fields().Del(name)
}

func (h *requestHeader) Clear() { h.host = ""; h.fields().Clear() }

// upgradeOf is the protocol that a message asks to switch to, or "".
func upgradeOf(h http.Header) string {
	for _, line := range h["Connection"] {
		for token := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(textproto.TrimString(token), "upgrade") {
				return h.Get("Upgrade")
			}
		}
	}
	return ""
}

// acceptsTrailers reports whether TE names trailers, which the backend should then know.
func acceptsTrailers(h http.Header) bool {
	for _, line := range h["Te"] {
		for token := range strings.SplitSeq(line, ",") {
			if name, _, _ := strings.Cut(token, ";"); strings.EqualFold(textproto.TrimString(name), "trailers") {
				return true
			}
		}
	}
	return false
}

// removeSessions removes the cookies of the portal and the admin UI (design.md §10).
func removeSessions(h http.Header) {
	lines := h["Cookie"]
	held := false
	for _, line := range lines {
		held = held || strings.Contains(line, "portico_")
	}
	if !held {
		return
	}
	var kept []string
	for _, line := range lines {
		var cookies []string
		for cookie := range strings.SplitSeq(line, ";") {
			cookie = strings.TrimSpace(cookie)
			name, _, _ := strings.Cut(cookie, "=")
			if cookie != "" && !addr.OwnCookie(strings.TrimSpace(name)) {
				cookies = append(cookies, cookie)
			}
		}
		if len(cookies) > 0 {
			kept = append(kept, strings.Join(cookies, "; "))
		}
	}
	if len(kept) == 0 {
		delete(h, "Cookie")
		return
	}
	h["Cookie"] = kept
}
