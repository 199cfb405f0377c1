//go:build unix

package server

import (
	"math"
	"syscall"
)

// OpenFiles is the number of files and connections that the process may have
// open at a time; 0 when it is not known or has no bound.
func OpenFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > math.MaxInt32 {
		return 0
	}
	return int(limit.Cur)
}
