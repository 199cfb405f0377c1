// Package job runs what happens beside requests, or later. An [Owner] is
// responsible for goroutines, by name: it logs one that panics and starts it
// again, and waits for all of them when it stops. Jobs are stored in the
// transaction that causes them ([Put]). The owner of any replica claims a job
// and runs it, retries one that failed, and keeps one that failed too often as
// a dead letter ([Owner.Work]). A stop waits for the job in progress; one that
// takes too long is put back. docs/decisions/jobs.md says why this is not a
// library.
//
// It imports store and apim.
package job
