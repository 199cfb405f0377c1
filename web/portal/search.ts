import { announce } from "./announce";
import { debounce, fetchText } from "./fetch";
import { words } from "./words";

let ids = 0;

/** The search field: suggestions while one types, chosen with the arrow keys. */
export class Search extends HTMLElement {
  #input!: HTMLInputElement;
  #list?: HTMLElement;
  #active = -1;
  #asked = "";

  connectedCallback(): void {
    const input = this.querySelector("input");
    if (!input) return;
    this.#input = input;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    input.addEventListener("input", debounce(() => this.#suggest(), 120));
    input.addEventListener("focus", () => this.#list?.childElementCount && this.#show(true));
    input.addEventListener("keydown", (e) => this.#key(e));
    this.addEventListener("focusout", (e) => !this.contains(e.relatedTarget as Node | null) && this.#show(false));
    if (this.classList.contains("large") || !document.querySelector("portico-search.large")) this.#shortcut();
  }

  /** "/" and Ctrl K lead here, unless one is typing elsewhere. */
  #shortcut(): void {
    document.addEventListener("keydown", (e) => {
      const typing = (e.target as Element).matches("input,textarea,select,[contenteditable]");
      const ctrlK = (e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k";
      if (!ctrlK && (e.key !== "/" || typing || e.ctrlKey || e.metaKey || e.altKey)) return;
      e.preventDefault();
      this.#input.focus();
      this.#input.select();
    });
  }

  async #suggest(): Promise<void> {
    const query = this.#input.value.trim();
    this.#asked = query;
    if (!query) return this.#show(false);
    const html = await fetchText(`${this.#input.form?.getAttribute("action")}?q=${encodeURIComponent(query)}&fragment=1`).catch(() => "");
    if (query !== this.#asked) return; // a later one is on its way
    const list = this.#results();
    list.innerHTML = html;
    this.#active = -1;
    list.querySelectorAll("section").forEach((s) => s.setAttribute("role", "group"));
    this.#options().forEach((a, i) => {
      a.setAttribute("role", "option");
      a.id = `${list.id}-${i}`;
      a.tabIndex = -1;
    });
    this.#show(html !== "");
    announce(words.results(list.querySelectorAll(".hit").length));
  }

  #results(): HTMLElement {
    if (!this.#list) {
      this.#list = document.createElement("div");
      this.#list.className = "hits";
      this.#list.id = `hits${++ids}`;
      this.#list.setAttribute("role", "listbox");
      this.#list.setAttribute("aria-label", this.#input.getAttribute("aria-label") ?? "");
      this.#input.setAttribute("aria-controls", this.#list.id);
      this.append(this.#list);
    }
    return this.#list;
  }

  #options(): HTMLAnchorElement[] {
    return [...(this.#list?.querySelectorAll("a") ?? [])];
  }

  #show(open: boolean): void {
    if (this.#list) this.#list.hidden = !open;
    this.#input.setAttribute("aria-expanded", String(open));
    if (!open) this.#input.removeAttribute("aria-activedescendant");
  }

  #key(e: KeyboardEvent): void {
    const options = this.#options();
    const open = this.#input.getAttribute("aria-expanded") === "true";
    if (e.key === "Escape" && open) {
      e.preventDefault();
      return this.#show(false);
    }
    if (e.key === "Enter" && open && options[this.#active]) {
      e.preventDefault();
      return options[this.#active]!.click();
    }
    const step = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
    if (!step || !open || !options.length) return;
    e.preventDefault();
    this.#active = (this.#active + step + options.length) % options.length;
    options.forEach((a, i) => a.setAttribute("aria-selected", String(i === this.#active)));
    const chosen = options[this.#active]!;
    chosen.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", chosen.id);
  }
}
