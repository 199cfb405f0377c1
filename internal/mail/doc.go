// Package mail sends mail to people: templates filled in, an outbox in the
// store, SMTP. A message is put into the outbox in the transaction of the change
// that causes it, and sent afterwards.
//
// It imports store and apim.
package mail
