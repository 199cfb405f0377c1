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
  ["apiWiki", ["echo"], { documents: [{ documentationId: "d" }] }, { documents: [] }, { name: "default" }],
  ["productWiki", ["starter"], { documents: [{ documentationId: "d" }] }, { documents: [] }, { name: "default" }],
  ["graphQLApiResolver", ["echo", "res"], { displayName: "R", path: "Query/r" }, { description: "d" }],
  ["graphQLApiResolverPolicy", ["echo", "res", "policy"], { value: "<http-data-source><http-request /></http-data-source>", format: "xml" }],
  ["policyRestriction", ["pr"], { scope: "/apis/echo", requireBase: "true" }, { requireBase: "false" }],
  ["productApiLink", ["starter", "al"], { apiId: "/apis/echo" }],
  ["productGroupLink", ["starter", "gl"], { groupId: "/groups/staff" }],
  ["tagApiLink", ["t", "tal"], { apiId: "/apis/echo" }],
  ["tagOperationLink", ["t", "tol"], { operationId: "/apis/echo/operations/get" }],
  ["tagProductLink", ["t", "tpl"], { productId: "/products/starter" }],
  ["certificate", ["c"], { data: process.env.PORTICO_CERTIFICATE }],
  ["contentType", ["note"], { idPropertiesId: "note", namePropertiesName: "Note", version: "1.0.0", schema: {} }],
  ["contentItem", ["note", "one"], { properties: { en_us: { title: "One" } } }],
  ["portalRevision", ["r1"], { description: "d" }, { description: "e" }, { fixed: true, once: true }],
  ["notification", ["BCC"], undefined, undefined, { fixed: true }],
  ["emailTemplate", ["newDeveloperNotificationMessage"], { subject: "S", body: "<p>b</p>" }, { subject: "T" }, { fixed: true }],
  ["signInSettings", [], { enabled: true }, undefined, { fixed: true, name: "signin" }],
  ["signUpSettings", [], { enabled: true }, undefined, { fixed: true, name: "signup" }],
  ["delegationSettings", [], { url: "https://d.example" }, undefined, { fixed: true, name: "delegation" }],
  ["portalConfig", ["default"], { signin: { require: true } }, { signin: { require: false } }, { fixed: true }],
  ["tenantAccess", ["gitAccess"], { enabled: true }, { enabled: false }, { fixed: true }],
];

// inWorkspace are the same kinds in a workspace, as far as the client has them there.
function inWorkspace(client) {
  const twins = [["workspace", ["w"], { displayName: "W" }, { description: "d" }]];
  for (const [operations, ids, body, change, how] of kinds) {
    const name = "workspace" + operations[0].toUpperCase() + operations.slice(1);
    if (!client[name]) continue;
    const own = { ...body };
    if (operations === "api") own.path = "echo-w";
    twins.push([name, ["w", ...ids], body && own, change, how]);
  }
  return twins;
}

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
    const all = [...kinds, ...inWorkspace(client)];
    for (const [operations, ids, body, change, how = {}] of all) {
      await t.test(operations, async () => {
        const target = client[operations];
        assert.ok(target, `the client has no ${operations}`);
        const create = method(target, "beginCreateOrUpdateAndWait", "createOrUpdate", "create");
        if (how.once) await target[create](group, service, `${ids[0]}-${style}`, body);
        const own = how.once ? [`${ids[0]}-${style}`] : ids;
        const name = how.name ?? own.at(-1);
        const made = how.once ? await target.get(group, service, ...own) : await call(target, create, own, body);
        assert.equal(made.name, name);
        const read = await target.get(group, service, ...own);
        assert.equal(read.id, made.id);
        const tag = method(target, "getEntityTag", "getEntityState");
        if (tag) assert.ok((await target[tag](group, service, ...own)).eTag);
        const update = method(target, "beginUpdateAndWait", "update");
        if (change && update) {
          const changed = await call(target, update, own, change);
          for (const [name, value] of Object.entries(change)) {
            assert.deepEqual(changed[name], value);
          }
        }
        const lists = Object.getOwnPropertyNames(Object.getPrototypeOf(target)).filter((name) => /^list(By(Service|Api|Operation|Product|Proxy))?$/.test(name));
        const list = ids.length === 1 && lists.includes("listByService") ? "listByService" : lists[0];
        if (list && !how.name) {
          const listed = target[list](group, service, ...own.slice(0, -1));
          const found = listed[Symbol.asyncIterator] ? await names(listed) : (await listed).value.map((item) => item.name);
          assert.ok(found.includes(name), `${list}: ${found}`);
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
      for (const [operations, ids, , , how = {}] of all.toReversed()) {
        const target = client[operations];
        const remove = method(target, "beginDeleteAndWait", "delete");
        if (!remove || how.once) continue;
        const options = operations === "user" || operations === "product" ? [{ deleteSubscriptions: true }] : [];
        const fixed = [group, service, ...ids];
        const matched = target[remove].length > fixed.length + 1 ? ["*"] : [];
        await target[remove](...fixed, ...matched, ...options);
        if (!how.fixed) await assert.rejects(target.get(group, service, ...ids), { statusCode: 404 });
      }
    });
  });
}
