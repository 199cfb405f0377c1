// Package audit keeps what was refused in the audit log, and brings the log to
// where an operator collects logs. What was done is written by package store, in
// the transaction that does it; a refusal changes nothing, and anybody can cause
// one, so [Refusals] writes it beside, and bounded. [Export] follows the log and
// writes it as JSON lines to a file or to syslog.
//
// It imports store, logfile and apim.
package audit
