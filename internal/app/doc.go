// Package app is the composition root: it opens the store, builds the domain
// services and the HTTP surfaces from settings, and runs them. Nothing imports
// it but the commands.
package app
