// Package subscription owns the rules for subscriptions: their states and
// dates, limits, approval, owners and keys (apim-rest.md §1.12). A management
// PUT, a portal form and a data API call all end in [Service.Put], in one
// transaction.
//
// It imports store, settings and apim.
package subscription
