package demo

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// serveEcho is the Echo API. Every path below /echo that no operation has is
// echoed too, exactly as it arrived.
func serveEcho(w http.ResponseWriter, r *http.Request) error {
	name, argument, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/echo/"), "/")
	if r.Method == http.MethodGet {
		switch name {
		case "status":
			return answerStatus(w, argument)
		case "delay":
			return answerLate(w, r, argument)
		case "bytes":
			return answerBytes(w, argument)
		case "picture":
			return answerPicture(w, r)
		case "events":
			return streamEvents(w, r)
		case "socket":
			return openSocket(w, r)
		}
	}
	return echo(w, r)
}

// echoed is a request as it arrived.
type echoed struct {
	Method  string              `json:"method"`
	Target  string              `json:"target"`
	Path    string              `json:"path"`
	Query   map[string][]string `json:"query"`
	Headers map[string][]string `json:"headers"`
	Bytes   int                 `json:"bytes"`
	Text    string              `json:"text,omitempty"`
	Base64  string              `json:"base64,omitempty"`
}

func echo(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	e := echoed{
		Method: r.Method, Target: r.RequestURI, Path: r.URL.Path,
		Query: r.URL.Query(), Headers: r.Header.Clone(), Bytes: len(body),
	}
	e.Headers["Host"] = []string{r.Host}
	if utf8.Valid(body) {
		e.Text = string(body)
	} else {
		e.Base64 = base64.StdEncoding.EncodeToString(body)
	}
	w.Header().Set("X-Echo-Method", r.Method)
	if trace := r.Header.Get("X-Trace"); trace != "" {
		w.Header().Set("X-Trace", trace)
	}
	return writeJSON(w, http.StatusOK, e)
}

func answerStatus(w http.ResponseWriter, argument string) error {
	code, err := number("code", argument, 200, 599)
	if err != nil {
		return err
	}
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	if code == http.StatusNoContent || code == http.StatusNotModified {
		w.WriteHeader(code)
		return nil
	}
	meaning := cmp.Or(http.StatusText(code), "A status without a name")
	return writeJSON(w, code, map[string]any{"status": code, "meaning": meaning})
}

func answerLate(w http.ResponseWriter, r *http.Request, argument string) error {
	seconds, err := strconv.ParseFloat(argument, 64)
	if err != nil || !(seconds >= 0 && seconds <= 10) {
		return badRequest("seconds must be a number from 0 to 10; it is %q.", argument)
	}
	if err := wait(r, time.Duration(seconds*float64(time.Second))); err != nil {
		return err
	}
	return echo(w, r)
}

// wait sleeps, less long when the client goes away.
func wait(r *http.Request, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func answerBytes(w http.ResponseWriter, argument string) error {
	count, err := number("count", argument, 0, 1<<20)
	if err != nil {
		return err
	}
	body := make([]byte, count)
	for i := range body {
		body[i] = byte(i * 31)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, err = w.Write(body)
	return err
}

var colourDigits = regexp.MustCompile(`^[0-9a-fA-F]{6}$`)

func answerPicture(w http.ResponseWriter, r *http.Request) error {
	text := cmp.Or(r.URL.Query().Get("colour"), "2a6f6b")
	if !colourDigits.MatchString(text) {
		return badRequest("colour must be six hexadecimal digits; it is %q.", text)
	}
	rgb, err := strconv.ParseUint(text, 16, 32)
	if err != nil {
		return err
	}
	const side = 160
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{
		color.White, color.RGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 255},
	})
	for y := range side {
		for x := range side {
			if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy < side*side/5 {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	w.Header().Set("Content-Type", "image/png")
	return png.Encode(w, picture)
}

func streamEvents(w http.ResponseWriter, r *http.Request) error {
	count, err := queryInt(r, "count", 5, 1, 100)
	if err != nil {
		return err
	}
	interval, err := queryInt(r, "interval", 500, 0, 5000)
	if err != nil {
		return err
	}
	send := startEvents(w)
	for i := 1; i <= count; i++ {
		if i > 1 && wait(r, time.Duration(interval)*time.Millisecond) != nil {
			return nil // the client went away
		}
		send(i, "tick", map[string]int{"number": i, "of": count})
	}
	return nil
}

// startEvents begins a stream of server-sent events; each call of send is one, flushed.
func startEvents(w http.ResponseWriter) (send func(id int, event string, data any)) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	return func(id int, event string, data any) {
		text, err := json.Marshal(data)
		if err != nil {
			return
		}
		fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", id, event, text)
		_ = control.Flush() // the client is gone when this fails; wait notices
	}
}

// openSocket echoes messages until the client closes. Any origin may connect:
// the backend keeps nothing that a page could steal.
func openSocket(w http.ResponseWriter, r *http.Request) error {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		return newProblem(http.StatusUpgradeRequired, "Ask for a WebSocket here.")
	}
	socket, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return nil // Accept has answered
	}
	defer socket.CloseNow() //nolint:errcheck // closed already, or the client is gone
	socket.SetReadLimit(1 << 20)
	for {
		kind, message, err := socket.Read(r.Context())
		if err != nil {
			return nil
		}
		if err := socket.Write(r.Context(), kind, message); err != nil {
			return nil
		}
	}
}
