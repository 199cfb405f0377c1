// Tests of the islands' parts that need no page; journeys in browsers are in test/browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";

/** Bundles a module and imports it. */
async function load(file) {
  const out = await build({ entryPoints: [new URL(`../portal/${file}`, import.meta.url).pathname], bundle: true, format: "esm", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(out.outputFiles[0].text).toString("base64")}`);
}

const { makeCall, missing } = await load("console/request.ts");
const { curl } = await load("console/curl.ts");
const { followOldAddress } = await load("old-address.ts");

const start = { api: "a", operation: "o", method: "POST", url: "https://g.example/x/{id}?d={d}", keyHeader: "X-Key", parameters: [], bodies: [], keys: "", signIn: "" };
const parameter = (name, place, required = false) => ({ name, place, type: "string", required });
const filled = (parameters, more = {}) => ({ key: "", parameters: new Map(parameters), headers: [], text: "", fields: [], ...more });

test("parameters go to their places, escaped, and empty ones are left out", () => {
  const call = makeCall(start, filled([
    [parameter("id", "path"), "a/b c"], [parameter("d", "query"), "1&2"], [parameter("q", "query"), "é"],
    [parameter("none", "query"), ""], [parameter("H", "header"), "v"], [parameter("c", "cookie"), "v"],
  ], { key: "k" }));
  assert.equal(call.url, "https://g.example/x/a%2Fb%20c?d=1%262&q=%C3%A9");
  assert.deepEqual(call.headers, [["H", "v"], ["X-Key", "k"]]);
});

test("a body has its media type, unless a header says otherwise", () => {
  const json = { body: { type: "application/json", kind: "json" }, text: "{}" };
  assert.deepEqual(makeCall(start, filled([], json)).headers, [["Content-Type", "application/json"]]);
  assert.deepEqual(makeCall(start, filled([], { ...json, headers: [["content-type", "x/y"], ["", "dropped"]] })).headers, [["content-type", "x/y"]]);
  assert.equal(makeCall({ ...start, method: "GET" }, filled([], json)).body, undefined);
});

test("forms are encoded, and parts are left to the browser", () => {
  const fields = [{ name: "a[b]", value: "1 2" }, { name: "empty", value: "" }];
  assert.equal(makeCall(start, filled([], { body: { type: "application/x-www-form-urlencoded", kind: "form" }, fields })).text, "a%5Bb%5D=1+2");
  const parts = makeCall(start, filled([], { body: { type: "multipart/form-data", kind: "multipart" }, fields }));
  assert.ok(parts.body instanceof FormData);
  assert.deepEqual(parts.headers, []);
});

test("what must be filled in is named", () => {
  const gaps = missing(filled([[parameter("id", "path", true), ""], [parameter("d", "query", true), "x"], [parameter("q", "query"), ""]]));
  assert.deepEqual(gaps.map((p) => p.name), ["id"]);
});

test("cURL survives quotes", () => {
  const call = { method: "POST", url: "https://g.example/?a='b'", headers: [["X", "it's"]], text: "'; rm -rf /", contentType: "" };
  assert.equal(curl(call), `curl -X POST 'https://g.example/?a='\\''b'\\''' \\\n  -H 'X: it'\\''s' \\\n  --data-raw ''\\''; rm -rf /'`);
});

test("the history keeps 20 requests and nothing secret", async () => {
  const kept = new Map();
  globalThis.localStorage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
  const { history, remember, forget } = await load("console/history.ts");
  for (let i = 0; i < 25; i++) {
    remember({
      at: i, page: "/apis/a/o", method: "GET", url: "https://g.example/x?subscription-key=hidden1&n=1", status: 200, ms: 1,
      values: { "query n": "1", "header Authorization": "hidden2" }, headers: [["Ocp-Apim-Subscription-Key", "hidden3"], ["X", "y"]],
      type: "", text: "x".repeat(i ? 1 : 30_000), fields: [["password", "hidden4"]],
    });
  }
  assert.equal(history().length, 20);
  assert.equal(history()[0].at, 24);
  assert.ok(!JSON.stringify([...kept]).includes("hidden"), "a secret is on disk");
  forget();
  assert.deepEqual(history(), []);
  kept.set("portico.history", "not JSON");
  assert.deepEqual(history(), []);
});

test("old addresses lead to canonical ones", () => {
  const where = (hash) => {
    let to = "";
    followOldAddress({ hash, replace: (path) => (to = path) });
    return to;
  };
  assert.equal(where("#api=a b&operation=o/p"), "/apis/a%20b/o%2Fp");
  assert.equal(where("#api=a"), "/apis/a");
  assert.equal(where("#product=p"), "/products/p");
  assert.equal(where("#top"), "");
});
