package address

import "strings"

// Names of the cookies that this service sets. Under TLS they have [HostPrefix].
const (
	SessionCookie = "portico_portal"
	AdminCookie   = "portico_admin"
	DeviceCookie  = "portico_device" // account.DeviceLifetime

	HostPrefix = "__Host-"
)

// OwnCookie reports whether a cookie is one of ours, which nobody else may see.
func OwnCookie(name string) bool {
	switch strings.TrimPrefix(name, HostPrefix) {
	case SessionCookie, AdminCookie, DeviceCookie:
		return true
	}
	return false
}
