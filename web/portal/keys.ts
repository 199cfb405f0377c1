import { el } from "./dom";
import { announce } from "./announce";
import { words } from "./words";

/** A subscription and its keys, as the portal answers (widget.KeyRow). */
export interface Key {
  id: string;
  name: string;
  product: string;
  primary: string;
  secondary: string;
}

/** What the portal answers (widget.KeysAnswer). */
export interface KeysAnswer {
  signedIn: boolean;
  keys: Key[];
}

/** Asks for the visitor's keys; of the subscriptions that open one API, if it is named. */
export async function fetchKeys(path: string, api?: string): Promise<KeysAnswer> {
  const body = new URLSearchParams(api ? { api } : {});
  const answer = await fetch(path, { method: "POST", body });
  if (answer.status === 401) return { signedIn: false, keys: [] };
  if (!answer.ok) throw new Error(String(answer.status));
  const data = (await answer.json()) as KeysAnswer;
  return { signedIn: data.signedIn, keys: data.keys ?? [] };
}

/** The subscriptions of the profile: shows and copies keys, asks before keys change. */
export class Keys extends HTMLElement {
  #keys?: Promise<KeysAnswer>;

  connectedCallback(): void {
    for (const code of this.querySelectorAll<HTMLElement>("[data-key]")) this.#buttons(code);
    this.addEventListener("submit", (e) => {
      const button = e.submitter as HTMLButtonElement | null;
      const warning = button && button.value !== "rename" ? (e.target as Element).querySelector(".hint")?.textContent : "";
      if (warning && !confirm(warning)) e.preventDefault();
    });
  }

  #buttons(code: HTMLElement): void {
    const masked = code.textContent;
    const label = code.closest("dd")?.previousElementSibling?.textContent ?? "";
    const show = el("button", { class: "btn", type: "button", "aria-pressed": "false", "aria-label": `${words.show}: ${label}` }, words.show);
    const copy = el("button", { class: "btn", type: "button", "aria-label": `${words.copy}: ${label}` }, words.copy);
    show.addEventListener("click", async () => {
      const shown = show.getAttribute("aria-pressed") === "true";
      code.textContent = shown ? masked : await this.#value(code);
      show.setAttribute("aria-pressed", String(!shown));
      show.textContent = shown ? words.show : words.hide;
    });
    copy.addEventListener("click", async () => {
      const value = await this.#value(code);
      await navigator.clipboard.writeText(value).then(() => announce(words.copied), () => announce(words.notCopied));
    });
    code.after(show, copy);
  }

  async #value(code: HTMLElement): Promise<string> {
    this.#keys ??= fetchKeys(this.dataset.src ?? "");
    try {
      const id = code.closest<HTMLElement>("[data-id]")?.dataset.id;
      const row = (await this.#keys).keys.find((k) => k.id === id);
      return (code.dataset.key === "secondary" ? row?.secondary : row?.primary) ?? words.noKey;
    } catch {
      this.#keys = undefined as never;
      return words.noKey;
    }
  }
}
