let region: HTMLElement | undefined;

/** Tells screen readers something that is seen elsewhere. */
export function announce(text: string): void {
  if (!region) {
    region = document.createElement("p");
    region.className = "skip";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  requestAnimationFrame(() => region && (region.textContent = text));
}
