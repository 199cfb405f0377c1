package apim

// Logger is where the gateway writes what diagnostics say.
type Logger struct {
	LoggerType  string            `json:"loggerType"` // azureEventHub, applicationInsights, azureMonitor
	Description string            `json:"description,omitempty"`
	Credentials map[string]string `json:"credentials,omitempty"` // named values in braces, once stored
	IsBuffered  *bool             `json:"isBuffered,omitempty"`  // whether entries are sent in batches
	ResourceID  string            `json:"resourceId,omitempty"`  // Azure resource id of the target
}

// Default makes a logger that gathers entries.
func (l *Logger) Default() {
	orBool(&l.IsBuffered, true)
}

// Validate checks the type and what each type needs.
func (l *Logger) Validate(v *Violations) {
	if v.Required("loggerType", l.LoggerType) {
		v.OneOf("loggerType", &l.LoggerType, "azureEventHub", "applicationInsights", "azureMonitor")
	}
	v.Length("description", l.Description, 256)
	if l.LoggerType != "azureMonitor" && len(l.Credentials) == 0 {
		v.Addf("credentials", "credentials are required for the loggerType %s.", l.LoggerType)
	}
	if len(l.Credentials) > 0 && l.LoggerType == "azureEventHub" && l.Credentials["name"] == "" {
		v.Addf("credentials.name", "credentials.name, the name of the event hub, is required.")
	}
}

// Loggers is the kind of /loggers.
var Loggers = &Kind{
	Path: "loggers", Verbs: CRUD, New: func() Resource { return new(Logger) }, MaxName: 256, Workspace: true,
	Filter: Fields{"name", "description", "loggerType", "resourceId"},
	Idle:   "The gateway writes to no logger yet.",
}

// Diagnostic says what of calls is logged, and how much.
type Diagnostic struct {
	LoggerID                string              `json:"loggerId"`            // stored short: /loggers/x
	AlwaysLog               string              `json:"alwaysLog,omitempty"` // allErrors: errors are logged whatever the sampling
	Sampling                *Sampling           `json:"sampling,omitempty"`
	Frontend                *PipelineDiagnostic `json:"frontend,omitempty"` // between client and gateway
	Backend                 *PipelineDiagnostic `json:"backend,omitempty"`  // between gateway and backend
	LogClientIP             *bool               `json:"logClientIp,omitempty"`
	HTTPCorrelationProtocol string              `json:"httpCorrelationProtocol,omitempty"` // None, Legacy, W3C
	Verbosity               string              `json:"verbosity,omitempty"`               // verbose, information, error
	OperationNameFormat     string              `json:"operationNameFormat,omitempty"`     // Name, Url
	Metrics                 *bool               `json:"metrics,omitempty"`                 // whether metrics are emitted
}

// Sampling is which share of calls is logged.
type Sampling struct {
	SamplingType string   `json:"samplingType,omitempty"` // fixed
	Percentage   *float64 `json:"percentage,omitempty"`   // 0 to 100
}

// PipelineDiagnostic is one side of the gateway.
type PipelineDiagnostic struct {
	Request  *MessageDiagnostic `json:"request,omitempty"`
	Response *MessageDiagnostic `json:"response,omitempty"`
}

// MessageDiagnostic is what of a message is logged.
type MessageDiagnostic struct {
	Headers     []string     `json:"headers,omitempty"` // names of headers to log
	Body        *BodyLogging `json:"body,omitempty"`
	DataMasking *DataMasking `json:"dataMasking,omitempty"`
}

// BodyLogging is how much of a body is logged.
type BodyLogging struct {
	Bytes int `json:"bytes"` // from the start of the body
}

// DataMasking hides headers and query parameters.
type DataMasking struct {
	QueryParams []MaskedData `json:"queryParams,omitempty"`
	Headers     []MaskedData `json:"headers,omitempty"`
}

// MaskedData is one name that is masked or hidden.
type MaskedData struct {
	Value string `json:"value"`          // name of the header or parameter
	Mode  string `json:"mode,omitempty"` // Mask, Hide
}

// maxLoggedBody is the longest part of a body that may be logged, in bytes.
const maxLoggedBody = 8192

// Validate checks the logger, enumerations and limits.
func (d *Diagnostic) Validate(v *Violations) {
	v.Required("loggerId", d.LoggerID)
	v.OneOf("alwaysLog", &d.AlwaysLog, "allErrors")
	v.OneOf("httpCorrelationProtocol", &d.HTTPCorrelationProtocol, "None", "Legacy", "W3C")
	v.OneOf("verbosity", &d.Verbosity, "verbose", "information", "error")
	v.OneOf("operationNameFormat", &d.OperationNameFormat, "Name", "Url")
	if s := d.Sampling; s != nil {
		v.OneOf("sampling.samplingType", &s.SamplingType, "fixed")
		if s.Percentage != nil && (*s.Percentage < 0 || *s.Percentage > 100) {
			v.Addf("sampling.percentage", "sampling.percentage must be from 0 to 100; it is %v.", *s.Percentage)
		}
	}
	v.In("frontend", d.Frontend.validate)
	v.In("backend", d.Backend.validate)
}

// Diagnostics is the kind of /diagnostics.
var Diagnostics = &Kind{
	Path: "diagnostics", Verbs: CRUD, New: func() Resource { return new(Diagnostic) }, Workspace: true,
	Filter: onlyName, Refs: []string{"loggerId"},
	Idle: "The gateway writes no diagnostics yet.",
}

// APIDiagnostics is the kind of /apis/diagnostics.
var APIDiagnostics = &Kind{
	Path: "apis/diagnostics", Verbs: CRUD, OnAlias: true, New: func() Resource { return new(Diagnostic) }, Workspace: true,
	Filter: onlyName, Refs: []string{"loggerId"},
	Idle: "The gateway writes no diagnostics yet.",
}

func (p *PipelineDiagnostic) validate(v *Violations) {
	if p == nil {
		return
	}
	v.In("request", p.Request.validate)
	v.In("response", p.Response.validate)
}

func (m *MessageDiagnostic) validate(v *Violations) {
	if m == nil {
		return
	}
	if m.Body != nil && (m.Body.Bytes < 0 || m.Body.Bytes > maxLoggedBody) {
		v.Addf("body.bytes", "body.bytes must be from 0 to %d; it is %d.", maxLoggedBody, m.Body.Bytes)
	}
	if m.DataMasking == nil {
		return
	}
	v.In("dataMasking", func(v *Violations) {
		for name, list := range map[string][]MaskedData{"queryParams": m.DataMasking.QueryParams, "headers": m.DataMasking.Headers} {
			for i := range list {
				v.At(name, i, func(v *Violations) {
					v.Required("value", list[i].Value)
					v.OneOf("mode", &list[i].Mode, "Mask", "Hide")
				})
			}
		}
	})
}
