/** Closes drop-down menus on Escape and when something else is clicked. */
export function dropMenus(root: Document): void {
  const open = () => [...root.querySelectorAll<HTMLDetailsElement>("details.drop[open]")];
  root.addEventListener("click", (e) => {
    for (const menu of open()) if (!menu.contains(e.target as Node)) menu.open = false;
  });
  root.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
