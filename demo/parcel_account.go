package demo

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (p *parcels) getAccount(w http.ResponseWriter, _ *http.Request, a *customer) error {
	return writeJSON(w, http.StatusOK, a)
}

func (p *parcels) setWebhook(w http.ResponseWriter, r *http.Request, a *customer) error {
	var h webhook
	if err := readJSON(r, &h); err != nil {
		return err
	}
	var c checks
	c.that(strings.HasPrefix(h.URL, "https://") && len(h.URL) <= 2000, "url", "must be an https address")
	c.that(len(h.Events) > 0, "events", "must name at least one event")
	for i, e := range h.Events {
		field := fmt.Sprintf("events[%d]", i)
		c.oneOf(field, e, "shipment.booked", "shipment.delivered", "shipment.failed")
		c.that(!slices.Contains(h.Events[:i], e), field, "is named twice")
	}
	c.that(h.Secret == "" || len(h.Secret) >= 16, "secret", "must be at least 16 characters")
	if err := c.err(); err != nil {
		return err
	}
	h.Secret = ""
	a.Webhook = &h
	return writeJSON(w, http.StatusOK, h)
}

type invoice struct {
	Number string `json:"number"`
	Issued string `json:"issued"`
	Total  money  `json:"total"`
	Paid   bool   `json:"paid"`
}

func (p *parcels) listInvoices(w http.ResponseWriter, r *http.Request, _ *customer) error {
	year, err := queryInt(r, "year", 2026, 2020, 2099)
	if err != nil {
		return err
	}
	invoices := []invoice{}
	for month := 1; month <= 10 && year >= 2023 && year <= 2026; month++ {
		invoices = append(invoices, invoice{
			Number: fmt.Sprintf("%d-%04d", year, 81+month), Issued: fmt.Sprintf("%d-%02d-28", year, month),
			Total: euros(21000 + 2028*month), Paid: year < 2026 || month < 10,
		})
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/csv") {
		return writeJSON(w, http.StatusOK, invoices)
	}
	w.Header().Set("Content-Type", "text/csv")
	table := csv.NewWriter(w)
	_ = table.Write([]string{"number", "issued", "amount", "currency", "paid"}) // the error comes from Flush
	for _, i := range invoices {
		_ = table.Write([]string{i.Number, i.Issued, i.Total.Amount, i.Total.Currency, fmt.Sprint(i.Paid)})
	}
	table.Flush()
	return nil
}
