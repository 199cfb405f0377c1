import { el } from "../dom";
import { fetchKeys, type Key } from "../keys";
import { row } from "./row";
import type { Start } from "./start";
import { words } from "./words";

/** The subscription key: the visitor's own, filled in and masked, or one that is pasted. */
export class KeyForm {
  readonly element = el("div", { class: "key" });
  readonly #start: Start;
  #input = el("input", { type: "password", autocomplete: "off", spellcheck: "false", "aria-label": words.keyLabel });
  #note = el("p", { class: "hint" });
  #names = new Map<string, string>();

  constructor(start: Start) {
    this.#start = start;
    const show = el("button", { type: "button", class: "btn", "aria-pressed": "false" }, words.show);
    show.addEventListener("click", () => {
      const hidden = this.#input.type === "password";
      this.#input.type = hidden ? "text" : "password";
      show.textContent = hidden ? words.hide : words.show;
      show.setAttribute("aria-pressed", String(hidden));
    });
    const line = row(words.key, this.#input);
    line.append(show);
    line.classList.add("with-button");
    this.element.append(line, this.#note);
  }

  get value(): string {
    return this.#input.value.trim();
  }

  /** The subscription the key belongs to, if it is one of the visitor's. */
  get name(): string {
    return this.#names.get(this.value) ?? "";
  }

  /** Fills in the visitor's key, or says what is missing. */
  async load(): Promise<void> {
    const { keys, signIn, api, access } = this.#start;
    try {
      const answer = await fetchKeys(keys, api);
      if (!answer.signedIn) {
        this.#note.replaceChildren(`${words.guest} `, el("a", { href: signIn }, words.signIn), words.guestEnd);
      } else if (!answer.keys.length) {
        this.#note.replaceChildren(`${words.noKeys} `, el("a", { href: access }, words.getAccess));
      } else {
        this.#choice(answer.keys);
      }
    } catch {
      this.#note.replaceChildren(words.keysFailed);
    }
  }

  #choice(keys: Key[]): void {
    const options: [string, string][] = [];
    for (const k of keys) {
      const name = k.product && k.product !== k.name ? `${k.name} · ${k.product}` : k.name;
      options.push([name, k.primary]);
      if (k.secondary) options.push([`${name} (${words.secondary})`, k.secondary]);
    }
    for (const [name, key] of options) this.#names.set(key, name);
    const select = el("select", {}, ...options.map(([name], i) => el("option", { value: i }, name)), el("option", { value: "" }, words.ownKey));
    select.addEventListener("change", () => {
      this.#input.value = options[Number(select.value)]?.[1] ?? "";
      if (select.value === "") {
        this.#input.value = "";
        this.#input.focus();
      }
    });
    this.#input.value = options[0]?.[1] ?? "";
    this.element.prepend(row(words.subscription, select));
  }
}
