import { el } from "../dom";
import type { Body, BodyField, Start } from "./start";
import type { Filled } from "./request";
import { row } from "./row";
import { words } from "./words";

/** The request body: a media type, and a text, a file or the fields of a form. */
export class BodyForm {
  readonly element = el("div", { class: "body" });
  readonly #bodies: Body[];
  #body: Body | undefined;
  #text = el("textarea", { "aria-label": words.body, spellcheck: "false", rows: 8 });
  #file = el("input", { type: "file", "aria-label": words.file });
  #problem = el("p", { class: "hint", role: "status" });
  #fields: { name: string; input: HTMLInputElement }[] = [];

  constructor(start: Start) {
    this.#bodies = start.bodies ?? [];
    this.#text.addEventListener("input", () => this.#check());
    this.choose(0);
  }

  /** Shows one of the media types. */
  choose(index: number, fields?: [string, string][], text?: string): void {
    const body = this.#bodies[index];
    this.#body = body;
    if (!body) return;
    this.element.replaceChildren(el("h3", {}, words.body), this.#types(index));
    this.#fields = [];
    if (body.kind === "form" || body.kind === "multipart") {
      const list: BodyField[] = fields ? fields.map(([name, value]) => ({ name, value })) : (body.fields ?? []);
      for (const f of list) this.#field(f);
    } else if (body.kind === "binary") {
      this.element.append(row(words.file, this.#file));
    } else {
      this.#text.value = text ?? body.value ?? "";
      this.element.append(this.#text, this.#problem);
      this.#check();
    }
  }

  /** Restores a body of the history. */
  restore(type: string, text: string, fields: [string, string][]): void {
    const index = this.#bodies.findIndex((b) => b.type === type);
    if (index >= 0) this.choose(index, fields.length ? fields : undefined, text || undefined);
  }

  fill(into: Filled): void {
    if (this.#body) into.body = this.#body;
    into.text = this.#text.value;
    const file = this.#file.files?.[0];
    if (file) into.file = file;
    into.fields = this.#fields.map(({ name, input }) => {
      const chosen = input.files?.[0];
      return chosen ? { name, value: "", file: chosen } : { name, value: input.type === "file" ? "" : input.value };
    });
  }

  #types(index: number): HTMLElement {
    if (this.#bodies.length === 1) return el("p", { class: "hint" }, this.#bodies[0]!.type);
    const select = el("select", {}, ...this.#bodies.map((b, i) => el("option", { value: i, selected: i === index }, b.type)));
    select.addEventListener("change", () => this.choose(Number(select.value)));
    return row(words.mediaType, select);
  }

  #field(f: BodyField): void {
    const input = f.file ? el("input", { type: "file" }) : el("input", { value: f.value, spellcheck: "false" });
    input.required = f.required ?? false;
    this.#fields.push({ name: f.name, input });
    this.element.append(row(f.name, input));
  }

  /** Says that JSON is broken; it is sent all the same. */
  #check(): void {
    this.#problem.textContent = "";
    if (this.#body?.kind !== "json" || !this.#text.value) return;
    try {
      JSON.parse(this.#text.value);
    } catch (e) {
      this.#problem.textContent = `${words.badJSON((e as Error).message)}. ${words.sendAnyway}`;
    }
  }
}
