import * as addresses from "./addresses";

/** Addresses of older portals name the API after a hash: #api=x&operation=y. */
export function followOldAddress(at: Location): void {
  const old = new URLSearchParams(at.hash.slice(1));
  const pattern = !old.get("api") ? addresses.product : old.get("operation") ? addresses.operation : addresses.api;
  const names = [...pattern.matchAll(/{(\w+)}/g)].map((m) => old.get(m[1]!));
  if (names.every(Boolean)) at.replace(pattern.replace(/{\w+}/g, () => encodeURIComponent(names.shift()!)));
}
