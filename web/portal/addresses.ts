// Written by go test ./internal/address -update: package address says where things are.
export const api = "/apis/{api}";
export const operation = "/apis/{api}/{operation}";
export const product = "/products/{product}";
