// Package limit bounds what one client may cost others: how often it may ask for
// what has to be made, and how much is made for it at a time. One table says
// which class of requests has which budget.
//
// It imports apim only.
package limit
