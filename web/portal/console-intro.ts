import { announce } from "./announce";
import { words } from "./words";

/** The place of the console: its script is loaded when it is opened. */
export class ConsoleIntro extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    button?.addEventListener("click", () => void this.open(button));
    if (location.hash === "#try" && button) void this.open(button);
  }

  async open(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    try {
      const { mountConsole } = await import("./console/console");
      await mountConsole(this, this.dataset.start ?? "");
    } catch {
      button.disabled = false;
      announce(words.consoleFailed);
    }
  }
}
