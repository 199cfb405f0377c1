package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Version 1 has its own, flat spelling of the same events, and its own errors.

type v1Event struct {
	Number string    `json:"number,omitempty"`
	Status string    `json:"status"`
	Place  string    `json:"place"`
	Time   time.Time `json:"time"`
}

func v1Of(number string, e trackedEvent) v1Event {
	return v1Event{Number: number, Status: strings.ToUpper(e.Status), Place: e.Place.Name, Time: e.Time}
}

func v1Error(w http.ResponseWriter, status int, message string) error {
	return writeJSON(w, status, map[string]string{"error": message})
}

func v1Parcel(w http.ResponseWriter, r *http.Request) error {
	number := r.PathValue("number")
	events := eventsOf(number)
	if events == nil {
		return v1Error(w, http.StatusNotFound, "no parcel "+number)
	}
	return writeJSON(w, http.StatusOK, v1Of(number, events[len(events)-1]))
}

func v1History(w http.ResponseWriter, r *http.Request) error {
	events := eventsOf(r.PathValue("number"))
	if events == nil {
		return v1Error(w, http.StatusNotFound, "no parcel "+r.PathValue("number"))
	}
	switch r.URL.Query().Get("order") {
	case "", "oldest":
	case "newest":
		slices.Reverse(events)
	default:
		return v1Error(w, http.StatusBadRequest, "order must be oldest or newest")
	}
	history := make([]v1Event, len(events))
	for i, e := range events {
		history[i] = v1Of("", e)
	}
	return writeJSON(w, http.StatusOK, history)
}

func v1LookUp(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var q struct{ Numbers []string }
	if json.Unmarshal(body, &q) != nil || len(q.Numbers) < 1 || len(q.Numbers) > 50 {
		return v1Error(w, http.StatusBadRequest, "numbers must name 1 to 50 parcels")
	}
	found := []v1Event{}
	for _, n := range q.Numbers {
		if events := eventsOf(n); events != nil {
			found = append(found, v1Of(n, events[len(events)-1]))
		}
	}
	return writeJSON(w, http.StatusOK, found)
}

var languageCode = regexp.MustCompile(`^[a-z]{2}$`)

// decodeFollower reads and checks the wishes of a follower.
func decodeFollower(body []byte, f *follower) error {
	if err := json.Unmarshal(body, f); err != nil {
		return badRequest("The body is not a follower: %v.", err)
	}
	var c checks
	known := []string{"booked", "handed_over", "in_transit", "out_for_delivery", "delivered", "failed"}
	for _, s := range f.Statuses {
		c.oneOf("statuses", s, known...)
	}
	c.that(languageCode.MatchString(f.Language), "language", "must be two small letters, such as en")
	return c.err()
}
