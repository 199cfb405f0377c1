// Package config holds the settings of a Portico process and where they come
// from: flags, else PORTICO_* variables, else one YAML file, else defaults. An
// unknown key in the file stops the start and is reported with its line number.
//
// It imports account, limit and audit, whose settings it checks, kong's types and a YAML parser.
package config
