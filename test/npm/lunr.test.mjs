// The search index that clients of other portals load: lunr 2.3.9 reads it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import lunr from "lunr";

const { PORTICO_PORTAL } = process.env;
let index;

before(async () => {
  const answer = await fetch(`${PORTICO_PORTAL}/search-index.json`);
  assert.equal(answer.status, 200);
  index = lunr.Index.load(await answer.json());
});

const refs = (query) => index.search(query).map((hit) => hit.ref);

test("pages are found by their words", () => {
  assert.ok(refs("products").includes("/products"));
  assert.equal(refs("title:products")[0], "/products");
  assert.ok(refs("produ*").includes("/products"));
  assert.ok(refs("prodcuts~2").includes("/products"));
});

test("what no page says is not found", () => {
  assert.deepEqual(refs("unicorn"), []);
});

test("the best match comes first and has a score", () => {
  const [first, second] = index.search("apis");
  assert.ok(first.score >= (second?.score ?? 0) && first.score > 0);
});
