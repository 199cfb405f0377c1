import { fetchText } from "../fetch";
import { announce } from "../announce";
import { el } from "../dom";
import type { SampleRequest } from "../sample";
import { BodyForm } from "./body-form";
import css from "./console.css";
import { curl } from "./curl";
import { explainAnswer, explainFailure } from "./explain";
import { HeaderForm } from "./header-form";
import { HistoryView } from "./history-view";
import { remember, takeReplay, type Entry } from "./history";
import { KeyForm } from "./key-form";
import { ParameterForm } from "./parameter-form";
import { makeCall, missing, type Call, type Filled } from "./request";
import { ResponseView } from "./response";
import { send, type Answer } from "./send";
import type { Start } from "./start";
import { words } from "./words";

/** Puts the console into its place on the page. */
export async function mountConsole(host: HTMLElement, from: string): Promise<void> {
  const start = JSON.parse(await fetchText(from)) as Start;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets.push(sheet);
  await new Console(start).mount(host);
}

class Console {
  readonly #start: Start;
  readonly #parameters: ParameterForm;
  readonly #body: BodyForm;
  readonly #headers = new HeaderForm();
  readonly #key: KeyForm | undefined;
  readonly #response = new ResponseView();
  readonly #history = new HistoryView((e) => this.#restore(e));
  readonly #send = el("button", { type: "submit", class: "btn primary", title: words.sendHint }, words.send);
  #running: AbortController | undefined;
  #told = "";

  constructor(start: Start) {
    this.#start = start;
    this.#parameters = new ParameterForm(start);
    this.#body = new BodyForm(start);
    if (start.keyHeader) this.#key = new KeyForm(start);
  }

  async mount(host: HTMLElement): Promise<void> {
    const copy = el("button", { type: "button", class: "link" }, words.copyCurl);
    copy.addEventListener("click", () => {
      void navigator.clipboard.writeText(curl(this.#call())).then(() => announce(words.copied));
    });
    const form = el("form", { class: "card console", "aria-label": words.title },
      el("header", {}, el("b", {}, words.title), this.#send),
      ...(this.#key ? [this.#key.element] : []),
      this.#parameters.element,
      this.#body.element,
      this.#headers.element,
      el("footer", {}, copy, this.#history.element),
      this.#response.element);
    form.noValidate = true;
    form.addEventListener("submit", (e) => {
      e.preventDefault();
      void this.#run();
    });
    form.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
        e.preventDefault();
        void this.#run();
      }
    });
    form.addEventListener("change", () => this.#tellSample());
    host.replaceChildren(form);
    const replay = takeReplay(location.pathname);
    if (replay) this.#restore(replay);
    await this.#key?.load();
    (form.querySelector<HTMLElement>("input:required:placeholder-shown") ?? this.#send).focus({ preventScroll: true });
  }

  #filled(): Filled {
    const filled: Filled = { key: this.#key?.value ?? "", parameters: this.#parameters.values(), headers: this.#headers.values(), text: "", fields: [] };
    this.#body.fill(filled);
    return filled;
  }

  #call(): Call {
    return makeCall(this.#start, this.#filled());
  }

  async #run(): Promise<void> {
    if (this.#running) return this.#running.abort();
    const gaps = missing(this.#filled());
    if (gaps[0]) {
      announce(words.missing(gaps.map((p) => p.name).join(", ")));
      return this.#parameters.focus(gaps[0]);
    }
    const call = this.#call();
    const running = (this.#running = new AbortController());
    this.#send.textContent = words.stop;
    this.#response.waiting();
    let last: Answer | undefined;
    try {
      last = await send(call, running.signal, (a) => this.#response.show((last = a)));
      this.#response.show(last);
      explainAnswer(last, this.#response, {
        sent: this.#key?.value ?? "", name: this.#key?.name ?? "", needed: this.#key !== undefined,
        href: this.#start.access,
      });
    } catch {
      if (running.signal.aborted) {
        if (last) this.#response.show({ ...last, done: true });
        this.#response.explain(words.stopped);
      } else await explainFailure(call, this.#response);
    } finally {
      this.#running = undefined;
      this.#send.textContent = words.send;
    }
    this.#remember(call, last);
    this.#tellSample();
  }

  #remember(call: Call, a: Answer | undefined): void {
    const filled = this.#filled();
    remember({
      at: Date.now(), page: location.pathname, method: call.method, url: call.url,
      status: a?.status ?? 0, ms: a?.ms ?? 0, values: this.#parameters.named(), headers: filled.headers,
      type: filled.body?.type ?? "", text: call.text && filled.body?.kind !== "form" ? call.text : "",
      fields: filled.fields.filter((f) => !f.file).map((f) => [f.name, f.value]),
    });
  }

  #restore(e: Entry): void {
    this.#parameters.restore(e.values);
    this.#headers.restore(e.headers);
    this.#body.restore(e.type, e.text, e.fields);
    this.#history.close();
    this.#tellSample();
    this.#send.focus();
  }

  /** Gives the code sample what would be sent, the key left out. */
  #tellSample(): void {
    const filled = this.#filled();
    if (filled.key) filled.key = "YOUR_KEY";
    const call = makeCall(this.#start, filled);
    const detail: SampleRequest = {
      method: call.method, url: call.url, headers: call.headers.map(([name, value]) => ({ name, value })),
      body: call.text, contentType: call.contentType,
    };
    const told = JSON.stringify(detail);
    if (told === this.#told) return;
    this.#told = told;
    document.dispatchEvent(new CustomEvent("portico-request", { detail }));
  }
}
