package demo

import (
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// tracking is both versions of the Tracking API. What happened to a parcel
// follows from its number; only followers are stored.
type tracking struct {
	mu        sync.Mutex
	followers map[string]follower // by number and address
}

// maxFollowers is how many the demo remembers.
const maxFollowers = 500

type follower struct {
	Statuses []string `json:"statuses,omitempty"`
	Language string   `json:"language"`
}

type trackedPlace struct {
	Name     string     `json:"name"`
	Country  string     `json:"country"`
	Position [2]float64 `json:"position"`
}

type trackedEvent struct {
	Status string       `json:"status"`
	Time   time.Time    `json:"time"`
	Place  trackedPlace `json:"place"`
	Text   string       `json:"text,omitempty"`
}

type trackedParcel struct {
	Number   string            `json:"number"`
	Status   string            `json:"status"`
	Service  string            `json:"service"`
	Last     trackedEvent      `json:"last"`
	Expected map[string]string `json:"expected,omitempty"`
}

// journey is what happens to every parcel; how far it is follows from its number.
var journey = []trackedEvent{
	{Status: "booked", Place: trackedPlace{"Amsterdam", "NL", [2]float64{52.37, 4.89}}, Text: "We know of the parcel."},
	{Status: "handed_over", Place: trackedPlace{"Amsterdam", "NL", [2]float64{52.37, 4.89}}, Text: "The sender handed it over."},
	{Status: "in_transit", Place: trackedPlace{"Hamburg", "DE", [2]float64{53.55, 10}}, Text: "Sorted in Hamburg."},
	{Status: "in_transit", Place: trackedPlace{"Göteborg", "SE", [2]float64{57.71, 11.97}}, Text: "Arrived in Göteborg."},
	{Status: "out_for_delivery", Place: trackedPlace{"Göteborg", "SE", [2]float64{57.71, 11.97}}, Text: "On its way to the door."},
	{Status: "delivered", Place: trackedPlace{"Göteborg", "SE", [2]float64{57.71, 11.97}}, Text: "Delivered."},
}

var trackingPattern = regexp.MustCompile(`^MX[0-9]{8}[A-Z]{2}$`)

func newTracking() *tracking { return &tracking{followers: map[string]follower{}} }

// routes registers the operations of both versions.
func (t *tracking) routes(mux *http.ServeMux) {
	handle(mux, "GET /tracking/v1/parcels/{number}", v1Parcel)
	handle(mux, "GET /tracking/v1/parcels/{number}/history", v1History)
	handle(mux, "POST /tracking/v1/lookup", v1LookUp)
	handle(mux, "GET /tracking/v2/parcels", v2Parcels)
	handle(mux, "GET /tracking/v2/parcels/{number}", v2Parcel)
	handle(mux, "GET /tracking/v2/parcels/{number}/events", v2Events)
	handle(mux, "GET /tracking/v2/parcels/{number}/live", v2Live)
	handle(mux, "PUT /tracking/v2/parcels/{number}/followers/{email}", t.follow)
	handle(mux, "DELETE /tracking/v2/parcels/{number}/followers/{email}", t.unfollow)
}

// eventsOf is what happened to a parcel, oldest first; nil when there is none of that number.
func eventsOf(number string) []trackedEvent {
	if !trackingPattern.MatchString(number) || number[2] == '0' {
		return nil
	}
	digits, err := strconv.Atoi(number[2:10])
	if err != nil {
		return nil
	}
	begin := time.Date(2026, 11, 20, 9, digits%60, 0, 0, time.UTC)
	events := slices.Clone(journey[:1+digits%len(journey)])
	for i := range events {
		events[i].Time = begin.Add(time.Duration(i) * 11 * time.Hour)
	}
	return events
}

func parcelOf(number string) (trackedParcel, bool) {
	events := eventsOf(number)
	if events == nil {
		return trackedParcel{}, false
	}
	last := events[len(events)-1]
	p := trackedParcel{Number: number, Status: last.Status, Service: services[len(events)%len(services)].name, Last: last}
	if last.Status != "delivered" {
		expected := events[0].Time.Add(5 * 11 * time.Hour).Truncate(time.Hour)
		p.Expected = map[string]string{"from": expected.Format(time.RFC3339), "to": expected.Add(3 * time.Hour).Format(time.RFC3339)}
	}
	return p, true
}

func v2Parcels(w http.ResponseWriter, r *http.Request) error {
	var numbers []string
	for _, v := range r.URL.Query()["number"] {
		numbers = append(numbers, strings.Split(v, ",")...)
	}
	if len(numbers) < 1 || len(numbers) > 50 {
		return badRequest("number must name 1 to 50 parcels.")
	}
	found := []trackedParcel{}
	for _, n := range numbers {
		if p, ok := parcelOf(n); ok {
			found = append(found, p)
		}
	}
	return writeJSON(w, http.StatusOK, found)
}

func v2Parcel(w http.ResponseWriter, r *http.Request) error {
	p, ok := parcelOf(r.PathValue("number"))
	if !ok {
		return noParcel(r)
	}
	return writeJSON(w, http.StatusOK, p)
}

func noParcel(r *http.Request) error {
	return notFound("There is no parcel %s.", r.PathValue("number"))
}

func v2Events(w http.ResponseWriter, r *http.Request) error {
	events := eventsOf(r.PathValue("number"))
	if events == nil {
		return noParcel(r)
	}
	limit, err := queryInt(r, "limit", 10, 1, 50)
	if err != nil {
		return err
	}
	slices.Reverse(events)
	if text := r.URL.Query().Get("before"); text != "" {
		before, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return badRequest("before must be a time such as 2026-11-23T08:00:00Z; it is %q.", text)
		}
		events = slices.DeleteFunc(events, func(e trackedEvent) bool { return !e.Time.Before(before) })
	}
	page := map[string]any{"items": events[:min(limit, len(events))]}
	if limit < len(events) {
		page["next"] = fmt.Sprintf("/parcels/%s/events?limit=%d&before=%s", r.PathValue("number"), limit, events[limit-1].Time.Format(time.RFC3339))
	}
	return writeJSON(w, http.StatusOK, page)
}

func v2Live(w http.ResponseWriter, r *http.Request) error {
	events := eventsOf(r.PathValue("number"))
	if events == nil {
		return noParcel(r)
	}
	send := startEvents(w)
	for i, e := range events {
		if i > 0 && wait(r, 200*time.Millisecond) != nil {
			return nil // the client went away
		}
		send(i+1, "parcel", e)
	}
	return nil
}

func (t *tracking) follow(w http.ResponseWriter, r *http.Request) error {
	f := follower{Language: "en"}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if len(body) > 0 {
		if err := decodeFollower(body, &f); err != nil {
			return err
		}
	}
	if eventsOf(r.PathValue("number")) == nil {
		return noParcel(r)
	}
	if a, err := mail.ParseAddress(r.PathValue("email")); err != nil || a.Address != r.PathValue("email") {
		return badRequest("%q is not an e-mail address.", r.PathValue("email"))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := r.PathValue("number") + " " + r.PathValue("email")
	status := http.StatusCreated
	if _, ok := t.followers[key]; ok {
		status = http.StatusOK
	} else if len(t.followers) >= maxFollowers {
		clear(t.followers)
	}
	t.followers[key] = f
	return writeJSON(w, status, f)
}

func (t *tracking) unfollow(w http.ResponseWriter, r *http.Request) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := r.PathValue("number") + " " + r.PathValue("email")
	if _, ok := t.followers[key]; !ok {
		return notFound("%s does not follow this parcel.", r.PathValue("email"))
	}
	delete(t.followers, key)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
