/** A request that was sent, without anything secret. */
export interface Entry {
  at: number; // milliseconds since 1970
  page: string; // of the operation
  method: string;
  url: string;
  status: number; // 0: no answer
  ms: number;
  values: Record<string, string>; // parameters by place and name
  headers: [string, string][];
  type: string; // media type of the body
  text: string;
  fields: [string, string][];
}

const name = "portico.history";
const most = 20;
const longest = 20_000; // characters of a body
const secret = /authorization|cookie|key|token|secret|password/i;

/** The last requests, newest first. */
export function history(): Entry[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(list) ? (list as Entry[]) : [];
  } catch {
    return [];
  }
}

/** Remembers a request on this machine; secret headers and long bodies are left out. */
export function remember(entry: Entry): void {
  const safe: Entry = {
    ...entry,
    headers: entry.headers.filter(([n]) => !secret.test(n)),
    values: Object.fromEntries(Object.entries(entry.values).filter(([n]) => !secret.test(n))),
    url: withoutSecrets(entry.url),
    text: entry.text.length > longest ? "" : entry.text,
    fields: entry.fields.filter(([n]) => !secret.test(n)),
  };
  try {
    localStorage.setItem(name, JSON.stringify([safe, ...history()].slice(0, most)));
  } catch {
    // storage is full or switched off: the request is not remembered
  }
}

function withoutSecrets(address: string): string {
  try {
    const url = new URL(address);
    for (const n of [...url.searchParams.keys()]) if (secret.test(n)) url.searchParams.delete(n);
    return url.href;
  } catch {
    return address.split("?")[0] ?? "";
  }
}

export function forget(): void {
  try {
    localStorage.removeItem(name);
  } catch {
    // nothing was remembered
  }
}

const replayName = "portico.replay";

/** Keeps an entry for the page it belongs to, which opens next. */
export function keepForReplay(entry: Entry): void {
  try {
    sessionStorage.setItem(replayName, JSON.stringify(entry));
  } catch {
    // the page opens with its own values
  }
}

/** The entry kept for this page, once. */
export function takeReplay(page: string): Entry | undefined {
  try {
    const raw = sessionStorage.getItem(replayName);
    sessionStorage.removeItem(replayName);
    const entry = raw ? (JSON.parse(raw) as Entry) : undefined;
    return entry?.page === page ? entry : undefined;
  } catch {
    return undefined;
  }
}
