// Opens reports in Chromium and holds them to what readers need.
//
//   node report.mjs [--shots DIR] [--time] FOLDER…
//
// Each folder is what `levelset scan --out` or `levelset report --out` wrote: report.html is opened from disk, and held
// against summary.json beside it. CHROMIUM names the browser (default: /usr/bin/chromium).
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const words = process.argv.slice(2);
const option = (name) => { const at = words.indexOf(name); return at < 0 ? null : words.splice(at, 2)[1]; };
const flag = (name) => { const at = words.indexOf(name); return at >= 0 && words.splice(at, 1).length === 1; };
const shots = option("--shots");
const timed = flag("--time");
if (words.length === 0) { console.error("usage: node report.mjs [--shots DIR] [--time] FOLDER…"); process.exit(2); }
if (shots) mkdirSync(shots, { recursive: true });

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };
const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Containers have no user namespaces for the sandbox.
  args: ["--no-sandbox"],
});
let failed = 0;
for (const folder of words) {
  const file = resolve(folder, "report.html");
  const summaryFile = resolve(folder, "summary.json");
  const it = { name: basename(resolve(folder)), file, url: pathToFileURL(file).href, summary: JSON.parse(readFileSync(summaryFile, "utf8")) };
  const checks = timed ? [times] : [markup, quiet, accessible, wide, narrow, findsAndSorts, opens, linksArrive, keyboard, themes, prints, withoutProgram];
  for (const check of checks) {
    try {
      await check(it);
      console.log(`ok    ${it.name}: ${check.name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${it.name}: ${check.name}: ${error.message}`);
    }
  }
}
await browser.close();
process.exit(failed === 0 ? 0 : 1);

// Opens a page; whatever it asks for, says or throws is an error, told when the page is closed.
async function open(it, { hash = "", viewport = WIDE, scheme = "light", javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: scheme, javaScriptEnabled, reducedMotion: "reduce" });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) wrong.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { wrong.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url().split("#")[0] !== it.url) wrong.push(`request: ${request.url().slice(0, 200)}`); });
  page.on("popup", () => wrong.push("a window was opened"));
  await page.goto(it.url + hash);
  if (javaScriptEnabled) await page.waitForSelector("html[data-ready]", { state: "attached", timeout: 30_000 });
  page.done = async () => {
    await page.waitForTimeout(50);
    await context.close();
    assert.deepEqual(wrong, []);
  };
  return page;
}

// What can be told from the text of the file alone.
async function markup(it) {
  const text = readFileSync(it.file, "utf8");
  assert.match(text, /^<!doctype html>\n<html lang="en">/);
  assert.match(text, /default-src 'none'/);
  assert.equal(text.match(/<script/g).length, 2, "the data and the program are the only scripts");
  assert.equal(text.match(/<\/script>/g).length, 2);
  assert.doesNotMatch(text, /<(link|img|iframe|object|embed|base)\b/);
}

// No error, no request, nothing run, nothing that a text could have made.
async function quiet(it) {
  const page = await open(it);
  const found = await page.evaluate(() => ({
    scripts: document.scripts.length,
    foreign: document.querySelectorAll("img, iframe, object, embed, link, base, [style]").length,
    handlers: [...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => a.name.startsWith("on"))).length,
    links: [...document.querySelectorAll("a")].map((a) => a.getAttribute("href")).filter((href) => !/^(#|https:\/\/)/.test(href)),
    misleading: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/.exec(document.body.innerText)?.[0].codePointAt(0) ?? null,
  }));
  assert.deepEqual(found, { scripts: 2, foreign: 0, handlers: 0, links: [], misleading: null });
  await page.done();
}

// Everything that a click opens, opened: so that it is checked too.
async function openAll(page) {
  await page.evaluate(() => {
    for (const it of document.querySelectorAll("details")) it.open = true;
    for (const section of document.querySelectorAll("section")) {
      for (const button of [...section.querySelectorAll('[aria-expanded="false"]')].filter((b) => b.offsetParent).slice(0, 2)) button.click();
    }
  });
}

async function accessible(it) {
  for (const scheme of ["light", "dark"]) {
    for (const viewport of [WIDE, NARROW]) {
      const page = await open(it, { scheme, viewport });
      await openAll(page);
      await held(page, `${scheme} at ${viewport.width}`);
      const repository = page.locator("#repository-table tbody a").first();
      await repository.click();
      await page.waitForSelector("dialog[open]");
      await held(page, `a repository, ${scheme} at ${viewport.width}`);
      await page.done();
    }
  }
}

async function held(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical" || impact === "moderate")
    .map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary.split("\n").slice(1, 2).join(" ").trim().slice(0, 300)}`);
  assert.deepEqual(told, [], where);
}

async function fits(page) {
  const { inside, page: width } = await page.evaluate(() => ({ inside: innerWidth, page: document.documentElement.scrollWidth }));
  assert.ok(width <= inside, `the page is ${width} wide in a window of ${inside}`);
}

async function wide(it) {
  const page = await open(it);
  assert.equal(await page.locator("h2").first().textContent(), `Level ${it.summary.level.low} of 4: ${it.summary.level.name}`);
  await fits(page);
  if (shots) await page.screenshot({ path: join(shots, `${it.name}-1280.png`) });
  // The first screen says where it stands and the first thing to do.
  for (const first of ["#where h2", ".ladder", "#next li"]) {
    if (it.summary.next.length === 0 && first.startsWith("#next")) continue;
    const box = await page.locator(first).first().boundingBox();
    assert.ok(box.y + Math.min(box.height, 100) < WIDE.height, `${first} is on the first screen`);
  }
  await page.done();
}

async function narrow(it) {
  for (const width of [390, 320]) {
    const page = await open(it, { viewport: { width, height: 844 } });
    await fits(page);
    await openAll(page);
    await fits(page);
    if (shots && width === 390) {
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: join(shots, `${it.name}-390.png`) });
    }
    await page.done();
  }
}

async function findsAndSorts(it) {
  const page = await open(it);
  const repositories = it.summary.organisation.repositories.map(({ repo }) => repo);
  const section = page.locator("#repository-table");
  const status = section.locator('[role="status"]');
  const shown = () => section.locator("tbody tr th").allTextContents();
  assert.match(await status.textContent(), new RegExp(`${number(repositories.length)} repositor(y|ies)$`));
  // A search for a name finds what has it, and nothing else.
  const name = repositories.find((repo) => /^[\w./-]+$/.test(repo)) ?? repositories[0];
  const word = name.split("/").at(-1);
  await section.locator('input[type="search"]').fill(word);
  assert.ok((await shown()).includes(name), `${name} is found by ${word}`);
  await section.locator('input[type="search"]').fill("no such name at all");
  assert.equal(await status.textContent(), "No repositories found");
  await section.locator('input[type="search"]').fill("");
  // Sorting by name: down, then up again.
  const head = section.locator("thead th").first();
  const before = await shown();
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  const down = await shown();
  await head.locator("button").click();
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  assert.deepEqual(await shown(), before);
  if (repositories.length > 1) assert.notDeepEqual(down, before);
  // Indicators by verdict: as many as the status says, and all of them with it.
  const indicators = page.locator("#indicator-table");
  await indicators.locator("select").nth(1).selectOption("not-met");
  const verdicts = await indicators.locator("tbody tr:not(.detail) .mark").allTextContents();
  assert.ok(verdicts.every((text) => text.endsWith("not met")), verdicts.join());
  await indicators.locator("select").nth(1).selectOption("");
  // The steps of one level alone.
  await indicators.locator("select").first().selectOption("L1");
  assert.ok((await indicators.locator("tbody tr:not(.detail) td:nth-child(2)").allTextContents()).every((text) => text.includes("level 1")));
  // Every number of adoption's tables is in the summary.
  for (const [unit, tier] of [["repositories", "any"], ["teams", "most"], ["components", "all"]]) {
    await page.locator(`label[for="unit-${unit}"]`).click();
    await page.locator(`label[for="tier-${tier}"]`).click();
    const rows = page.locator(".adoption-table:not([hidden]) tbody tr");
    assert.equal(await page.locator(".adoption-table:not([hidden])").count(), 1);
    for (const [at, row] of it.summary.adoption.entries()) {
      const share = row.units.find((of) => of.unit === unit)[tier];
      const text = await rows.nth(at).locator("td").nth(2).textContent();
      if (share.of > 0) assert.ok(text.startsWith(`${number(share.n)} of ${number(share.of)}`), `${unit} ${tier}: ${text}`);
    }
  }
  await page.done();
}

async function opens(it) {
  const page = await open(it);
  // An indicator with evidence opens to the places.
  const row = it.summary.indicators.find(({ missing, counted }) => [...missing, ...counted].some(({ path }) => path));
  if (row) {
    await page.evaluate((id) => { location.hash = `#indicator/${id}`; }, row.id);
    const detail = page.locator("#indicator-table tr.detail");
    await detail.waitFor();
    const text = await detail.textContent();
    if (row.missing.length > 0) assert.ok(text.includes(`Counts against it (${number(row.missing.length)})`), text.slice(0, 300));
    if (row.counted.length > 0) assert.ok(text.includes(`Counts for it (${number(row.counted.length)})`), text.slice(0, 300));
    assert.ok((await detail.locator(".file").count()) > 0);
  }
  // So do findings, adoption and a group.
  const finding = it.summary.findings.find(({ count }) => count > 0);
  if (finding) {
    await page.locator(`#finding-table tr[data-rule="${finding.id}"] button`).click();
    assert.ok((await page.locator("#finding-table tr.detail .places li").count()) > 0);
  }
  const missing = it.summary.adoption.findIndex((row) => row.missing.length > 0);
  if (missing >= 0) {
    const button = page.locator(".adoption-table:not([hidden]) .open-cell").nth(missing).locator("button");
    await button.click();
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    assert.ok((await page.locator(".adoption-table:not([hidden]) tr.detail").textContent()).includes("Missing repositories"));
    await button.click();
    assert.equal(await page.locator(".adoption-table:not([hidden]) tr.detail").count(), 0);
  }
  const marks = page.locator(".flow button");
  if ((await marks.count()) > 0) {
    await marks.first().click();
    await page.locator("#group-table tr.detail").waitFor();
  }
  await page.done();
}

async function linksArrive(it) {
  const repo = it.summary.organisation.repositories[0].repo;
  let page = await open(it, { hash: `#repository/${repo.split("/").map(encodeURIComponent).join("/")}` });
  await page.locator("dialog[open] h2").waitFor();
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog:not([open])", { state: "attached" });
  await page.done();
  page = await open(it, { hash: "#indicator/shared-module-adoption" });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-expanded")), "true");
  await page.done();
  // What names nothing does nothing.
  page = await open(it, { hash: "#repository/%E0%A4%A" });
  await page.done();
}

// The page by keyboard alone: the skip link, every control seen when it has the focus, evidence and a repository opened.
async function keyboard(it) {
  const page = await open(it);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const seen = new Set();
  for (let n = 0; n < 150; n += 1) {
    await page.keyboard.press("Tab");
    const on = await page.evaluate(() => {
      const it = document.activeElement;
      if (it === document.body) return null;
      it.dataset.walked ??= String((window.walked = (window.walked ?? 0) + 1));
      const label = it.labels?.[0];
      const drawn = it.type === "radio" ? label : it;
      const box = drawn.getBoundingClientRect();
      const style = getComputedStyle(drawn);
      const name = it.getAttribute("aria-label") ?? label?.textContent ?? it.textContent;
      return { number: it.dataset.walked, html: it.outerHTML.slice(0, 120), name: name.trim(), size: box.width * box.height, inside: box.bottom > 0 && box.top < innerHeight, outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 };
    });
    if (on === null) break;
    assert.ok(on.name.length > 0, `no name: ${on.html}`);
    assert.ok(on.size > 0 && on.inside && on.outline, `not seen: ${JSON.stringify(on)}`);
    assert.ok(!seen.has(on.number), `the focus goes round: ${on.html}`);
    seen.add(on.number);
  }
  assert.ok(seen.size > 20, `${seen.size} controls were reached`);
  await page.locator("#indicator-table tbody button").first().focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#indicator-table tr.detail").count(), 1);
  await page.locator("#repository-table tbody a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog:not([open])", { state: "attached" });
  assert.ok(await page.evaluate(() => document.activeElement.closest("#repository-table") !== null), "the focus is back where it was");
  await page.done();
}

async function themes(it) {
  const page = await open(it, { scheme: "dark" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.locator("#theme").click();
  const light = await paper();
  assert.notEqual(dark, light);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await paper(), light, "paper is white");
  await page.done();
}

async function prints(it) {
  const page = await open(it);
  const pdf = await page.pdf({ format: "A4" });
  assert.ok(pdf.length > 20_000 && pdf.subarray(0, 5).toString() === "%PDF-", `${pdf.length} bytes`);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("nav").isVisible(), false);
  assert.ok(await page.locator("#where h2").isVisible());
  await page.done();
}

async function withoutProgram(it) {
  const page = await open(it, { javaScriptEnabled: false });
  const text = await page.locator("body").innerText();
  assert.ok(text.includes(`Level ${it.summary.level.low} of 4: ${it.summary.level.name}`));
  assert.ok(text.includes("What to do next"));
  if (it.summary.next.length > 0) assert.ok((await page.locator("#next .steps > li").count()) === it.summary.next.length);
  assert.ok(await page.locator(".adoption-table table").first().isVisible());
  assert.equal(await page.locator("#indicator-table tbody tr").count(), it.summary.indicators.length);
  assert.match(text, /are listed here where JavaScript is allowed/);
  assert.equal(await page.locator("#theme").isVisible(), false);
  await page.done();
}

// How large a page is, how long it takes until it can be used, and how long a search, a sort and a filter take.
async function times(it) {
  const page = await open(it);
  const ready = await page.evaluate(() => Math.round(performance.getEntriesByName("ready")[0].startTime));
  const taken = await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const of = async (does) => { const start = performance.now(); does(); await frame(); return Math.round(performance.now() - start); };
    const input = document.querySelector("#repository-table input[type=search]");
    const type = (text) => () => { input.value = text; input.dispatchEvent(new Event("input")); };
    const select = document.querySelector("#indicator-table").querySelectorAll("select")[3];
    const choose = () => { select.value = select.options[Math.min(2, select.options.length - 1)].value; select.dispatchEvent(new Event("change")); };
    const places = document.querySelector("#place-table input[type=search]");
    const typePlaces = (text) => () => { places.value = text; places.dispatchEvent(new Event("input")); };
    return {
      "first search": await of(type("s")), "search": await of(type("sho")), "search back": await of(type("")),
      "sort": await of(() => document.querySelector("#repository-table thead th:nth-child(6) button").click()),
      "filter indicators by team": await of(choose),
      ...(places ? { "first search of findings": await of(typePlaces("m")), "search of findings": await of(typePlaces("main")) } : {}),
      "open a repository": await of(() => { location.hash = document.querySelector("#repository-table tbody a").hash; }),
    };
  });
  const memory = await page.evaluate(() => Math.round((performance.memory?.usedJSHeapSize ?? 0) / 1e6));
  console.log(`      ${it.name}: ${number(statSync(it.file).size)} bytes; ready after ${ready} ms; heap ${memory} MB; ms: ${JSON.stringify(taken)}`);
  await page.done();
}
