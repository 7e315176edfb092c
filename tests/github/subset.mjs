// Of GitHub's OpenAPI description only what levelset asks for, with all that it refers to: the whole takes a validator ten
// seconds to load.
//
//   node subset.mjs api.github.com.json > subset.json
import { readFileSync } from "node:fs";

const ASKED = [
  ["/orgs/{org}/repos", "get"],
  ["/users/{username}/repos", "get"],
  ["/installation/repositories", "get"],
  ["/repos/{owner}/{repo}", "get"],
  ["/repos/{owner}/{repo}/code-scanning/sarifs", "post"],
  ["/repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}", "get"],
  ["/orgs/{org}/installation", "get"],
  ["/users/{username}/installation", "get"],
  ["/app/installations/{installation_id}/access_tokens", "post"],
];

const all = JSON.parse(readFileSync(process.argv[2], "utf8"));
const subset = { openapi: all.openapi, info: all.info, servers: [{ url: "/" }], paths: {}, components: {} };
const refer = (it) => {
  if (Array.isArray(it)) return it.forEach(refer);
  if (it === null || typeof it !== "object") return;
  const [, kind, name] = /^#\/components\/([^/]+)\/(.+)$/.exec(typeof it.$ref === "string" ? it.$ref : "") ?? [];
  if (kind && !subset.components[kind]?.[name]) {
    const found = all.components[kind][name];
    (subset.components[kind] ??= {})[name] = found;
    refer(found);
  }
  Object.values(it).forEach(refer);
};
for (const [path, method] of ASKED) {
  const operation = all.paths[path]?.[method];
  if (!operation) throw new Error(`GitHub's description has no ${method} ${path}`);
  (subset.paths[path] ??= {})[method] = operation;
  refer(operation);
}
console.log(JSON.stringify(subset));
