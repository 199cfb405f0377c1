import { announce } from "./announce";
import { words } from "./words";

/** Makes every [data-copy] button copy its value, or, without one, the code beside it. */
export function copyButtons(root: Document): void {
  root.addEventListener("click", async (e) => {
    const button = (e.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    const text = button.dataset.copy || button.closest(".code")?.querySelector("pre")?.textContent || "";
    try {
      await navigator.clipboard.writeText(text);
      announce(words.copied);
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1500);
    } catch {
      announce(words.notCopied);
    }
  });
}
