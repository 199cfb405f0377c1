import type { Call } from "./request";

/** The call as a command for a shell. */
export function curl(call: Call): string {
  const parts = [`curl -X ${call.method} ${quote(call.url)}`];
  for (const [name, value] of call.headers) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (call.body instanceof FormData) {
    for (const [name, value] of call.body) {
      parts.push(value instanceof File ? `-F ${quote(`${name}=@${value.name}`)}` : `--form-string ${quote(`${name}=${value}`)}`);
    }
  } else if (call.body instanceof File) parts.push(`--data-binary ${quote(`@${call.body.name}`)}`);
  else if (call.text) parts.push(`--data-raw ${quote(call.text)}`);
  return parts.join(" \\\n  ");
}

function quote(s: string): string {
  return `'${s.replaceAll("'", `'\\''`)}'`;
}
