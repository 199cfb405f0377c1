package management

import (
	"fmt"
	"maps"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
)

// tell finds what the caller should know about what was written.
func (w *write) tell() error {
	kind := w.route.kind
	if kind.Idle != "" {
		w.warn(apim.WithoutEffect, "", kind.Idle)
	}
	if r, ok := w.resource.(apim.Idler); ok {
		for _, path := range r.Idle() {
			w.warn(apim.WithoutEffect, path, "The setting is kept, but nothing acts on it yet.")
		}
	}
	if r, ok := w.resource.(apim.Refuser); ok {
		w.findings = append(w.findings, r.Refused()...)
	}
	if err := w.tellGateway(); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(w.sent)) {
		if w.resource == nil || slices.Contains(kind.Secrets, name) || slices.Contains(kind.Also, name) {
			continue
		}
		unknown := arm.UnknownMember(name, w.sent[name], kind.Properties(w.ref.Name()))
		shown := slices.ContainsFunc(kind.Always, func(m apim.Member) bool { return m.Name == unknown })
		if unknown != "" && !shown {
			w.warn(apim.UnknownMember, "/"+name, fmt.Sprintf("%s is not a member of %s; it is not kept.", unknown, kind.Path))
		}
	}
	for i := range w.findings {
		w.findings[i].Target = string(w.ref.Alias())
	}
	return w.tx.Found(w.ref, w.findings)
}

func (w *write) warn(code apim.Code, path, message string) {
	w.findings = append(w.findings, apim.Finding{Severity: apim.SeverityWarning, Code: code, Path: path, Message: message})
}
