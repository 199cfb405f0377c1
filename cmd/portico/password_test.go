package main

import (
	"strings"
	"testing"
)

func TestAPasswordOnTheCommandLineIsWarnedOf(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]bool{
		"version":                                      false,
		"token --database postgres://db/x":             false,
		"token --database postgres://me@db/x":          false,
		"token --database postgres://me:pw@db/x":       true,
		"token --database=postgres://me:pw@db/x":       true,
		"token --database postgres://db/x?password=pw": true,
	} {
		if got := passwordIn(strings.Fields(args)); got != want {
			t.Errorf("%s: %v, want %v", args, got, want)
		}
	}
}
