import { el } from "./dom";
import { fetchText, fragmentOf } from "./fetch";
import { words } from "./words";
import { announce } from "./announce";

/** Types of properties unfold in place; each unfolded one may hold more. */
export class Schema extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (e) => {
      const link = (e.target as Element).closest<HTMLAnchorElement>("a.t");
      if (!link || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
      const row = link.closest("li");
      if (!row) return; // the type of the whole: its own page
      e.preventDefault();
      void this.#toggle(link, row);
    });
  }

  async #toggle(link: HTMLAnchorElement, row: HTMLElement): Promise<void> {
    const open = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", String(!open));
    const known = [...row.children].find((c): c is HTMLElement => c instanceof HTMLElement && c.dataset.of === link.href);
    if (known) {
      known.hidden = open;
      return;
    }
    const box = document.createElement("div");
    box.className = "unfold";
    box.dataset.of = link.href;
    box.textContent = words.loading;
    row.append(box);
    try {
      box.innerHTML = await fetchText(fragmentOf(link.href));
      if (row.querySelectorAll(":scope > span > a.t").length > 1) box.prepend(el("p", { class: "lead" }, link.textContent ?? ""));
      announce(words.unfolded(link.textContent ?? ""));
    } catch {
      box.remove();
      location.href = link.href;
    }
  }
}
