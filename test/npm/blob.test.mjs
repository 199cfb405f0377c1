// The media container driven by @azure/storage-blob.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { before, test } from "node:test";
import { ContainerClient } from "@azure/storage-blob";

const { PORTICO_URL, PORTICO_TOKEN } = process.env;
let address;
let container;

before(async () => {
  const answer = await fetch(`${PORTICO_URL}/portalConfigs/default/listMediaContentSecrets?api-version=2022-08-01`, {
    method: "POST", headers: { Authorization: PORTICO_TOKEN, "If-Match": "*" },
  });
  assert.equal(answer.status, 200);
  address = (await answer.json()).containerSasUrl;
  container = new ContainerClient(address, undefined, { retryOptions: { maxTries: 1 } });
});

const collect = async (pages, of) => {
  const all = [];
  for await (const item of pages) all.push(of(item));
  return all;
};

test("a small blob, its properties and ranges", async () => {
  const blob = container.getBlockBlobClient("/logo.png");
  await blob.upload("0123456789", 10, { blobHTTPHeaders: { blobContentType: "image/png" } });
  const properties = await container.getBlobClient("logo.png").getProperties();
  assert.equal(properties.contentType, "image/png");
  assert.equal(properties.contentLength, 10);
  assert.equal((await blob.downloadToBuffer(2, 3)).toString(), "234");
  await assert.rejects(blob.upload("x", 1, { conditions: { ifNoneMatch: "*" } }), { statusCode: 409 });
  await assert.rejects(blob.upload("x", 1, { conditions: { ifMatch: '"other"' } }), { statusCode: 412 });
});

test("a blob of many blocks", async () => {
  const data = Buffer.alloc(9 << 20, "portico");
  const blob = container.getBlockBlobClient("fonts/big.woff2");
  await blob.uploadStream(Readable.from([data.subarray(0, 5 << 20), data.subarray(5 << 20)]), 1 << 20, 4, { blobHTTPHeaders: { blobContentType: "font/woff2" } });
  const back = await blob.downloadToBuffer();
  const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
  assert.equal(hash(back), hash(data));
});

test("lists by page and by level", async () => {
  for (const name of ["custom-widgets/data/a/index.html", "custom-widgets/data/b/index.html", "plain"]) {
    await container.getBlockBlobClient(name).upload(name, name.length);
  }
  const names = await collect(container.listBlobsFlat({ prefix: "custom-widgets/" }), (b) => b.name);
  assert.deepEqual(names, ["custom-widgets/data/a/index.html", "custom-widgets/data/b/index.html"]);
  const paged = [];
  for await (const page of container.listBlobsFlat().byPage({ maxPageSize: 2 })) {
    assert.ok(page.segment.blobItems.length <= 2);
    paged.push(...page.segment.blobItems.map((b) => b.name));
  }
  assert.deepEqual(paged, [...paged].sort());
  assert.ok(paged.includes("plain") && paged.includes("fonts/big.woff2"));
  assert.equal(new Set(paged).size, paged.length);
  const level = await collect(container.listBlobsByHierarchy("/", { prefix: "custom-widgets/data/" }), (b) => `${b.kind} ${b.name}`);
  assert.deepEqual(level, ["prefix custom-widgets/data/a/", "prefix custom-widgets/data/b/"]);
});

test("deletes", async () => {
  const blob = container.getBlobClient("plain");
  await blob.delete();
  assert.equal(await blob.exists(), false);
  await assert.rejects(blob.delete(), { statusCode: 404, code: "BlobNotFound" });
});

test("a wrong or expired signature is refused", async () => {
  for (const [name, value] of [["sig", "AAAA"], ["se", "2020-01-01T00:00:00Z"], ["sp", "racwdlx"]]) {
    const forged = new URL(address);
    forged.searchParams.set(name, value);
    const other = new ContainerClient(forged.href, undefined, { retryOptions: { maxTries: 1 } });
    await assert.rejects(other.getBlobClient("logo.png").download(), { statusCode: 403 });
  }
});
