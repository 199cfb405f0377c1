// Package mail sends mail to people: templates, jobs, SMTP. A message is stored
// as a job in the transaction of the change that causes it, and sent
// afterwards.
//
// It imports store, job and apim.
package mail
