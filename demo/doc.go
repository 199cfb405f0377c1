// Package demo is the service that "portico demo" shows: the API descriptions
// of an invented parcel carrier, the backend that answers every operation of
// them ([Backend]), and [Load], which fills a service with both, with products,
// users and policies.
//
// It is used by cmd and by tests; nothing below imports it.
package demo
