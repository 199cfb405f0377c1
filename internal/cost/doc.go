// Package cost holds tests to the rule of hostile input: twice the input costs
// at most three times as much, in memory that has a budget, and nothing goes on
// once nobody waits for it. Like store/storetest it is for tests only; it
// imports the standard library and nothing of this module.
package cost
