import { el, icon } from "../dom";
import { words } from "./words";

/** Headers beyond the documented ones. */
export class HeaderForm {
  readonly element = el("div", { class: "heads-in" });
  #rows = el("div");

  constructor() {
    const add = el("button", { type: "button", class: "link" }, words.addHeader);
    add.addEventListener("click", () => this.add("", "").focus());
    this.element.append(this.#rows, add);
  }

  add(name: string, value: string): HTMLInputElement {
    const nameInput = el("input", { value: name, "aria-label": words.headerName, placeholder: "Name", spellcheck: "false" });
    const valueInput = el("input", { value, "aria-label": words.headerValue, placeholder: "Value", spellcheck: "false" });
    const remove = el("button", { type: "button", class: "btn quiet", "aria-label": words.removeHeader }, icon("m4 4 8 8M12 4l-8 8"));
    const line = el("div", { class: "row" }, nameInput, valueInput, remove);
    remove.addEventListener("click", () => line.remove());
    this.#rows.append(line);
    return nameInput;
  }

  values(): [string, string][] {
    return [...this.#rows.children].map((line) => {
      const [name, value] = line.querySelectorAll("input");
      return [name?.value.trim() ?? "", value?.value ?? ""];
    });
  }

  restore(headers: [string, string][]): void {
    this.#rows.replaceChildren();
    for (const [name, value] of headers) this.add(name, value);
  }
}
