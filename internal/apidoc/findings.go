package apidoc

import (
	"cmp"
	"fmt"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

// findings collects what is wrong with a description.
type findings struct {
	list   []apim.Finding
	more   int // that are not in the list
	failed bool
}

func (f *findings) warn(at tree.Node, format string, args ...any) {
	f.add(apim.SeverityWarning, at, format, args...)
}

func (f *findings) fail(at tree.Node, format string, args ...any) {
	if !f.failed {
		f.list, f.more, f.failed = nil, 0, true // warnings no longer matter
	}
	f.add(apim.SeverityError, at, format, args...)
}

func (f *findings) add(severity apim.Severity, at tree.Node, format string, args ...any) {
	if f.failed && severity != apim.SeverityError {
		return
	}
	if len(f.list) >= maxFindings {
		f.more++
		return
	}
	f.list = append(f.list, apim.Finding{Severity: severity, Code: apim.FoundInDescription, Path: at.Pointer(), Line: at.Line(), Message: fmt.Sprintf(format, args...)})
}

// warnings is the list, with a last entry for those that are not in it.
func (f *findings) warnings() []apim.Finding {
	if f.more == 0 {
		return f.list
	}
	return append(f.list, apim.Finding{Severity: apim.SeverityWarning, Code: apim.FoundInDescription, Message: fmt.Sprintf("%d more warnings are not listed.", f.more)})
}

// err is an *apim.InvalidError if something failed.
func (f *findings) err() error {
	if !f.failed {
		return nil
	}
	var v apim.Violations
	for _, one := range f.list {
		path := cmp.Or(one.Path, "/")
		message := one.Message
		if one.Line > 0 {
			message = fmt.Sprintf("line %d: %s", one.Line, message)
		}
		v.List = append(v.List, apim.Violation{Target: path, Message: message})
	}
	if f.more > 0 {
		v.List = append(v.List, apim.Violation{Target: "/", Message: fmt.Sprintf("%d more errors are not listed.", f.more)})
	}
	return v.Err()
}
