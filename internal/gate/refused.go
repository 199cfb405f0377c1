package gate

import "fmt"

// Refused is the error of text that costs too much.
type Refused struct {
	Line    int // from 1; 0: the whole
	Message string
}

func (r *Refused) Error() string {
	if r.Line == 0 {
		return r.Message
	}
	return fmt.Sprintf("line %d: %s", r.Line, r.Message)
}

func refuse(line int, format string, args ...any) error {
	return &Refused{line, fmt.Sprintf(format, args...)}
}
