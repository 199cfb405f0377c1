// A journey with @azure/arm-apimanagement over TLS, in both credential styles:
// each kind is made, read, changed, paged through and deleted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiManagementClient } from "@azure/arm-apimanagement";

const { PORTICO_URL: endpoint, PORTICO_TOKEN: token } = process.env;
const group = "g";
const service = "portico";

function connect(style) {
  const credential = { getToken: async () => ({ token: token.replace(/^\S+ /, ""), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = new ApiManagementClient(credential, "00000000-0000-0000-0000-000000000000", { endpoint });
  if (style === "signature") {
    client.pipeline.addPolicy({
      name: "signature",
      sendRequest(request, next) {
        request.headers.set("Authorization", token);
        return next(request);
      },
    }, { afterPhase: "Sign" });
  }
  return client;
}

const policy = { value: "<policies><inbound><base /></inbound></policies>", format: "xml" };

// kinds: the client's operation group, the ids of an entity, its body, a change.
const kinds = [
  ["user", ["ann"], { firstName: "Ann", lastName: "Ash", email: "ann@contoso.example" }, { note: "n" }],
  ["apiVersionSet", ["v"], { displayName: "V", versioningScheme: "Query", versionQueryName: "v" }, { displayName: "W" }],
  ["tag", ["t"], { displayName: "T" }, { displayName: "U" }],
  ["api", ["echo"], { displayName: "Echo", path: "echo", protocols: ["https"], serviceUrl: "https://b.example" }, { displayName: "Echo 2" }],
  ["apiSchema", ["echo", "s"], { contentType: "application/vnd.oai.openapi.components+json", components: { schemas: {} } }],
  ["apiOperation", ["echo", "get"], { displayName: "Get", method: "GET", urlTemplate: "/x", templateParameters: [] }, { displayName: "Get it" }],
  ["apiOperationPolicy", ["echo", "get", "policy"], policy],
  ["apiPolicy", ["echo", "policy"], policy],
  ["apiRelease", ["echo", "r"], { notes: "n" }, { notes: "m" }],
  ["apiTagDescription", ["echo", "t"], { description: "d" }],
  ["apiIssue", ["echo", "i"], { title: "t", description: "d", userId: "/users/ann" }, { title: "u" }],
  ["apiIssueComment", ["echo", "i", "c"], { text: "t", userId: "/users/ann" }],
  ["apiIssueAttachment", ["echo", "i", "a"], { title: "t", contentFormat: "image/png", content: "AAAA" }],
  ["logger", ["l"], { loggerType: "azureEventHub", credentials: { name: "hub", connectionString: "{{c}}" } }, { description: "d" }],
  ["diagnostic", ["applicationinsights"], { loggerId: "/loggers/l" }, { verbosity: "error" }],
  ["apiDiagnostic", ["echo", "applicationinsights"], { loggerId: "/loggers/l" }, { verbosity: "error" }],
  ["product", ["starter"], { displayName: "Starter" }, { terms: "t" }],
  ["productPolicy", ["starter", "policy"], policy],
  ["group", ["staff"], { displayName: "Staff" }, { description: "d" }],
  ["subscription", ["sub"], { displayName: "Mine", scope: "/products/starter", ownerId: "/users/ann" }, { displayName: "Ours" }],
  ["policy", ["policy"], policy],
  ["policyFragment", ["f"], { value: "<fragment />", format: "xml" }],
  ["namedValue", ["nv"], { displayName: "nv", value: "1" }, { value: "2" }],
  ["backend", ["b"], { url: "https://b.example", protocol: "http" }, { title: "t" }],
  ["cache", ["default"], { connectionString: "{{r}}", useFromLocation: "default" }, { description: "d" }],
  ["authorizationServer", ["as"], { displayName: "AS", clientRegistrationEndpoint: "https://a.example", authorizationEndpoint: "https://a.example", grantTypes: ["implicit"], clientId: "1" }, { description: "d" }],
  ["openIdConnectProvider", ["op"], { displayName: "OP", metadataEndpoint: "https://o.example", clientId: "1", clientSecret: "s" }, { description: "d" }],
  ["identityProvider", ["google"], { clientId: "1", clientSecret: "s" }, { clientId: "2" }],
  ["globalSchema", ["gs"], { schemaType: "json", document: { type: "object" } }],
  ["documentation", ["d"], { title: "T", content: "text" }, { title: "U" }],
];

// call passes If-Match where the method takes it: one argument more than ids, body and options.
function call(target, name, ids, body) {
  const rest = body === undefined ? [] : [body];
  const fixed = [group, service, ...ids];
  const matched = target[name].length > fixed.length + rest.length + 1 ? ["*"] : [];
  return target[name](...fixed, ...matched, ...rest);
}

const method = (target, ...names) => names.find((name) => typeof target[name] === "function");

async function names(pages) {
  const all = [];
  for await (const item of pages) all.push(item.name);
  return all;
}

for (const style of ["bearer", "signature"]) {
  test(`@azure/arm-apimanagement, ${style}`, async (t) => {
    const client = connect(style);
    for (const [operations, ids, body, change] of kinds) {
      await t.test(operations, async () => {
        const target = client[operations];
        assert.ok(target, `the client has no ${operations}`);
        const create = method(target, "beginCreateOrUpdateAndWait", "createOrUpdate", "create");
        const made = await target[create](group, service, ...ids, body);
        assert.equal(made.name, ids.at(-1));
        const read = await target.get(group, service, ...ids);
        assert.equal(read.id, made.id);
        const tag = method(target, "getEntityTag", "getEntityState");
        if (tag) assert.ok((await target[tag](group, service, ...ids)).eTag);
        const update = method(target, "beginUpdateAndWait", "update");
        if (change && update) {
          const changed = await call(target, update, ids, change);
          for (const [name, value] of Object.entries(change)) {
            if (operations !== "openIdConnectProvider" || name !== "clientSecret") assert.deepEqual(changed[name], value);
          }
        }
        const lists = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).filter((name) => /^list(By(Service|Api|Operation|Product|Proxy))?$/.test(name));
        const list = ids.length === 1 && lists.includes("listByService") ? "listByService" : lists[0];
        if (list) {
          const listed = target[list](group, service, ...ids.slice(0, -1));
          const found = listed[Symbol.asyncIterator] ? await names(listed) : (await listed).value.map((item) => item.name);
          assert.ok(found.includes(ids.at(-1)), `${list}: ${found}`);
        }
      });
    }
    await t.test("associations", async () => {
      await client.productApi.createOrUpdate(group, service, "starter", "echo");
      assert.deepEqual(await names(client.productApi.listByProduct(group, service, "starter")), ["echo"]);
      await client.groupUser.create(group, service, "staff", "ann");
      assert.deepEqual(await names(client.groupUser.list(group, service, "staff")), ["ann"]);
      assert.equal((await client.subscription.listSecrets(group, service, "sub")).primaryKey.length, 32);
    });
    await t.test("everything is deleted again", async () => {
      for (const [operations, ids] of kinds.toReversed()) {
        const target = client[operations];
        const remove = method(target, "beginDeleteAndWait", "delete");
        if (!remove) continue;
        const options = operations === "user" || operations === "product" ? [{ deleteSubscriptions: true }] : [];
        const fixed = [group, service, ...ids];
        const matched = target[remove].length > fixed.length + 1 ? ["*"] : [];
        await target[remove](...fixed, ...matched, ...options);
        await assert.rejects(target.get(group, service, ...ids), { statusCode: 404 });
      }
    });
  });
}
