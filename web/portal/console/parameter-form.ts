import { el } from "../dom";
import { row } from "./row";
import type { Parameter, Start } from "./start";
import { words } from "./words";

type Input = HTMLInputElement | HTMLSelectElement;

/** The parameters: required and filled ones in sight, the others folded. */
export class ParameterForm {
  readonly element = el("div", { class: "params" });
  #inputs = new Map<Parameter, Input>();

  constructor(start: Start) {
    const shown: HTMLElement[] = [];
    const folded: HTMLElement[] = [];
    for (const p of start.parameters) {
      if (p.place === "cookie") continue; // a page cannot set cookies of another site
      const input = field(p);
      this.#inputs.set(p, input);
      const line = row(p.name, input, p.hint, p.required ? words.required : "");
      (p.required || p.place === "path" || p.value ? shown : folded).push(line);
    }
    this.element.append(...shown);
    if (folded.length) this.element.append(el("details", {}, el("summary", {}, words.optional(folded.length)), ...folded));
  }

  values(): Map<Parameter, string> {
    return new Map([...this.#inputs].map(([p, input]) => [p, input.value]));
  }

  /** The values by place and name, for the history. */
  named(): Record<string, string> {
    return Object.fromEntries([...this.#inputs].map(([p, input]) => [`${p.place} ${p.name}`, input.value]));
  }

  restore(named: Record<string, string>): void {
    for (const [p, input] of this.#inputs) {
      const value = named[`${p.place} ${p.name}`];
      if (value !== undefined) input.value = value;
      if (value) input.closest("details")?.setAttribute("open", "");
    }
  }

  focus(p: Parameter): void {
    const input = this.#inputs.get(p);
    input?.closest("details")?.setAttribute("open", "");
    input?.setAttribute("aria-invalid", "true");
    input?.addEventListener("input", () => input.removeAttribute("aria-invalid"), { once: true });
    input?.focus();
  }
}

function field(p: Parameter): Input {
  if (p.values?.length) {
    const options = p.values.map((v) => el("option", { value: v, selected: v === p.value }, v));
    if (!p.required) options.unshift(el("option", { value: "", selected: !p.value }, ""));
    return el("select", { required: p.required }, ...options);
  }
  const input = el("input", { value: p.value ?? "", placeholder: p.type, spellcheck: "false", autocomplete: "off", required: p.required });
  if (/^(integer|number)/.test(p.type)) input.inputMode = "numeric";
  return input;
}
