// Package arm is the protocol kit of the management API: addresses and resource
// ids, envelopes, the error body, ETag rules, paging, $filter and $orderby,
// api-version, JSON bodies and merge patch (apim-rest.md §2.1-2.5).
//
// It knows nothing about storage, about kinds beyond a list of field names, or
// about the caller. It imports apim and the standard library only.
package arm
