// Calls Microsoft's JavaScript SDKs, as told by lines of JSON on standard input: the operation group
// ("network.virtualNetworks"), the method, its arguments, and whether to wait for the end. Answers
// each by a line: every status that came over the wire in order, then the result or the refusal.
//
// The clock of the emulator is virtual: where Azure says "come back later", time is moved there.

import readline from "node:readline";
import { ComputeManagementClient } from "@azure/arm-compute";
import { NetworkManagementClient } from "@azure/arm-network";
import { PostgreSQLManagementFlexibleServerClient } from "@azure/arm-postgresql-flexible";
import { PrivateDnsManagementClient } from "@azure/arm-privatedns";
import { ResourceManagementClient } from "@azure/arm-resources";

const [url, subscription] = process.argv.slice(2);
let token = "";

const credential = {
  getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3600_000 }),
};

const movesTime = {
  name: "movesTime",
  async sendRequest(request, next) {
    const response = await next(request);
    const runs = /"status": "(InProgress|Creating|Updating)"/.test(response.bodyAsText ?? "");
    const later = response.headers.get("retry-after") ?? (runs ? "10" : null);
    if (response.status < 400 && later) {
      const body = JSON.stringify({ seconds: Number(later) });
      await fetch(`${url}/_emulator/advance`, { method: "POST", body });
      response.headers.delete("retry-after");
    }
    return response;
  },
};

const options = {
  endpoint: url,
  credentialScopes: "https://management.azure.com/.default",
  retryOptions: { maxRetries: 0 },
  additionalPolicies: [{ policy: movesTime, position: "perCall" }],
};

const clients = {
  compute: new ComputeManagementClient(credential, subscription, options),
  dns: new PrivateDnsManagementClient(credential, subscription, options),
  network: new NetworkManagementClient(credential, subscription, options),
  postgresql: new PostgreSQLManagementFlexibleServerClient(credential, subscription, options),
  resources: new ResourceManagementClient(credential, subscription, options),
};

/** The SDKs show what ARM calls properties on the object itself; what is there already is renamed. */
function flat(value) {
  if (Array.isArray(value)) return value.map(flat);
  if (value === null || typeof value !== "object") return value;
  const { properties = {}, ...rest } = value;
  const inner = "type" in properties ? { ...properties, typePropertiesType: properties.type } : properties;
  return Object.fromEntries(Object.entries({ ...rest, ...inner }).map(([key, each]) => [key, flat(each)]));
}

/** The first answer of what takes a while, or its end. */
async function finished(answer, wait) {
  if (answer && typeof answer[Symbol.asyncIterator] === "function") {
    const items = [];
    for await (const item of answer) items.push(item);
    return items;
  }
  if (!wait && answer && typeof answer.submitted === "function") {
    await answer.submitted();
    return null;
  }
  return await answer;
}

async function call({ group, method, names, body, wait }) {
  const statuses = [];
  const settings = {
    onResponse: (raw) => statuses.push(raw.status),
    updateIntervalInMs: 1,
  };
  const given = body === null ? names : [...names, flat(body)];
  const [client, operations] = group.split(".");
  try {
    const target = clients[client][operations];
    const begin = `begin${method[0].toUpperCase()}${method.slice(1)}`;
    const result = target[method]
      ? await finished(target[method](...given, settings), wait)
      : await finished(target[wait ? `${begin}AndWait` : begin](...given, settings), wait);
    return { statuses, result: wait ? (result ?? null) : null };
  } catch (error) {
    const code = error.code ?? error.details?.error?.code ?? error.details?.code ?? error.name;
    return { statuses, status: error.statusCode ?? 0, code, message: String(error.message) };
  }
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  token = request.token;
  process.stdout.write(`${JSON.stringify(await call(request))}\n`);
}
