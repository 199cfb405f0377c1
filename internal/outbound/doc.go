// Package outbound provides the HTTP client for requests that other people's
// input leads to: descriptions by link, keys of OpenID providers. It refuses
// addresses of private networks unless they are allowed, limits size and time,
// and checks every redirect like the first address.
//
// It imports apim only.
package outbound
