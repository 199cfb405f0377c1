// Package logfile appends lines to a file that others may rotate: when its name
// no longer leads to it, it is opened anew, within a second. It imports nothing of
// this module.
package logfile
