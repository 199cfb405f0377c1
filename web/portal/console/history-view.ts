import { el } from "../dom";
import { forget, history, keepForReplay, type Entry } from "./history";
import { words } from "./words";

/** The list of the last requests; one of this page is filled in again, others open their page. */
export class HistoryView {
  readonly element = el("details", { class: "history" });

  constructor(replay: (e: Entry) => void) {
    this.element.addEventListener("toggle", () => this.element.open && this.#fill(replay));
    this.element.append(el("summary", {}, words.history));
  }

  close(): void {
    this.element.open = false;
  }

  #fill(replay: (e: Entry) => void): void {
    const list = history();
    const rows = list.map((e) => {
      const use = el("button", { type: "button" },
        el("b", { class: `m ${e.method}` }, e.method),
        el("span", {}, shortened(e.url)),
        el("small", {}, `${e.status || words.noAnswer} · ${new Date(e.at).toLocaleTimeString()}`));
      use.setAttribute("aria-label", `${words.replay}: ${e.method} ${e.url}`);
      use.addEventListener("click", () => {
        if (e.page === location.pathname) return replay(e);
        keepForReplay(e);
        location.href = `${e.page}#try`;
      });
      return el("li", {}, use);
    });
    const clear = el("button", { type: "button", class: "link" }, words.clear);
    clear.addEventListener("click", () => {
      forget();
      this.#fill(replay);
    });
    this.element.replaceChildren(
      el("summary", {}, words.history),
      ...(rows.length ? [el("ol", {}, ...rows), clear] : [el("p", { class: "hint" }, words.historyEmpty)]),
    );
  }
}

function shortened(address: string): string {
  try {
    const url = new URL(address);
    return url.pathname + url.search;
  } catch {
    return address;
  }
}
