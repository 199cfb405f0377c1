// Package job runs what happens beside requests and later. An [Owner] answers for
// goroutines, by name: one that panics is logged and begun again, and the stop
// waits for all of them. Jobs are stored in the transaction that causes them
// ([Put]); the owner of any replica claims one, does it, tries again later what
// failed, and keeps as a dead letter what failed too often ([Owner.Work]). A stop
// waits for the job under way; one that takes too long is put back.
// docs/decisions/jobs.md says why this is no library.
//
// It imports store and apim.
package job
