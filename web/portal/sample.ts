import { fetchText } from "./fetch";

/** What the console is about to send; the key is left out. */
export interface SampleRequest {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  body: string;
  contentType: string;
}

/** The code sample: other languages are fetched, the last one is remembered. */
export class Sample extends HTMLElement {
  #request?: SampleRequest;

  connectedCallback(): void {
    this.addEventListener("click", (e) => {
      const link = (e.target as Element).closest<HTMLAnchorElement>("nav a");
      if (!link || e.ctrlKey || e.metaKey || e.shiftKey) return;
      e.preventDefault();
      void this.#show(this.#language(link), true);
    });
    document.addEventListener("portico-request", (e) => {
      this.#request = (e as CustomEvent<SampleRequest>).detail;
      const current = this.#current();
      if (current) void this.#show(this.#language(current), false);
    });
    let last = "";
    try {
      last = localStorage.language ?? "";
    } catch {
      // storage is switched off
    }
    const asked = new URLSearchParams(location.search).has("lang");
    const current = this.#current();
    if (last && !asked && current && this.#language(current) !== last) void this.#show(last, false);
  }

  #current(): HTMLAnchorElement | null {
    return this.querySelector<HTMLAnchorElement>("nav [aria-current]");
  }

  #language(link: HTMLAnchorElement): string {
    return new URL(link.href).searchParams.get("lang") ?? "";
  }

  async #show(language: string, remember: boolean): Promise<void> {
    const link = [...this.querySelectorAll<HTMLAnchorElement>("nav a")].find((a) => this.#language(a) === language);
    const pre = this.querySelector("pre");
    if (!link || !pre) return;
    const init: RequestInit = this.#request
      ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(this.#request) }
      : {};
    const html = await fetchText(this.dataset.src + encodeURIComponent(language), init).catch(() => "");
    if (!html) return;
    pre.innerHTML = html;
    this.#current()?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (!remember) return;
    try {
      localStorage.language = language;
    } catch {
      // storage is switched off
    }
  }
}
