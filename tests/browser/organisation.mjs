// Makes facts of a large organisation, or of a hostile one, out of those of a small one.
//
//   node organisation.mjs FACTS.jsonl 5000   5,000 repositories: copies of those in the file that differ in names, teams,
//                                            and, some of them, in what their pipelines do
//   node organisation.mjs FACTS.jsonl hostile   the same repositories with names and texts that attack a page
//
// Prints the lines that `levelset report` reads. The same input gives the same output.
import { readFileSync } from "node:fs";

const [, , file, what] = process.argv;
const all = readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line));

// Numbers that look random and are the same each time (mulberry32).
let seed = 20260201;
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const hex = (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");

function copy(facts, number) {
  const it = structuredClone(facts);
  if (number === 0) return it;
  if (it.repo.identity) it.repo.identity.name += `-${number}`;
  it.repo.folder += `-${number}`;
  it.repo.commit = it.repo.commit && hex(40);
  // What copies offer, nobody uses: it would be named like the first one's.
  it.offers = it.offers.filter(() => random() < 0.1);
  for (const rule of it.owners) rule.owners = rule.owners?.map((owner) => `${owner}-${number % 40}`);
  for (const pipeline of it.pipelines) {
    if (random() < 0.5) continue;
    pipeline.exact = hex(32);
    if (random() < 0.5) continue;
    const steps = Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({ run: [`tool-${hex(4)} run`] }));
    pipeline.jobs?.[0]?.steps?.push(...steps);
  }
  return it;
}

const HOSTILE = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\" autofocus onfocus=\"alert(1)",
  "' onmouseover='alert(1)",
  "<!--<script>",
  "]]>&lt;b&gt;&amp;",
  "\u202egnirts\u202c\u2066\u2069\u200b",
  "line\u2028separator\u2029and\nfeed\u0000",
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}`",
  "x".repeat(10_000),
  "名前 עברית العربية 😀\ud83d\udc68\u200d\ud83d\udcbb",
];
let n_hostile = 0;
const hostile = () => HOSTILE[n_hostile++ % HOSTILE.length];

// The keys whose texts people write, and whose texts nothing is decided by.
const WRITTEN = new Set(["path", "name", "written", "detail", "tool", "branch", "id", "ref", "owners", "description", "text"]);
function attack(value, key) {
  if (typeof value === "string") return WRITTEN.has(key) ? `${value}${hostile()}` : value;
  if (Array.isArray(value)) return value.map((it) => attack(it, key));
  if (value === null || typeof value !== "object") return value;
  // Who a repository is, is checked when facts are read.
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, name === "identity" ? it : attack(it, name)]));
}

function* lines() {
  if (what === "hostile") {
    for (const it of all) {
      const changed = attack(it, "");
      changed.repo.folder = `${it.repo.folder}${hostile().slice(0, 60)}`;
      yield changed;
    }
    // One of each, so that each name stands in the table of repositories.
    for (const text of HOSTILE) {
      const it = structuredClone(all[0]);
      it.repo.identity = n_hostile++ % 2 === 0 ? null : { host: "github.com", owner: "acme", name: text.replaceAll("/", "").slice(0, 60) };
      // A repository's SARIF file is named like it, and no file's name may be as long as a text may.
      it.repo.folder = text.slice(0, 60);
      yield it;
    }
    return;
  }
  const n = Number(what);
  if (!Number.isInteger(n)) throw new Error("usage: node organisation.mjs FACTS.jsonl NUMBER|hostile");
  for (let number = 0; number < n; number += 1) yield copy(all[number % all.length], Math.floor(number / all.length));
}
for (const line of lines()) process.stdout.write(`${JSON.stringify(line)}\n`);
