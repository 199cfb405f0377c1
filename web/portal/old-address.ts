/** Addresses of older portals name the API after a hash: #api=x&operation=y. */
export function followOldAddress(at: Location): void {
  const old = new URLSearchParams(at.hash.slice(1));
  const api = old.get("api");
  const product = old.get("product");
  const operation = old.get("operation");
  const path = (...names: string[]) => "/" + names.map(encodeURIComponent).join("/");
  if (api) at.replace(operation ? path("apis", api, operation) : path("apis", api));
  else if (product) at.replace(path("products", product));
}
