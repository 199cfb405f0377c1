// Starts a portico with TLS on free ports and runs the suites of the npm clients
// in a process that trusts its certificate.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const portico = join(import.meta.dirname, "../../bin/portico");
const data = mkdtempSync(join(tmpdir(), "portico-npm-"));
const any = "127.0.0.1:0";
const server = spawn(portico, ["serve", "--data", data, "--tls", "self-signed", "--portal-addr", any, "--gateway-addr", any, "--management-addr", any]);
let said = "";
server.stderr.on("data", (text) => (said += text));

const address = await new Promise((resolve, reject) => {
  server.on("exit", () => reject(new Error(`portico did not start: ${said}`)));
  createInterface({ input: server.stdout }).on("line", (line) => {
    const found = line.match(/Management\s+(https:\S+)/);
    if (found) resolve(found[1]);
  });
});
const token = execFileSync(portico, ["token", "--data", data], { encoding: "utf8" }).trim();

const suites = spawn(process.execPath, ["--test", "--test-reporter=spec", "arm.test.mjs", "blob.test.mjs", "lunr.test.mjs"], {
  cwd: import.meta.dirname,
  stdio: "inherit",
  env: { ...process.env, PORTICO_URL: address, PORTICO_TOKEN: token, PORTICO_PORTAL: JSON.parse(readFileSync(join(data, "run.json"), "utf8")).portalUrl, PORTICO_CERTIFICATE: readFileSync(join(data, "tls.crt")).toString("base64"), NODE_EXTRA_CA_CERTS: join(data, "tls.crt") },
});
suites.on("exit", (code) => {
  server.removeAllListeners("exit");
  server.on("exit", () => {
    rmSync(data, { recursive: true, force: true });
    process.exit(code ?? 1);
  });
  server.kill("SIGTERM");
});
