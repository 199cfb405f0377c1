import type { Body, Parameter, Start } from "./start";

/** What the visitor filled in. */
export interface Filled {
  key: string;
  parameters: Map<Parameter, string>;
  headers: [string, string][];
  body?: Body;
  text: string; // of a body that is not a form
  file?: File; // of a binary body
  fields: { name: string; value: string; file?: File }[];
}

/** A request as it is sent. */
export interface Call {
  method: string;
  url: string;
  headers: [string, string][];
  body?: BodyInit;
  text: string; // the body for history, samples and cURL; "" when it is not text
  contentType: string;
}

const withoutBody = ["GET", "HEAD"];

/** Makes the request of what was filled in. Empty optional parameters are left out. */
export function makeCall(start: Start, filled: Filled): Call {
  const headers: [string, string][] = [];
  const query: string[] = [];
  let url = start.url;
  for (const [p, value] of filled.parameters) {
    const place = `{${p.name}}`;
    if (url.includes(place)) {
      url = url.replaceAll(place, p.name === "*" ? encodeURI(value) : encodeURIComponent(value));
    } else if (value === "") {
      continue;
    } else if (p.place === "query") {
      query.push(`${encodeURIComponent(p.name)}=${encodeURIComponent(value)}`);
    } else if (p.place === "header") {
      headers.push([p.name, value]);
    } // browsers do not let a page set cookies of another site
  }
  if (query.length) url += (url.includes("?") ? "&" : "?") + query.join("&");
  if (start.keyHeader && filled.key) headers.push([start.keyHeader, filled.key]);
  headers.push(...filled.headers.filter(([name]) => name.trim()));
  const call: Call = { method: start.method, url, headers, text: "", contentType: "" };
  if (!withoutBody.includes(start.method) && filled.body) addBody(call, filled.body, filled);
  if (call.contentType && !headers.some(([name]) => name.toLowerCase() === "content-type")) {
    headers.push(["Content-Type", call.contentType]);
  }
  return call;
}

function addBody(call: Call, body: Body, filled: Filled): void {
  switch (body.kind) {
    case "form": {
      const form = new URLSearchParams();
      for (const f of filled.fields) if (f.value) form.append(f.name, f.value);
      call.text = form.toString();
      call.body = call.text;
      call.contentType = body.type;
      return;
    }
    case "multipart": {
      const form = new FormData();
      for (const f of filled.fields) {
        if (f.file) form.append(f.name, f.file);
        else if (f.value) form.append(f.name, f.value);
      }
      call.body = form; // the browser writes the type with its boundary
      return;
    }
    case "binary":
      if (filled.file) call.body = filled.file;
      else return;
      call.contentType = body.type;
      return;
    default:
      if (!filled.text) return;
      call.text = filled.text;
      call.body = filled.text;
      call.contentType = body.type;
  }
}

/** The parameters that must be filled in and are not. */
export function missing(filled: Filled): Parameter[] {
  return [...filled.parameters].filter(([p, value]) => p.required && !value).map(([p]) => p);
}
