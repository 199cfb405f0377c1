import { el } from "../dom";

let ids = 0;

/** A label and its input on one line. */
export function row(label: string, input: HTMLElement, hint = "", required = ""): HTMLElement {
  input.id ||= `try-${++ids}`;
  const name = el("label", { for: input.id, title: hint || undefined }, label);
  if (required) {
    name.append(el("b", { title: required, "aria-label": required }, "*"));
  }
  return el("div", { class: "row" }, name, input);
}
