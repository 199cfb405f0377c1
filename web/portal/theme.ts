/** The button that switches between light and dark; the choice is remembered. */
export class Theme extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", () => {
      const root = document.documentElement;
      const dark = (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
      root.dataset.theme = dark ? "light" : "dark";
      try {
        localStorage.theme = root.dataset.theme;
      } catch {
        // storage is switched off: the choice lasts as long as the page
      }
    });
  }
}
