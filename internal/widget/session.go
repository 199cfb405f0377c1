package widget

import (
	"context"
	"net"
	"strings"
	"time"
)

// sessionRow is a session as the profile shows it.
type sessionRow struct {
	PersonSession
	Device, Place, Since, Last string
}

func (in *Input) sessions(ctx context.Context) ([]sessionRow, error) {
	all, err := in.Person.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]sessionRow, len(all))
	for i, s := range all {
		rows[i] = sessionRow{PersonSession: s, Device: in.device(s.UserAgent), Place: hostOnly(s.Address), Since: date(s.Created), Last: moment(s.Used)}
	}
	return rows, nil
}

// moment is a time as people read it, to the minute.
func moment(t time.Time) string { return date(t) + t.UTC().Format(", 15:04 UTC") }

// hostOnly is an address without its port.
func hostOnly(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}

// Browsers and systems by what they say in User-Agent. The first that is found
// counts: most name others, too, to be taken for them.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"}, {"FxiOS", "Firefox"},
		{"CriOS", "Chrome"}, {"Chromium", "Chromium"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}, {"curl", "curl"},
	}
	systems = [][2]string{
		{"Windows", "Windows"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Android", "Android"}, {"CrOS", "ChromeOS"},
		{"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// device says which browser on which system a User-Agent stands for, as far as
// it is known.
func (in *Input) device(userAgent string) string {
	browser, system := named(browsers, userAgent), named(systems, userAgent)
	switch {
	case browser == "":
		return in.T("sessions.unknown")
	case system == "":
		return browser
	}
	return in.T("sessions.device", "browser", browser, "system", system)
}

func named(names [][2]string, text string) string {
	for _, n := range names {
		if strings.Contains(text, n[0]) {
			return n[1]
		}
	}
	return ""
}
