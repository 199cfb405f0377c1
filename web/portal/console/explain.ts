import { el } from "../dom";
import { reachable, type Answer } from "./send";
import type { ResponseView } from "./response";
import type { Call } from "./request";
import { words } from "./words";

/** Says in words why there is no answer. */
export async function explainFailure(call: Call, view: ResponseView): Promise<void> {
  const host = hostOf(call.url);
  const there = await reachable(call.url);
  view.failed(there ? words.cors(host, location.origin) : words.unreachable(host));
}

/** Says in words what an error answer means here and what to do. */
export function explainAnswer(a: Answer, view: ResponseView, key: { sent: string; name: string; href: string; needed: boolean }): void {
  if (a.status === 401 && key.needed) {
    const sent = key.sent ? words.sentKey(key.sent.slice(-4), key.name) : words.sentNoKey;
    view.explain(words.unauthorized(sent), " ", el("a", { href: key.href }, words.getKey));
  }
  if (a.status === 429) {
    const after = Number(a.headers.find(([n]) => n === "retry-after")?.[1]);
    view.explain(words.tooMany + (after > 0 ? words.retryIn(Math.ceil(after)) : words.retryLater));
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
