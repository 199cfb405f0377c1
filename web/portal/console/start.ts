/** What the console starts from (widget.consoleStart). */
export interface Start {
  api: string;
  operation: string;
  method: string;
  url: string; // with parameters in braces
  keyHeader?: string; // absent: calls need no key
  keyQuery?: string;
  parameters: Parameter[];
  bodies: Body[] | null;
  keys: string;
  access: string; // where one gets a key
  signIn: string;
}

export interface Parameter {
  name: string;
  place: "path" | "query" | "header" | "cookie";
  type: string;
  required?: boolean;
  values?: string[];
  value?: string;
  hint?: string;
}

export interface Body {
  type: string;
  kind: "json" | "form" | "multipart" | "text" | "binary";
  value?: string;
  fields?: BodyField[];
}

export interface BodyField {
  name: string;
  value: string;
  file?: boolean;
  required?: boolean;
}
