import type { Call } from "./request";

/** The part of a response body that is kept; more is only counted. */
const maxKept = 2 << 20;

/** An answer, complete or as far as it has come. */
export interface Answer {
  status: number;
  statusText: string;
  headers: [string, string][];
  type: string; // media type, lower case
  ms: number; // until the headers
  size: number; // bytes of the body so far
  chunks: Uint8Array[]; // at most maxKept bytes
  cut: boolean;
  done: boolean;
}

/** Sends a call; progress is called as parts of the body arrive. */
export async function send(call: Call, signal: AbortSignal, progress: (a: Answer) => void): Promise<Answer> {
  const from = performance.now();
  const response = await fetch(call.url, {
    method: call.method,
    headers: call.headers,
    ...(call.body === undefined ? {} : { body: call.body }),
    credentials: "omit",
    cache: "no-store",
    signal,
  });
  const answer: Answer = {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    type: (response.headers.get("content-type") ?? "").toLowerCase(),
    ms: performance.now() - from,
    size: 0,
    chunks: [],
    cut: false,
    done: false,
  };
  progress(answer);
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    answer.size += value.length;
    if (answer.size <= maxKept) answer.chunks.push(value);
    else answer.cut = true;
    progress(answer);
  }
  answer.done = true;
  return answer;
}

/** The body as text. */
export function textOf(answer: Answer): string {
  const decoder = new TextDecoder();
  return answer.chunks.map((c) => decoder.decode(c, { stream: true })).join("") + decoder.decode();
}

/** Reports whether a server answers at all, even to pages it does not allow. */
export async function reachable(url: string): Promise<boolean> {
  try {
    await fetch(new URL("/", url), { mode: "no-cors", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}
