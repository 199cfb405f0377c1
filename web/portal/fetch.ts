/** Where the portal is, when this page is a file that was exported from it; else "". */
const backend = document.documentElement.dataset.backend ?? "";

/** Fetches text of the portal; anything but success is an error. */
export async function fetchText(path: string, init?: RequestInit): Promise<string> {
  const url = new URL(path, backend || location.href).href;
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return answer.text();
}

/** Adds fragment=1 to an address of this site. */
export function fragmentOf(href: string): string {
  const url = new URL(href, location.href);
  url.searchParams.set("fragment", "1");
  return url.pathname + url.search;
}

/** Calls fn once things have been quiet for ms milliseconds. */
export function debounce(fn: () => void, ms: number): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(fn, ms);
  };
}
