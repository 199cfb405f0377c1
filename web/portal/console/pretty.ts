/** More than this is shown plain: marking it up would make the page slow. */
const maxMarked = 200_000;

/** Shows text in a pre: JSON indented and marked up, XML indented. */
export function pretty(text: string, type: string): DocumentFragment {
  if (/json/.test(type) || /^\s*[[{]/.test(text)) {
    try {
      return mark(JSON.stringify(JSON.parse(text), null, 2));
    } catch {
      // not JSON after all
    }
  }
  const out = document.createDocumentFragment();
  out.append(/xml/.test(type) && !/html/.test(type) ? indentXML(text) : text);
  return out;
}

const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function mark(json: string): DocumentFragment {
  const out = document.createDocumentFragment();
  if (json.length > maxMarked) {
    out.append(json);
    return out;
  }
  let at = 0;
  for (const m of json.matchAll(token)) {
    out.append(json.slice(at, m.index));
    const i = document.createElement("i");
    i.className = m[2] ? "k" : m[1] ? "s" : "n";
    i.textContent = m[1] ?? m[0];
    out.append(i, m[2] ?? "");
    at = m.index + m[0].length;
  }
  out.append(json.slice(at));
  return out;
}

function indentXML(xml: string): string {
  let depth = 0;
  return xml
    .replace(/>\s*</g, ">\n<")
    .split("\n")
    .map((line) => {
      if (/^<\//.test(line)) depth = Math.max(depth - 1, 0);
      const indented = "  ".repeat(depth) + line;
      if (/^<[^!?/][^>]*[^/]>$/.test(line) && !line.includes("</")) depth++;
      return indented;
    })
    .join("\n");
}
