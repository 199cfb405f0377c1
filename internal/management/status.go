package management

import (
	"html/template"
	"net/http"
	"strings"
)

// statusPage is shown to people who open the management address in a browser.
var statusPage = template.Must(template.New("status").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Name}}: management API</title>
<h1>{{.Name}}: management API</h1>
<p>This address is for programs: it serves the management API and needs a shared access token.
<code>portico token</code> prints one. People go to <a href="{{.PortalURL}}">the developer portal</a>.</p>
`))

// serveStatus answers a browser at the root; it returns false for all other requests.
func (h *handler) serveStatus(w http.ResponseWriter, r *http.Request) bool {
	browser := r.Header.Get("Authorization") == "" && strings.Contains(r.Header.Get("Accept"), "text/html")
	if r.URL.Path != h.Mount+"/" || !browser || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_ = statusPage.Execute(w, h.Service) // the client may be gone
	return true
}
