// Package account knows who makes a request: users with their passwords and
// sessions, shared access tokens of the management and data APIs, and the first
// provisioning of a service (design.md §6, §7; apim-rest.md §1.10, §1.11).
//
// [Service] signs in people ([Service.SignIn], [Service.Visitor]) and programs
// ([Service.Authenticate]), and makes one-time links ([Service.MintUserLink]).
// The rules for writing users are functions of a transaction ([PutUser],
// [DeleteUser]), so that a management PUT, a portal form and provisioning
// follow the same ones.
//
// It imports store, feed, settings, audit, access (who a caller is, and what for)
// and apim.
package account
