// Package messages holds the words of the interface, one catalogue a language.
//
// It imports no other package of ours.
package messages
