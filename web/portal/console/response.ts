import { el } from "../dom";
import { announce } from "../announce";
import { pretty } from "./pretty";
import { textOf, type Answer } from "./send";
import { meaning, words } from "./words";

const text = /json|xml|text|javascript|x-www-form-urlencoded|yaml|event-stream|graphql|^$/;

/** The answer: status, time, size, headers, body. */
export class ResponseView {
  readonly element = el("div", { class: "answer", hidden: true });
  #status = el("p", { class: "status", role: "status" });
  #note = el("div", { class: "why" });
  #body = el("div", { class: "code" });
  #url = "";

  constructor() {
    this.element.append(this.#status, this.#note, this.#body);
  }

  /** Says what is going on before there is an answer. */
  waiting(): void {
    this.#reset();
    this.#status.replaceChildren(words.sending);
  }

  /** Says why there is no answer. */
  failed(message: string): void {
    this.#reset();
    this.#status.replaceChildren(el("b", { class: "bad" }, words.noAnswer));
    this.explain(message);
  }

  /** Adds words about the answer, with things to do. */
  explain(message: string, ...more: (Node | string)[]): void {
    this.#note.replaceChildren(el("p", {}, message, ...more));
    announce(message);
  }

  #reset(): void {
    this.element.hidden = false;
    this.#note.replaceChildren();
    this.#body.replaceChildren();
    this.#body.hidden = true;
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = "";
  }

  /** Shows an answer as far as it has come. */
  show(a: Answer): void {
    const kind = a.status < 300 ? "ok" : a.status < 400 ? "mid" : "bad";
    this.#status.replaceChildren(
      el("b", { class: kind }, `${a.status} ${meaning(a.status, a.statusText)}`),
      el("span", {}, `${Math.round(a.ms)} ms`),
      el("span", {}, a.done ? size(a.size) : `${words.receiving} ${size(a.size)}`),
    );
    if (!a.done && !text.test(a.type)) return;
    this.#body.hidden = false;
    this.#body.replaceChildren(this.#bar(a), ...this.#content(a));
  }

  #bar(a: Answer): HTMLElement {
    const headers = el(
      "details",
      { class: "heads" },
      el("summary", {}, `${words.responseHeaders} ${a.headers.length}`),
      el("dl", {}, ...a.headers.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
    );
    const bar = el("header", {}, headers);
    if (!a.done || !a.size) return bar;
    this.#url ||= URL.createObjectURL(new Blob(a.chunks as BlobPart[], { type: a.type || "application/octet-stream" }));
    if (text.test(a.type)) {
      const copy = el("button", { type: "button" }, words.copy);
      copy.addEventListener("click", () => void navigator.clipboard.writeText(textOf(a)).then(() => announce(words.copied)));
      bar.append(copy);
    }
    bar.append(el("a", { href: this.#url, download: fileName(a) }, words.download));
    return bar;
  }

  #content(a: Answer): Node[] {
    if (a.done && !a.size) return [el("p", {}, words.emptyBody)];
    if (a.type.startsWith("image/")) return [el("img", { src: this.#url, alt: words.answer })];
    if (!text.test(a.type)) return [el("p", {}, words.binary)];
    const pre = el("pre", { tabindex: 0 });
    if (a.done) pre.append(pretty(textOf(a), a.cut ? "" : a.type));
    else pre.textContent = textOf(a);
    const nodes: Node[] = [pre];
    if (a.cut) nodes.unshift(el("p", {}, words.cut(size(a.size))));
    return nodes;
  }
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function fileName(a: Answer): string {
  const named = /filename="?([^";]+)/.exec(a.headers.find(([n]) => n === "content-disposition")?.[1] ?? "")?.[1];
  const ending = /json/.test(a.type) ? "json" : (/(?:image|text|application)\/([a-z0-9]+)/.exec(a.type)?.[1] ?? "bin");
  return named ?? `answer.${ending}`;
}
