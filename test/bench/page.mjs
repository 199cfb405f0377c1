// Opens addresses in headless Chromium, cold, and prints what a visitor waits
// for, downloads and keeps in memory, as one JSON object an address.
//
//   node page.mjs RUNS SELECTOR ADDRESS...
import { createRequire } from "node:module";
const require = createRequire(new URL("../browser/package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

const [runs, selector, ...addresses] = process.argv.slice(2);

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

// Runs before the page's own scripts: notes when the selector first has a size, and long tasks.
function watch(selector) {
  window.bench = { visible: 0, longest: 0 };
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) window.bench.longest = Math.max(window.bench.longest, e.duration);
  }).observe({ type: "longtask", buffered: true });
  const look = () => {
    const at = document.querySelector(selector);
    if (at && at.getBoundingClientRect().height > 0) requestAnimationFrame(() => (window.bench.visible = performance.now()));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Waits until the browser is done with what it does for a new window. */
const settled = () => new Promise((done) => setTimeout(done, 1000));

async function open(address) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await settled(); // a window of its own: the browser prepares its own pages for it, on the same cores
  const cdp = await page.createCDPSession();
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  const types = new Map(), bytes = { document: 0, script: 0, all: 0 };
  cdp.on("Network.responseReceived", (e) => types.set(e.requestId, e.type));
  cdp.on("Network.loadingFinished", (e) => {
    bytes.all += e.encodedDataLength;
    if (types.get(e.requestId) === "Document") bytes.document += e.encodedDataLength;
    if (types.get(e.requestId) === "Script") bytes.script += e.encodedDataLength;
  });
  await page.evaluateOnNewDocument(watch, selector);
  await page.goto(address, { waitUntil: "networkidle0" });
  await page.waitForFunction(() => window.bench.visible > 0);
  await cdp.send("HeapProfiler.collectGarbage");
  const { JSHeapUsedSize } = await page.metrics();
  const seen = await page.evaluate(() => ({ ...window.bench, nodes: document.querySelectorAll("*").length }));
  await context.close();
  return { ...seen, ...bytes, heap: JSHeapUsedSize };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const results = new Map(addresses.map((a) => [a, []]));
await open(addresses[0]); // the first page pays for the browser's own start
for (let run = 0; run < Number(runs); run++) for (const address of addresses) results.get(address).push(await open(address));
for (const [address, list] of results) {
  const figure = { address };
  for (const key of Object.keys(list[0])) figure[key] = median(list.map((r) => r[key]));
  console.log(JSON.stringify(figure));
}
await browser.close();
