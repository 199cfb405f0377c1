package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

// faults collects the faults of a document in the order found.
type faults struct {
	src   string
	list  []apim.Violation
	unrun []apim.Finding // policies that are valid but not run
}

// at records a fault of the named element at a byte offset. The message has the
// form of apim-rest.md §2.5; lines and columns count from 1, columns in
// characters.
func (f *faults) at(element string, offset int, format string, args ...any) {
	if len(f.list) >= maxFaults {
		return
	}
	line, column := position(f.src, offset)
	f.list = append(f.list, apim.Violation{
		Target: element,
		Message: fmt.Sprintf("Error in element '%s' on line %d, column %d: %s",
			element, line, column, fmt.Sprintf(format, args...)),
	})
}

// err returns the faults as an *apim.InvalidError, or nil.
func (f *faults) err() error {
	if len(f.list) == 0 {
		return nil
	}
	return &apim.InvalidError{Violations: f.list}
}

func position(src string, offset int) (line, column int) {
	before := src[:min(offset, len(src))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}
