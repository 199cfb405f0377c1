// Runs Lighthouse in headless Chromium on addresses and prints the scores (0
// to 100) of the four categories, as one JSON object a run.
//
//   node lighthouse.mjs mobile|desktop RUNS ADDRESS...
import { createRequire } from "node:module";
import lighthouse, { desktopConfig } from "lighthouse";
const require = createRequire(new URL("../browser/package.json", import.meta.url));
const puppeteer = require("puppeteer-core");

const [form, runs, ...addresses] = process.argv.slice(2);
const categories = ["performance", "accessibility", "best-practices", "seo"];

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const port = Number(new URL(browser.wsEndpoint()).port);
  for (let run = 0; run < Number(runs); run++) {
    for (const address of addresses) {
      const { lhr } = await lighthouse(address, { port, logLevel: "silent", onlyCategories: categories }, form === "desktop" ? desktopConfig : undefined);
      const missed = Object.values(lhr.categories).flatMap((c) => c.auditRefs)
        .filter((a) => a.weight > 0 && (lhr.audits[a.id].score ?? 1) < 0.9).map((a) => a.id);
      console.log(JSON.stringify({ address, scores: categories.map((c) => Math.round(lhr.categories[c].score * 100)), missed }));
    }
  }
} finally {
  await browser.close();
}
