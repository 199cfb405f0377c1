// Package cost holds the tables of hostile input: every parser and every public
// route with what an attacker would send it, measured by internal/cost. Its
// tests run one after another and alone, since they measure processor time.
package cost
