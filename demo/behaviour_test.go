package demo_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/portico-portal/portico/demo"
)

const accountPath = "/parcel/accounts/acc_1042"

// client calls a fresh backend.
type client struct {
	*testing.T
	url string
}

func newClient(t *testing.T) client {
	t.Parallel()
	server := httptest.NewServer(demo.Backend())
	t.Cleanup(server.Close)
	return client{t, server.URL}
}

// call makes a request and decodes the answer's JSON into out, if given.
func (c client) call(method, path, body string, out any, headers ...string) *http.Response {
	c.Helper()
	r, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer answer.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(answer.Body); err != nil {
		c.Fatal(err)
	}
	if out != nil {
		if err := json.Unmarshal(text.Bytes(), out); err != nil {
			c.Fatalf("%s %s: %v: %s", method, path, err, text.Bytes())
		}
	}
	return answer
}

type page struct {
	Items []struct{ ID, Status, Reference string }
	Next  string
}

const papers = `{"service":"economy","from":{"name":"a","street":"b","postcode":"c","city":"d","country":"NL"},
	"to":{"name":"a","street":"b","postcode":"c","city":"d","country":"NL"},"parcels":[{"weight":1,"contents":{"kind":"documents"}}]}`

func TestPagesLeadToEveryShipmentOnce(t *testing.T) {
	c := newClient(t)
	seen := map[string]bool{}
	for next := "/accounts/acc_1042/shipments?limit=7"; next != ""; {
		var p page
		c.call("GET", "/parcel"+next, "", &p)
		for _, s := range p.Items {
			if seen[s.ID] {
				t.Errorf("%s is on two pages", s.ID)
			}
			seen[s.ID] = true
		}
		next = p.Next
	}
	if len(seen) != 24 || !seen["shp_9KQ2"] {
		t.Errorf("the pages hold %d shipments, with shp_9KQ2: %v", len(seen), seen["shp_9KQ2"])
	}
}

func TestFiltersOfShipmentsAddUp(t *testing.T) {
	c := newClient(t)
	var p page
	c.call("GET", accountPath+"/shipments?status=booked,failed&limit=100", "", &p)
	for _, s := range p.Items {
		if s.Status != "booked" && s.Status != "failed" {
			t.Errorf("%s is %s", s.ID, s.Status)
		}
	}
	if len(p.Items) != 6 {
		t.Errorf("found %d shipments, want 6", len(p.Items))
	}
	c.call("GET", accountPath+"/shipments?status=booked&reference=ORDER-7723", "", &p)
	if len(p.Items) != 1 || p.Items[0].ID != "shp_9KQ2" {
		t.Errorf("found %+v, want shp_9KQ2 alone", p.Items)
	}
}

func TestARepeatedBookingIsBookedOnce(t *testing.T) {
	c := newClient(t)
	var first, again, other struct{ ID string }
	c.call("POST", accountPath+"/shipments", papers, &first, "Idempotency-Key", "k1")
	c.call("POST", accountPath+"/shipments", papers, &again, "Idempotency-Key", "k1")
	c.call("POST", accountPath+"/shipments", papers, &other, "Idempotency-Key", "k2")
	if first.ID != "shp_9KQ3" || again != first || other == first {
		t.Errorf("booked %s, again %s, other %s", first.ID, again.ID, other.ID)
	}
}

func TestCreditEndsAndCancellingGivesItBack(t *testing.T) {
	c := newClient(t)
	heavy := strings.Replace(papers, `"weight":1,`, `"weight":70,`, 1)
	heavy = strings.Replace(heavy, `"economy"`, `"express"`, 1)
	booked := struct{ ID string }{}
	status := 201
	for range 60 {
		var b struct{ ID string }
		if status = c.call("POST", accountPath+"/shipments", heavy, &b).StatusCode; status != 201 {
			break
		}
		booked = b
	}
	if status != http.StatusPaymentRequired {
		t.Fatalf("60 expensive bookings end with %d, want 402", status)
	}
	if status := c.call("DELETE", "/parcel/shipments/"+booked.ID, "", nil).StatusCode; status != 204 {
		t.Fatalf("cancelling is answered with %d", status)
	}
	if status := c.call("POST", accountPath+"/shipments", heavy, nil).StatusCode; status != 201 {
		t.Errorf("after cancelling one, booking is answered with %d", status)
	}
	if status := c.call("DELETE", "/parcel/shipments/"+booked.ID, "", nil).StatusCode; status != 409 {
		t.Errorf("cancelling twice is answered with %d, want 409", status)
	}
}

func TestAMergePatchChangesWhatItNames(t *testing.T) {
	c := newClient(t)
	const path = "/parcel/shipments/shp_9KQ2"
	before := c.call("GET", path, "", nil)
	var s struct {
		Reference    string
		Instructions map[string]any
	}
	c.call("PATCH", path, `{"instructions":{"safePlace":"porch"}}`, &s)
	if s.Reference != "ORDER-7723" || s.Instructions["safePlace"] != "porch" {
		t.Errorf("after the first change: %+v", s)
	}
	s.Reference = "kept from before"
	s.Instructions = nil
	c.call("PATCH", path, `{"reference":null}`, &s)
	if s.Reference != "kept from before" || s.Instructions["safePlace"] != "porch" {
		t.Errorf("after removing the reference: %+v", s)
	}
	if status := c.call("PATCH", path, `{"reference":"x"}`, nil, "If-Match", before.Header.Get("ETag")).StatusCode; status != 412 {
		t.Errorf("a change over an old ETag is answered with %d, want 412", status)
	}
	var wrong struct{ Errors []struct{ Field string } }
	c.call("PATCH", path, `{"price":1}`, &wrong)
	if len(wrong.Errors) != 1 || wrong.Errors[0].Field != "price" {
		t.Errorf("changing the price is answered with %+v", wrong)
	}
}

func TestErrorsNameEachField(t *testing.T) {
	c := newClient(t)
	var p struct {
		Status int
		Errors []struct{ Field, Message string }
	}
	c.call("POST", accountPath+"/shipments", `{"service":"teleport","from":{},"parcels":[{"weight":-1,"contents":{"kind":"bundle","parcels":[{"weight":2}]}}]}`, &p)
	fields := map[string]bool{}
	for _, e := range p.Errors {
		fields[e.Field] = true
	}
	for _, want := range []string{"service", "from.name", "to.country", "parcels[0].weight", "parcels[0].contents.parcels[0].contents"} {
		if !fields[want] {
			t.Errorf("no error for %s in %+v", want, p.Errors)
		}
	}
	if p.Status != 422 {
		t.Errorf("status %d, want 422", p.Status)
	}
}

func TestALargeUploadIsRefused(t *testing.T) {
	c := newClient(t)
	large := strings.Repeat("x", 4<<20+1)
	for _, path := range []string{"/parcel/shipments/shp_9KQ2/photo", "/echo/request"} {
		if status := c.call("PUT", path, large, nil, "Content-Type", "image/png").StatusCode; status != 413 {
			t.Errorf("PUT %s is answered with %d, want 413", path, status)
		}
	}
}

func TestLabelsAreWhatTheySay(t *testing.T) {
	c := newClient(t)
	for format, want := range map[string]string{"png": "image/png", "pdf": "application/pdf"} {
		answer, err := http.Get(c.url + "/parcel/shipments/shp_9KQ2/label?format=" + format)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var body bytes.Buffer
		if _, err := body.ReadFrom(answer.Body); err != nil {
			t.Fatal(err)
		}
		if found := http.DetectContentType(body.Bytes()); found != want || answer.Header.Get("Content-Type") != want {
			t.Errorf("%s is %s and says %s", format, found, answer.Header.Get("Content-Type"))
		}
		if format == "png" {
			if _, err := png.Decode(&body); err != nil {
				t.Errorf("the picture: %v", err)
			}
		}
	}
}

func TestEventsArriveOneByOne(t *testing.T) {
	c := newClient(t)
	answer, err := http.Get(c.url + "/echo/events?count=3&interval=150")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var times []time.Time
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "data: ") {
			times = append(times, time.Now())
		}
	}
	if len(times) != 3 {
		t.Fatalf("got %d events, want 3", len(times))
	}
	if gap := times[2].Sub(times[0]); gap < 200*time.Millisecond {
		t.Errorf("the events came within %v: they were held back", gap)
	}
}

func TestTheSocketSendsMessagesBack(t *testing.T) {
	c := newClient(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, strings.Replace(c.url, "http", "ws", 1)+"/echo/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	for _, message := range []string{"hello", "", "grüße\x00"} {
		if err := socket.Write(ctx, websocket.MessageBinary, []byte(message)); err != nil {
			t.Fatal(err)
		}
		kind, got, err := socket.Read(ctx)
		if err != nil || kind != websocket.MessageBinary || string(got) != message {
			t.Errorf("sent %q, got %q, %v", message, got, err)
		}
	}
}

func TestTheEchoTellsTheTargetAsItArrived(t *testing.T) {
	c := newClient(t)
	var e struct{ Target, Path, Text, Base64 string }
	c.call("POST", "/echo//a%2Fb/../c?x=%20&x", "\xff", &e)
	if e.Target != "/echo//a%2Fb/../c?x=%20&x" || e.Path != "/echo//a/b/../c" || e.Base64 != "/w==" || e.Text != "" {
		t.Errorf("echoed %+v", e)
	}
}

func TestUnknownPathsAreProblems(t *testing.T) {
	c := newClient(t)
	for _, path := range []string{"/", "/nothing", "/parcel/nothing", "/echoes"} {
		var p struct{ Status int }
		answer := c.call("GET", path, "", &p)
		if answer.StatusCode != 404 || p.Status != 404 || answer.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %s: %d %s", path, answer.StatusCode, answer.Header.Get("Content-Type"))
		}
	}
}
