package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (p *parcels) getShipment(w http.ResponseWriter, _ *http.Request, s *shipment) error {
	w.Header().Set("ETag", s.etag())
	return writeJSON(w, http.StatusOK, s)
}

func (p *parcels) listShipments(w http.ResponseWriter, r *http.Request, a *customer) error {
	limit, err := queryInt(r, "limit", 20, 1, 100)
	if err != nil {
		return err
	}
	keep, err := shipmentFilter(r)
	if err != nil {
		return err
	}
	start, err := queryInt(r, "cursor", 0, 0, maxShipments)
	if err != nil {
		return err
	}
	var all []*shipment
	for _, s := range slices.Backward(p.shipments) {
		if s.AccountID == a.ID && keep(s) {
			all = append(all, s)
		}
	}
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	start = min(start, len(all))
	page := struct {
		Items []*shipment `json:"items"`
		Next  string      `json:"next,omitempty"`
	}{Items: append([]*shipment{}, all[start:min(start+limit, len(all))]...)}
	if end := start + limit; end < len(all) {
		query := r.URL.Query()
		query.Set("cursor", strconv.Itoa(end))
		page.Next = "/accounts/" + a.ID + "/shipments?" + query.Encode()
	}
	return writeJSON(w, http.StatusOK, page)
}

// shipmentFilter reads the filters of a list of shipments.
func shipmentFilter(r *http.Request) (func(*shipment) bool, error) {
	query := r.URL.Query()
	var states []string
	for _, v := range query["status"] {
		states = append(states, strings.Split(v, ",")...)
	}
	for _, s := range states {
		if !slices.Contains(shipmentStates, s) && s != "cancelled" {
			return nil, badRequest("status knows no %q.", s)
		}
	}
	var after time.Time
	if text := query.Get("bookedAfter"); text != "" {
		var err error
		if after, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, badRequest("bookedAfter must be a time such as 2026-11-23T08:00:00Z; it is %q.", text)
		}
	}
	reference := query.Get("reference")
	return func(s *shipment) bool {
		return (len(states) == 0 || slices.Contains(states, s.Status)) &&
			!s.BookedAt.Before(after) && (reference == "" || reference == s.Reference)
	}, nil
}

func (p *parcels) bookShipment(w http.ResponseWriter, r *http.Request, a *customer) error {
	var b booking
	if err := readJSON(r, &b); err != nil {
		return err
	}
	s := p.byIdempotencyKey(a, r.Header.Get("Idempotency-Key"))
	if s == nil {
		if err := b.check(); err != nil {
			return err
		}
		if err := a.charge(b); err != nil {
			return err
		}
		s = p.book(a, b)
		s.idempotencyKey = r.Header.Get("Idempotency-Key")
	}
	w.Header().Set("Location", "/shipments/"+s.ID)
	w.Header().Set("ETag", s.etag())
	return writeJSON(w, http.StatusCreated, s)
}

func (p *parcels) byIdempotencyKey(a *customer, key string) *shipment {
	for _, s := range p.shipments {
		if key != "" && s.AccountID == a.ID && s.idempotencyKey == key {
			return s
		}
	}
	return nil
}

// charge takes the price of a booking from the account's credit.
func (a *customer) charge(b booking) error {
	price := b.price()
	used := a.Credit.Used.cents() + price
	if limit := a.Credit.Limit.cents(); used > limit {
		return newProblem(http.StatusPaymentRequired, "The price is %s EUR; %s EUR of credit are left.",
			euros(price).Amount, euros(limit-a.Credit.Used.cents()).Amount)
	}
	a.Credit.Used = euros(used)
	return nil
}

// book stores a checked booking. The caller holds mu.
func (p *parcels) book(a *customer, b booking) *shipment {
	booked := firstBooking.Add(time.Duration(p.next-firstShipment) * bookingInterval)
	s := &shipment{
		booking: b, ID: shipmentID(p.next), AccountID: a.ID, Status: "booked", Price: euros(b.price()),
		BookedAt: booked, PickupBefore: booked.Add(32 * time.Hour).Truncate(time.Hour),
	}
	for i := range s.Parcels {
		s.Parcels[i].Tracking = trackingNumber(p.next, i, b.From.Country)
		s.Tracking = append(s.Tracking, s.Parcels[i].Tracking)
	}
	p.next++
	p.shipments = append(p.shipments, s)
	if len(p.shipments) > maxShipments {
		p.shipments = p.shipments[1:]
	}
	return s
}

// trackingNumber is MX, eight digits and the country it came from.
func trackingNumber(shipment int64, parcel int, country string) string {
	return fmt.Sprintf("MX%06d%02d%s", shipment%1000000, parcel%100, country)
}

func (p *parcels) changeShipment(w http.ResponseWriter, r *http.Request, s *shipment) error {
	var change map[string]json.RawMessage
	if err := readJSON(r, &change); err != nil {
		return err
	}
	if match := r.Header.Get("If-Match"); match != "" && match != "*" && match != s.etag() {
		return newProblem(http.StatusPreconditionFailed, "The shipment is now %s.", s.etag())
	}
	if s.Status == "delivered" || s.Status == "cancelled" {
		return conflict("The shipment is %s.", s.Status)
	}
	if err := s.change(change); err != nil {
		return err
	}
	s.changes++
	w.Header().Set("ETag", s.etag())
	return writeJSON(w, http.StatusOK, s)
}

// change applies a merge patch; nothing changes when any of it is wrong.
func (s *shipment) change(change map[string]json.RawMessage) error {
	var c checks
	reference, wishes := s.Reference, s.Instructions
	c.that(len(change) > 0, "", "must name what to change")
	for name, value := range change {
		switch name {
		case "reference":
			reference = ""
			c.that(json.Unmarshal(value, &reference) == nil && len(reference) <= 40, name, "must be at most 40 characters, or null")
		case "instructions":
			wishes = nil
			c.that(json.Unmarshal(value, &wishes) == nil, name, "must be an object or null")
			wishes.check(&c)
		default:
			c.that(false, name, "cannot be changed")
		}
	}
	if err := c.err(); err != nil {
		return err
	}
	s.Reference, s.Instructions = reference, wishes
	return nil
}

func (p *parcels) cancelShipment(w http.ResponseWriter, _ *http.Request, s *shipment) error {
	if s.Status != "booked" {
		return conflict("Only a booked shipment can be cancelled; this one is %s.", s.Status)
	}
	s.Status = "cancelled"
	s.changes++
	a := p.accounts[s.AccountID]
	a.Credit.Used = euros(a.Credit.Used.cents() - s.Price.cents())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (p *parcels) rerouteShipment(w http.ResponseWriter, r *http.Request, s *shipment) error {
	var d destination
	if err := readJSON(r, &d); err != nil {
		return err
	}
	if s.Status == "delivered" || s.Status == "cancelled" {
		return conflict("The shipment is %s.", s.Status)
	}
	if err := d.check(); err != nil {
		return err
	}
	s.Destination = &d
	s.changes++
	return writeJSON(w, http.StatusOK, s)
}
