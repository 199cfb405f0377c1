import { debounce, fetchText } from "./fetch";

/** The list of operations: groups load when opened, the filter searches all of them. */
export class Operations extends HTMLElement {
  #nav!: HTMLElement;
  #all = "";

  connectedCallback(): void {
    const nav = this.querySelector<HTMLElement>(".ops");
    const input = this.querySelector("input");
    if (!nav || !input) return;
    this.#nav = nav;
    nav.addEventListener("toggle", (e) => this.#load(e.target as HTMLDetailsElement), true);
    this.addEventListener("keydown", (e) => this.#key(e));
    input.form?.addEventListener("submit", (e) => e.preventDefault());
    input.addEventListener("input", debounce(() => this.#filter(input.value.trim()), 150));
    const current = nav.querySelector<HTMLElement>("[aria-current]");
    if (current && this.scrollHeight > this.clientHeight) {
      this.scrollTop = current.offsetTop - this.clientHeight / 2;
    }
  }

  async #load(group: HTMLDetailsElement): Promise<void> {
    const from = group.dataset.src;
    if (!group.open || !from) return;
    delete group.dataset.src;
    const html = await fetchText(from).catch(() => "");
    const loaded = new DOMParser().parseFromString(html, "text/html").querySelector("details");
    if (!loaded) return; // the link inside still leads to the operations
    group.querySelectorAll("a").forEach((a) => a.remove());
    group.append(...[...loaded.children].filter((c) => c.tagName === "A"));
  }

  async #filter(text: string): Promise<void> {
    this.#all ||= this.#nav.innerHTML;
    if (!text) {
      this.#nav.innerHTML = this.#all;
      this.#all = "";
      return;
    }
    const html = await fetchText(`${this.dataset.src}?q=${encodeURIComponent(text)}`).catch(() => "");
    if (html && text === this.querySelector("input")?.value.trim()) this.#nav.innerHTML = html;
  }

  /** Arrow keys go through the filter, the groups and the operations. */
  #key(e: KeyboardEvent): void {
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    const stops = [...this.querySelectorAll<HTMLElement>("input,summary,.ops details[open] a")].filter((s) => s.offsetParent);
    const next = stops[stops.indexOf(document.activeElement as HTMLElement) + step];
    if (!next) return;
    e.preventDefault();
    next.focus();
  }
}
