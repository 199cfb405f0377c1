// Package server runs the listeners of a process: request ids, recovery,
// limits, health, forwarded addresses, TLS certificates, and a graceful stop.
//
// It knows no surface. Handlers get the request id in the X-Request-Id header of
// the answer and, unless they relay requests, of the request; the public address
// is in r.Host, r.URL.Scheme and r.RemoteAddr. It imports address, apim, limit and routine only.
package server
