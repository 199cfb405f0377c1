import { debounce, fetchText, fragmentOf } from "./fetch";

/** The list of APIs: filters as one types; the address keeps the state. */
export class APIList extends HTMLElement {
  #form!: HTMLFormElement;
  #asked = "";

  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form) return;
    this.#form = form;
    this.dataset.live = "";
    form.addEventListener("input", debounce(() => this.#update(), 150));
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.#update();
    });
  }

  async #update(): Promise<void> {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.#form)) if (value) query.append(name, String(value));
    const address = this.dataset.list + (query.size ? `?${query}` : "");
    this.#asked = address;
    const html = await fetchText(fragmentOf(address)).catch(() => "");
    if (address !== this.#asked || !html) return;
    history.replaceState(null, "", address);
    const fresh = new DOMParser().parseFromString(html, "text/html");
    this.querySelector(".results")?.replaceWith(fresh.querySelector(".results") ?? "");
    this.#counts(fresh);
  }

  /** Takes over the numbers beside the filters; the boxes stay, and so does the focus. */
  #counts(fresh: Document): void {
    const numbers = new Map<string, string>();
    const key = (box: HTMLInputElement) => `${box.name}=${box.value}`;
    for (const box of fresh.querySelectorAll<HTMLInputElement>("[type=checkbox]")) {
      numbers.set(key(box), box.parentElement?.querySelector("span")?.textContent ?? "0");
    }
    for (const box of this.querySelectorAll<HTMLInputElement>("[type=checkbox]")) {
      const count = box.parentElement?.querySelector("span");
      if (count) count.textContent = numbers.get(key(box)) ?? "0";
    }
  }
}
