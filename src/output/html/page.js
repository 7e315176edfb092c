// The page's program: draws what may be long from the data in the page, some rows at a time; sorts, filters, opens.
// It asks no server for anything, and writes texts as texts: nothing in the data becomes markup.
"use strict";
(() => {
  const D = JSON.parse(document.getElementById("data").textContent);
  const T = (n) => D.texts[n];
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const counted = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;
  const repositories = (n) => counted(n, "repository", "repositories");
  const spaced = (word) => word.replaceAll("-", " ");

  // Characters that turn the order of what is written, or that can't be seen, stand as escapes.
  const MISLEADING = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
  const shown = (text) => text.replace(MISLEADING, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
  const MOST_LETTERS = 300;
  const short = (text, most = MOST_LETTERS) => (text.length > most ? `${[...text.slice(0, most)].join("")}…` : text);

  // Elements

  const SVG = new Set(["svg", "rect", "circle", "line", "path", "g", "title"]);
  // An element: attributes by name, `on` for what it listens to; children are elements, or texts.
  function h(tag, attributes, ...children) {
    const it = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === false || value === null || value === undefined) continue;
      if (name === "on") for (const [event, does] of Object.entries(value)) it.addEventListener(event, does);
      else it.setAttribute(name, value === true ? "" : value);
    }
    it.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "")
      .map((child) => (typeof child === "string" ? shown(child) : child)));
    return it;
  }
  const by = (id) => document.getElementById(id);
  const replace = (id, ...children) => by(id).replaceChildren(...children.flat().filter(Boolean));

  const MARKS = { "met": ["✓", "met"], "not-met": ["✗", "not met"], "unknown": ["?", "can't be told"], "not-applicable": ["–", "not applicable"] };
  const verdict = (word) => h("span", { class: `mark ${word}` }, h("span", { "aria-hidden": "true" }, MARKS[word][0]), ` ${MARKS[word][1]}`);

  // Places

  const R = D.repositories;
  const repoName = (n) => (n >= 0 ? T(R[n].id) : n < -1 ? T(-2 - n) : "");
  const repoNumbers = new Map(R.map((it, n) => [T(it.id), n]));
  const repoHash = (name) => `#repository/${name.split("/").map(encodeURIComponent).join("/")}`;
  function repoLink(n) {
    if (n === -1) return "";
    const name = repoName(n);
    return n < 0 ? h("span", {}, short(name, 120)) : h("a", { class: "repository", href: repoHash(name) }, short(name, 120));
  }
  // Where a forge shows a line of a file; nothing where it is not known.
  function address(repo, path, line) {
    const it = R[repo];
    if (!it || it.form === 0) return null;
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    if (it.form === 3) {
      const lines = line > 0 ? `&line=${line}&lineEnd=${line + 1}&lineStartColumn=1&lineEndColumn=1` : "";
      return `${T(it.prefix)}?path=/${encoded}&version=${T(it.version)}${lines}`;
    }
    if (line === 0) return T(it.prefix) + encoded;
    // Of prose forges show the page, which has no lines, unless they are asked for its source.
    const source = /\.(md|markdown|rst|adoc)$/i.test(path) ? "?plain=1" : "";
    return T(it.prefix) + encoded + (it.form === 2 ? `#lines-${line}` : `${source}#L${line}`);
  }
  function file(repo, pathText, line) {
    if (pathText < 0) return "";
    const path = T(pathText);
    const words = line > 0 ? `${path}:${line}` : path;
    const href = address(repo, path, line);
    if (href) return h("a", { class: "file", href, rel: "noreferrer" }, short(words));
    const copy = h("button", { type: "button", class: "copy", "aria-label": `Copy ${short(shown(words), 80)}`, on: { click: () => {
      const done = () => { copy.textContent = "copied"; };
      const failed = () => { copy.textContent = "can't copy"; };
      if (navigator.clipboard) navigator.clipboard.writeText(words).then(done, failed);
      else failed();
    } } }, "copy");
    return h("span", {}, h("span", { class: "file" }, short(words)), copy);
  }
  const AT_ONCE = 20;
  // A list of places, some at a time. `keep` says which repositories count; `what` how the fourth number is told.
  function places(all, { keep, what, where = "summary.json", order } = {}) {
    const rows = [];
    for (let at = 0; at < all.at.length; at += 4) if (!keep || keep(all.at[at])) rows.push(at);
    if (order) rows.sort((a, b) => order(a / 4) - order(b / 4));
    const list = h("ul", { class: "places" });
    const box = h("div", {}, list);
    let next = 0;
    const row = (at) => {
      const [repo, path, line, text] = all.at.slice(at, at + 4);
      return h("li", {}, repoLink(repo), file(repo, path, line), what ? what(text, at / 4) : h("span", { class: "quiet" }, short(T(text))));
    };
    const more = h("button", { type: "button", on: { click: () => {
      const first = list.childElementCount;
      add(200);
      list.children[first]?.querySelector("a, button")?.focus();
    } } });
    function add(n) {
      list.append(...rows.slice(next, next + n).map(row));
      next = Math.min(rows.length, next + n);
      const left = rows.length - next;
      if (left > 0) { more.textContent = `Show ${number(Math.min(left, 200))} more of ${number(left)}`; box.append(more); } else more.remove();
    }
    add(AT_ONCE);
    if (rows.length === 0) list.replaceWith(h("p", { class: "quiet" }, "none"));
    const cut = all.n - all.at.length / 4;
    if (cut > 0) box.append(h("p", { class: "quiet" }, `${number(cut)} more are in ${where}: a page holds ${number(D.most_places)} of a list.`));
    return box;
  }
  const count = (all, keep) => {
    if (!keep) return all.n;
    let n = 0;
    for (let at = 0; at < all.at.length; at += 4) if (keep(all.at[at])) n += 1;
    return n;
  };

  // Tables: the rows that pass the filters, sorted, a page at a time.

  const PAGE = matchMedia("(max-width: 40rem)").matches ? 15 : 30;
  const tables = [];
  let n_tables = 0;
  function table({ into, caption, rows, columns, filters = [], search, detail, noun, sorted, key, placeholder, paper = 40 }) {
    const id = `table-${(n_tables += 1)}`;
    const state = { page: 0, sort: sorted ?? null, query: "", values: filters.map((it) => it.value ?? ""), opened: new Set(), size: PAGE };
    const haystack = new Array(rows.length);
    const hay = (n) => (haystack[n] ??= search(rows[n]).toLowerCase());
    let found = [];
    const body = h("tbody");
    const heads = columns.map((it, at) => {
      if (!it.by) return h("th", { scope: "col" }, it.name);
      return h("th", { scope: "col" }, h("button", { type: "button", on: { click: () => {
        const down = state.sort?.at === at ? !state.sort.down : Boolean(it.downFirst);
        state.sort = { at, down };
        state.page = 0;
        update();
      } } }, it.name));
    });
    const status = h("span", { role: "status" });
    const back = h("button", { type: "button", on: { click: () => { state.page -= 1; update(); } } }, "Previous");
    const forth = h("button", { type: "button", on: { click: () => { state.page += 1; update(); } } }, "Next");
    const pager = h("div", { class: "pager" }, status, back, forth);

    function find() {
      const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
      const tests = filters.map((it, at) => (state.values[at] === "" ? null : it.test(state.values[at]))).filter(Boolean);
      found = [];
      for (let n = 0; n < rows.length; n += 1) {
        if (tests.every((test) => test(rows[n])) && words.every((word) => hay(n).includes(word))) found.push(n);
      }
      if (state.sort) {
        const { by: of } = columns[state.sort.at];
        const sign = state.sort.down ? -1 : 1;
        const keys = new Map(found.map((n) => [n, of(rows[n])]));
        found.sort((a, b) => {
          const [x, y] = [keys.get(a), keys.get(b)];
          // What has no value comes last, whichever way it is sorted.
          if (x === null || y === null) return (x === null) - (y === null) || a - b;
          return (x < y ? -sign : x > y ? sign : 0) || a - b;
        });
      }
    }
    function draw() {
      const pages = Math.max(1, Math.ceil(found.length / state.size));
      state.page = Math.max(0, Math.min(state.page, pages - 1));
      const first = state.page * state.size;
      const part = found.slice(first, first + state.size);
      body.replaceChildren(...part.flatMap(drawn));
      heads.forEach((th, at) => {
        if (state.sort?.at === at) th.setAttribute("aria-sort", state.sort.down ? "descending" : "ascending");
        else th.removeAttribute("aria-sort");
      });
      status.textContent = found.length === 0 ? `No ${noun[1]} found`
        : found.length <= state.size ? counted(found.length, ...noun)
        : `${number(first + 1)} to ${number(first + part.length)} of ${counted(found.length, ...noun)}`;
      back.hidden = forth.hidden = pages === 1;
      back.disabled = state.page === 0;
      forth.disabled = state.page === pages - 1;
    }
    const update = () => { find(); draw(); };
    function drawn(n) {
      const cells = columns.map((it, at) => {
        const content = it.cell(rows[n]);
        const open = at === 0 && detail && opener(n, content);
        const cell = h(it.head ? "th" : "td", { class: it.class, scope: it.head ? "row" : null, "data-label": it.head ? null : it.name }, open || content);
        return cell;
      });
      const tr = h("tr", { class: state.opened.has(n) ? "opened" : null, "data-row": n }, cells);
      return state.opened.has(n) ? [tr, detailRow(n)] : [tr];
    }
    const detailRow = (n) => h("tr", { class: "detail", id: `${id}-detail-${n}` }, h("td", { colspan: columns.length }, detail(rows[n])));
    function opener(n, content) {
      const button = h("button", { type: "button", class: "plain", "aria-expanded": String(state.opened.has(n)), "aria-controls": `${id}-detail-${n}`, on: { click: () => toggle(n) } }, content);
      return button;
    }
    function toggle(n) {
      const tr = body.querySelector(`tr[data-row="${n}"]`);
      if (!tr) return;
      if (state.opened.delete(n)) tr.nextElementSibling.remove();
      else { state.opened.add(n); tr.after(detailRow(n)); }
      tr.classList.toggle("opened", state.opened.has(n));
      tr.querySelector("[aria-expanded]").setAttribute("aria-expanded", String(state.opened.has(n)));
    }
    // Shows the row of a key, opened, whatever the filters are.
    function reveal(name) {
      const n = rows.findIndex((it) => key(it) === name);
      if (n < 0) return false;
      if (!found.includes(n)) clear();
      state.page = Math.floor(found.indexOf(n) / state.size);
      state.opened.add(n);
      draw();
      const tr = body.querySelector(`tr[data-row="${n}"]`);
      tr.scrollIntoView({ block: "start" });
      tr.querySelector("button, a")?.focus({ preventScroll: true });
      return true;
    }
    const inputs = filters.map((it, at) => control(it, (value) => { state.values[at] = value; state.page = 0; update(); }));
    const query = search && h("input", { type: "search", placeholder: placeholder ?? null, on: { input: () => { state.query = query.value; state.page = 0; update(); } } });
    function clear() {
      state.query = "";
      if (query) query.value = "";
      filters.forEach((it, at) => set(at, ""));
      update();
    }
    function set(at, value) {
      state.values[at] = value;
      const input = inputs[at].querySelector("select, input");
      if (input.type === "checkbox") input.checked = value !== "";
      else input.value = value;
    }
    const bar = (query || inputs.length > 0) && h("div", { class: "filters" },
      query && h("label", { class: "wide" }, `Search ${noun[1]}`, query), inputs);
    const label = `Table: ${caption}`;
    into.replaceChildren(...[bar, h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": label },
      h("table", { class: "stack", id }, h("caption", {}, caption), h("thead", {}, h("tr", {}, heads)), body)), pager].filter(Boolean));
    const it = {
      reveal, update, clear, state,
      filter: (at, value) => { clear(); set(at, value); state.page = 0; update(); },
      // On paper there are no pages to turn: of a long table its beginning.
      printed: (is) => { state.size = is ? paper : PAGE; draw(); },
    };
    tables.push(it);
    update();
    return it;
  }
  function control({ name, options, check }, changed) {
    if (check) {
      const input = h("input", { type: "checkbox", on: { change: () => changed(input.checked ? "yes" : "") } });
      input.checked = check === "checked";
      return h("label", { class: "check" }, input, name);
    }
    const select = h("select", { on: { change: () => changed(select.value) } },
      h("option", { value: "" }, "all"), options.map(([value, words]) => h("option", { value }, short(words, 60))));
    return h("label", {}, name, select);
  }

  // Teams

  const teamName = (it) => (it.name < 0 ? "unowned" : T(it.name));
  const teamsOf = R.map(() => []);
  D.teams.forEach((team, n) => team.repositories.forEach((repo) => teamsOf[repo]?.push(n)));
  const ofTeam = D.teams.map((team) => new Set(team.repositories));
  const teamOptions = D.teams.map((team, n) => [String(n), teamName(team)]);
  const teamFilter = (repoOf) => ({ name: "Team", options: teamOptions, test: (n) => (row) => ofTeam[n].has(repoOf(row)) });

  // Adoption

  const UNITS = ["repositories", "teams", "components", "calls"];
  const ARTIFACTS = [...document.querySelectorAll('.adoption-table[data-unit="repositories"][data-tier="any"] tbody th')].map((it) => it.textContent);
  function adoption() {
    const boxes = [...document.querySelectorAll(".adoption-table")];
    const switches = document.querySelector(".switches");
    switches.hidden = false;
    const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
    const choose = () => {
      const unit = chosen("unit");
      // Calls are one by one: they have no tiers.
      for (const input of document.querySelectorAll('input[name="tier"]')) input.disabled = unit === "calls";
      const tier = unit === "calls" ? "any" : chosen("tier");
      for (const box of boxes) box.hidden = box.dataset.unit !== unit || box.dataset.tier !== tier;
    };
    switches.addEventListener("change", choose);
    for (const cell of document.querySelectorAll(".open-cell")) {
      const number_of = Number(cell.dataset.artifact);
      const it = D.adoption[number_of];
      const unit = cell.closest(".adoption-table").dataset.unit;
      const names = it.names[unit] ?? [];
      const byName = unit === "teams" || unit === "components";
      const missing = byName ? names.length : it.missing.n;
      const any = it.adopters.n + it.missing.n + it.unknown.n + it.providers.length;
      if (any === 0) { cell.textContent = "–"; continue; }
      const tier = cell.closest(".adoption-table").dataset.tier;
      const words = missing === 0 ? "list" : tier === "any" ? `${number(missing)} missing` : `${number(missing)} use none`;
      const id = `adoption-${unit}-${cell.closest(".adoption-table").dataset.tier}-${number_of}`;
      const button = h("button", { type: "button", class: "plain", "aria-expanded": "false", "aria-controls": id, on: { click: () => {
        const tr = cell.parentElement;
        const is_open = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!is_open));
        if (is_open) tr.nextElementSibling.remove();
        else tr.after(h("tr", { class: "detail", id }, h("td", { colspan: 5 }, detail(it, byName ? unit : null, names))));
      } } }, words, h("span", { class: "hidden-words" }, `: ${ARTIFACTS[number_of] ?? ""}`));
      cell.replaceChildren(button);
    }
    function detail(it, unit, names) {
      return [
        unit && names.length > 0 && [h("h3", { class: "small" }, `Missing ${unit} (${number(names.length)})`), h("p", {}, short(names.map(T).join(", "), 4000))],
        section("Missing repositories, those that use most of what else is shared first", it.missing),
        section("Repositories of which it can't be told", it.unknown),
        section("Repositories that use it", it.adopters),
        it.providers.length > 0 && [h("h3", { class: "small" }, `Providers, left out (${number(it.providers.length)})`), h("ul", { class: "names" }, it.providers.map((n) => h("li", {}, repoLink(n))))],
      ].filter(Boolean).flat();
    }
    replace("adoption-detail");
  }
  const section = (words, all, options) => {
    const n = count(all, options?.keep);
    return n > 0 && [h("h3", { class: "small" }, `${words} (${number(n)})`), places(all, options)];
  };

  // Pipelines

  const WIDTH = 8;
  const P = [];
  for (let at = 0; at < D.pipelines.length; at += WIDTH) {
    const [repo, path, line, system, purpose, delivers, kind, group] = D.pipelines.slice(at, at + WIDTH);
    P.push({ repo, path, line, system, purpose, delivers: delivers === 1, kind, group });
  }
  // What a pipeline is to the others: see the legend.
  function place_of(it) {
    const group = D.groups[it.group];
    const calls_own = group?.callers && group.calls.every((call) => T(call).startsWith("./"));
    if (it.kind === 0 || (group?.callers && !calls_own)) return "shared";
    if (group && !group.callers && group.repositories > 1) return "copied";
    if (group) return "repeated";
    return "alone";
  }
  const KINDS = {
    shared: ["only call a shared template", "only calls a shared template"],
    copied: ["are copied across repositories", "is copied across repositories"],
    repeated: ["are alike only within one repository", "is alike only within one repository"],
    alone: ["are like no other", "is like no other"],
  };
  const kindWords = (kind, n) => `${number(n)} ${KINDS[kind][n === 1 ? 1 : 0]}`;
  const SIZE = 16;
  // One mark: the shape tells what it is as well as the colour.
  function mark(kind, x, y) {
    const middle = { cx: x + SIZE / 2, cy: y + SIZE / 2 };
    if (kind === "shared") return h("circle", { class: "shape-shared", ...middle, r: 6 });
    if (kind === "copied") return h("rect", { class: "shape-copied", x: x + 2.5, y: y + 2.5, width: 11, height: 11 });
    if (kind === "repeated") return h("rect", { class: "shape-repeated", x: x + 3.5, y: y + 3.5, width: 9, height: 9 });
    return h("circle", { class: "shape-alone", ...middle, r: 5.2 });
  }
  // Marks of one kind in rows; those of a group hang on one line.
  function marks(kind, n, grouped) {
    const wide = Math.min(n, grouped ? 10 : 16);
    const rows = Math.ceil(n / wide);
    const top = grouped ? 5 : 0;
    const high = rows * (SIZE + top);
    const svg = h("svg", { width: wide * SIZE, height: high, viewBox: `0 0 ${wide * SIZE} ${high}`, "aria-hidden": "true" });
    for (let row = 0; row < rows; row += 1) {
      const of = Math.min(wide, n - row * wide);
      const y = row * (SIZE + top);
      if (grouped) {
        const drops = Array.from({ length: of }, (_, at) => `M${at * SIZE + SIZE / 2} ${y + 1.5}v5`).join("");
        svg.append(h("path", { class: kind === "shared" ? "line-shared" : "line-copied", d: `M2 ${y + 1.5}H${of * SIZE - 2}${drops}` }));
      }
      for (let at = 0; at < of; at += 1) svg.append(mark(kind, at * SIZE, y + top));
    }
    return svg;
  }
  const MOST_MARKS = 400;
  const MOST_GROUPS = 40;
  function picture(box, running) {
    const all = P.filter((it) => running || it.delivers);
    if (all.length === 0) { box.replaceChildren(h("p", {}, "No pipelines were found.")); return; }
    const systems = new Map();
    const totals = { shared: 0, copied: 0, repeated: 0, alone: 0 };
    for (const it of all) {
      const kind = place_of(it);
      totals[kind] += 1;
      const of = systems.get(it.system) ?? systems.set(it.system, { n: 0, repos: new Set(), groups: new Map(), totals: { shared: 0, copied: 0, repeated: 0, alone: 0 } }).get(it.system);
      of.n += 1;
      of.repos.add(it.repo);
      of.totals[kind] += 1;
      const key = `${kind} ${it.group}`;
      const group = of.groups.get(key) ?? of.groups.set(key, { kind, group: it.group, n: 0 }).get(key);
      group.n += 1;
    }
    const kinds = Object.keys(KINDS);
    const told = kinds.filter((kind) => totals[kind] > 0);
    const sentence = `Of ${counted(all.length, "pipeline", "pipelines")} ${running ? "that run" : "for delivery"}, ${told.map((kind) => kindWords(kind, totals[kind])).join(", ")}.`;
    let x = 0;
    const bar = h("svg", { viewBox: "0 0 1000 10", preserveAspectRatio: "none", "aria-hidden": "true" });
    for (const kind of told) {
      const width = (totals[kind] / all.length) * 1000;
      bar.append(h("rect", { class: kind === "alone" ? "bar-all" : kind === "repeated" ? "shape-repeated" : `shape-${kind}`, x: x + 1, y: kind === "repeated" ? 0.1 : 0, width: Math.max(0, width - 2), height: kind === "repeated" ? 9.8 : 10, "vector-effect": "non-scaling-stroke" }));
      x += width;
    }
    const legend = h("ul", { class: "legend" }, told.map((kind) => h("li", {}, marks(kind, kind === "shared" || kind === "copied" ? 2 : 1, kind === "shared" || kind === "copied"), ` ${kindWords(kind, totals[kind])}`)));
    const rows = [...systems].sort((a, b) => b[1].n - a[1].n).map(([system, of]) => {
      // A mark stands for one pipeline, or for several where there are too many to draw.
      const each = Math.ceil(of.n / MOST_MARKS);
      const groups = [...of.groups.values()].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || b.n - a.n);
      const drawn = groups.slice(0, MOST_GROUPS);
      const left = groups.slice(MOST_GROUPS);
      const flow = drawn.map((it) => {
        const n = Math.max(1, Math.round(it.n / each));
        const is_group = it.group >= 0 && (it.kind === "shared" || it.kind === "copied");
        const svg = marks(it.kind, n, is_group && n > 1);
        if (it.group < 0) return h("div", { class: "marks" }, svg, h("span", {}, it.kind === "alone" ? "like no other" : "one caller each"));
        const group = D.groups[it.group];
        const words = T(group.title);
        const name = group.calls.length > 0 ? T(group.calls[0]) : T(group.path);
        const label = short(name.split("/").at(-1).replace(/\.(ya?ml|groovy)$/, ""), 26);
        return h("button", { type: "button", title: short(shown(words), 200), on: { click: () => go(`group/${T(group.id)}`) } }, svg, h("span", {}, label, h("span", { class: "hidden-words" }, `: ${short(words, 200)}, ${counted(it.n, "pipeline", "pipelines")}`)));
      });
      const name = T(D.words.systems[system]);
      const parts = kinds.filter((kind) => of.totals[kind] > 0).map((kind) => kindWords(kind, of.totals[kind]));
      return h("div", { class: "system" },
        h("div", {}, h("h3", { class: "small" }, name), h("p", {}, `${counted(of.n, "pipeline", "pipelines")} in ${repositories(of.repos.size)}: ${parts.join(", ")}`)),
        h("div", {}, h("div", { class: "flow" }, flow),
          each > 1 && h("p", {}, `Each mark stands for ${each} pipelines.`),
          left.length > 0 && h("p", {}, `and ${counted(left.length, "more group", "more groups")}: see the table below.`)));
    });
    box.replaceChildren(h("p", { class: "sentence" }, h("strong", {}, sentence)), h("div", { class: "total" }, bar), legend, ...rows);
  }
  // How many things a member does otherwise than the form that most have; names and values are next to nothing.
  function drifted(member) {
    const words = member[5].map(T);
    if (words.length === 1 && words[0] === "other names or values only") return 0.5;
    const more = /^and (\d+) more$/.exec(words.at(-1) ?? "");
    return more ? words.length - 1 + Number(more[1]) : words.length;
  }
  
  // A comb: a stem for each member, as long as what it does otherwise.
  function comb(group) {
    const MOST = 30;
    const drift = group.members.map(drifted).sort((a, b) => a - b);
    const shownDrift = drift.slice(0, MOST);
    const high = 8 + 6 * Math.min(8, Math.max(1, ...drift)) + 10;
    const wide = Math.max(30, shownDrift.length * 12 + 4);
    const svg = h("svg", { class: "comb", width: wide, height: high, viewBox: `0 0 ${wide} ${high}`, "aria-hidden": "true" },
      h("line", { class: "comb-base", x1: 0, y1: 4, x2: wide, y2: 4 }));
    shownDrift.forEach((n, at) => {
      const x = at * 12 + 8;
      const y = 4 + 6 * Math.min(8, n);
      svg.append(h("line", { class: "stem", x1: x, y1: 4, x2: x, y2: y }), h("rect", { class: n === 0 ? "shape-copied" : "shape-repeated", x: x - 4, y, width: 8, height: 8 }));
    });
    const same = drift.filter((n) => n < 1).length;
    const most = drift.at(-1);
    const words = most < 1 ? "no drift: names and values apart, all do the same"
      : `${number(same)} of ${number(drift.length)} do the same; the furthest has ${counted(most, "difference", "differences")}`;
    return [svg, h("span", { class: "quiet" }, drift.length > MOST ? `${words} (${MOST} drawn)` : words)];
  }
  let groups;
  function pipelines() {
    const drawing = h("div");
    const running = h("input", { type: "checkbox", on: { change: () => picture(drawing, running.checked) } });
    const box = by("group-table") ?? h("div", { id: "group-table" });
    replace("pipeline-picture", drawing, h("label", { class: "check" }, running, " Draw pipelines that don't deliver too (scans, housekeeping)"),
      D.groups.length > 0 && h("h3", {}, "Groups, and how far copies have drifted"),
      D.groups.length > 0 && h("p", { class: "quiet" }, "Each square hangs on the form that is nearest to all; the longer its stem, the more it differs in what it does. Callers of a shared template can't drift: what they call is kept in one place."),
      box);
    picture(drawing, false);
    if (D.groups.length === 0) return;
    const systemOf = (it) => T(it.members[0][3]);
    const kindOf = (it) => (it.callers ? "callers" : it.repositories > 1 ? "copies" : "repeated");
    groups = table({
      into: box, caption: "Groups of pipelines that are nearly the same", rows: D.groups, key: (it) => T(it.id), noun: ["group", "groups"],
      search: (it) => [T(it.title), ...it.calls.map(T), ...it.members.map((m) => `${repoName(m[0])}/${T(m[1])}`)].join(" "),
      placeholder: "template, repository, file",
      filters: [
        { name: "What", options: [["callers", "callers of a shared template"], ["copies", "copies across repositories"], ["repeated", "repeated within a repository"]], test: (value) => (it) => kindOf(it) === value },
        { name: "System", options: [...new Set(D.groups.map(systemOf))].sort().map((it) => [it, it]), test: (value) => (it) => systemOf(it) === value },
        { name: "Team", options: teamOptions, test: (n) => (it) => it.members.some((m) => ofTeam[n].has(m[0])) },
        { name: "for delivery only", check: "checked", value: "yes", test: () => (it) => it.delivers },
      ],
      columns: [
        { name: "Group", head: true, by: (it) => T(it.title).toLowerCase(), cell: (it) => short(T(it.title)) },
        { name: "What", by: (it) => kindOf(it), cell: (it) => h("span", {}, marks(it.callers ? "shared" : it.repositories > 1 ? "copied" : "repeated", 1, false), " ", { callers: "callers", copies: "copies", repeated: "repeated" }[kindOf(it)]) },
        { name: "System", by: systemOf, cell: systemOf },
        { name: "Repositories", class: "figure", downFirst: true, by: (it) => it.repositories, cell: (it) => number(it.repositories) },
        { name: "Pipelines", class: "figure", downFirst: true, by: (it) => it.members.length, cell: (it) => number(it.members.length) },
        { name: "Drift", downFirst: true, by: (it) => (it.callers ? null : Math.max(...it.members.map(drifted))), cell: (it) => (it.callers ? h("span", { class: "quiet" }, "call one template") : comb(it)) },
      ],
      detail: (it) => {
        const rows = it.members.map((m) => ({ m, n: drifted(m) })).sort((a, b) => a.n - b.n);
        const all = { n: rows.length, at: rows.flatMap(({ m }, at) => [m[0], m[1], m[2], at]) };
        return [
          it.calls.length > 0 && [h("h3", { class: "small" }, "They call"), h("p", {}, short(it.calls.map(T).join(", "), 2000))],
          h("h3", { class: "small" }, "The form that is nearest to all: ", repoLink(it.repo), " ", file(it.repo, it.path, 0)),
          h("ul", {}, it.jobs.map(([job, needs, steps]) => h("li", {}, h("strong", {}, short(T(job), 100)), needs.length > 0 ? ` after ${needs.map(T).join(", ")}: ` : ": ", short(steps.map(T).join(", "), 2000)))),
          h("h3", { class: "small" }, `Members, the nearest first (${number(rows.length)})`),
          places(all, { what: (at) => h("span", { class: "quiet" }, rows[at].m[5].length > 0 ? short(rows[at].m[5].map(T).join("; "), 1000) : "no difference") }),
        ].filter(Boolean).flat();
      },
      sorted: null,
    });
  }

  // Provisioning

  function provisioning() {
    const box = by("provisioning-detail");
    box.replaceChildren();
    for (const cell of document.querySelectorAll("td[data-way]")) {
      const row = D.provisioning[cell.dataset.class];
      const way = row.ways[cell.dataset.way];
      const words = `${spaced(T(row.name))}, ${spaced(T(way.name))}`;
      const button = h("button", { type: "button", class: "plain", "aria-label": `${cell.textContent}: ${words}`, "aria-expanded": "false", "aria-controls": "provisioning-detail", on: { click: () => {
        const was_open = button.getAttribute("aria-expanded") === "true";
        for (const other of document.querySelectorAll('td[data-way] [aria-expanded="true"]')) other.setAttribute("aria-expanded", "false");
        button.setAttribute("aria-expanded", String(!was_open));
        box.classList.toggle("panel", !was_open);
        if (was_open) { box.replaceChildren(); return; }
        const cut = way.repositories - way.places.n;
        box.replaceChildren(h("h3", { class: "small" }, `${words}: ${counted(way.uses, "use", "uses")} in ${repositories(way.repositories)}, the first in each`), places(way.places),
          ...(cut > 0 ? [h("p", { class: "quiet" }, `${number(cut)} more repositories; levelset inventory and levelset evidence list their places.`)] : []));
      } } }, ...cell.childNodes);
      cell.replaceChildren(button);
    }
  }

  // Shared offers

  function spread(it) {
    if (it.versions.length === 0) return h("span", { class: "quiet" }, it.calls === 0 ? "nobody uses it" : "–");
    const total = it.versions.reduce((sum, [, n]) => sum + n, 0);
    const svg = h("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
    let x = 0;
    it.versions.forEach(([, n], at) => {
      const width = (n / total) * 100;
      if (at < 40) svg.append(h("rect", { class: `v${Math.min(at, 3)}`, x, y: 0, width: Math.max(0.4, width - 0.8), height: 10 }));
      x += width;
    });
    const most = T(it.versions[0][0]);
    return [svg, h("span", {}, it.versions.length === 1 ? `all at ${short(version(most), 40)}` : `${counted(it.versions.length, "version", "versions")}, most at ${short(version(most), 40)}`)];
  }
  const version = (word) => (word === "none" ? "no version" : /^[0-9a-f]{40,64}$/.test(word) ? word.slice(0, 8) : word);
  const told = (it, yes, no) => (it === null ? h("span", { class: "quiet" }, "can't be told") : it ? yes : no);
  let offers;
  function shared() {
    const kinds = [...new Set(D.offers.map((it) => T(it.kind)))].map((it) => [it, it]);
    offers = table({
      into: by("offer-table"), caption: "Shared offers, those used by most repositories first", rows: D.offers, noun: ["offer", "offers"], key: (it) => T(it.name),
      search: (it) => `${T(it.name)} ${repoName(it.repo)} ${T(it.kind)} ${it.versions.map(([name]) => T(name)).join(" ")}`, placeholder: "name, repository, version",
      sorted: { at: 2, down: true },
      filters: [
        { name: "Kind", options: kinds, test: (value) => (it) => T(it.kind) === value },
        { name: "Used by team", options: teamOptions, test: (n) => (it) => { for (let at = 0; at < it.uses.at.length; at += 4) if (ofTeam[n].has(it.uses.at[at])) return true; return false; } },
        { name: "with users behind", check: true, test: () => (it) => it.behind > 0 },
        { name: "lacking versions or documentation", check: true, test: () => (it) => it.versioned === false || (it.lacks?.length ?? 0) > 0 },
      ],
      columns: [
        { name: "Offer", head: true, by: (it) => T(it.name).toLowerCase(), cell: (it) => short(T(it.name), 120) },
        { name: "Kind", by: (it) => T(it.kind), cell: (it) => T(it.kind) },
        { name: "Repositories", class: "figure", downFirst: true, by: (it) => it.repositories, cell: (it) => number(it.repositories) },
        { name: "Uses", class: "figure", downFirst: true, by: (it) => it.calls, cell: (it) => number(it.calls) },
        { name: "Versions in use", class: "versions", downFirst: true, by: (it) => it.versions.length, cell: spread },
        { name: "Newest", by: (it) => (it.newest < 0 ? null : T(it.newest)), cell: (it) => (it.newest < 0 ? h("span", { class: "quiet" }, "not known") : short(T(it.newest), 40)) },
        { name: "Behind", class: "figure", downFirst: true, by: (it) => (it.newest < 0 ? null : it.behind), cell: (it) => (it.newest < 0 ? h("span", { class: "quiet" }, "can't be told") : `${number(it.behind)} of ${number(it.calls)}`) },
      ],
      detail: (it) => {
        const late = new Set(it.late);
        return [
          h("p", {}, it.repo === -1 ? "Offered by a repository that was not scanned." : ["Offered by ", repoLink(it.repo), " ", file(it.repo, it.path, 0)],
            "; versions can be told apart: ", told(it.versioned, "yes", "no"), "; documentation: ", it.lacks === null ? "can't be told" : it.lacks.length === 0 ? "complete" : `lacks ${it.lacks.map(T).join(", ")}`, "."),
          it.versions.length > 0 && [h("h3", { class: "small" }, "Uses of each version"), h("p", {}, short(it.versions.map(([name, n]) => `${version(T(name))}: ${number(n)}`).join(", "), 4000))],
          it.uses.n > 0 && [h("h3", { class: "small" }, `Who uses it (${number(it.uses.n)})${it.behind > 0 ? ", those behind first" : ""}`),
            places(it.uses, { where: "facts.jsonl", order: (n) => (late.has(n) ? 0 : 1), what: (text, n) => h("span", { class: "quiet" }, version(T(text)), late.has(n) ? h("strong", {}, " behind") : null) })],
        ].filter(Boolean).flat();
      },
    });
  }

  // Findings

  let found;
  function findings() {
    const rows = [];
    D.findings.forEach((rule, n) => { for (let at = 0; at < rule.found.at.length; at += 4) rows.push([n, rule.found.at[at], rule.found.at[at + 1], rule.found.at[at + 2], rule.found.at[at + 3]]); });
    const ids = D.findings.map((it) => T(it.id));
    for (const tr of document.querySelectorAll("#finding-table tr[data-rule]")) {
      const n = ids.indexOf(tr.dataset.rule);
      const rule = D.findings[n];
      const head = tr.querySelector("th");
      if (!rule) continue;
      const id = `rule-${n}`;
      const button = h("button", { type: "button", class: "plain", "aria-expanded": "false", "aria-controls": id, on: { click: () => {
        const is_open = button.getAttribute("aria-expanded") === "true";
        button.setAttribute("aria-expanded", String(!is_open));
        if (is_open) { tr.nextElementSibling.remove(); return; }
        tr.after(h("tr", { class: "detail", id }, h("td", { colspan: 5 },
          h("h3", { class: "small" }, "Why"), h("p", {}, T(rule.why)), h("h3", { class: "small" }, "What is looked for"), h("p", {}, T(rule.how)), h("h3", { class: "small" }, "What to do"), h("p", {}, T(rule.remedy)),
          section("Places", rule.found, { where: "sarif/" }) || [])));
      } } }, head.textContent);
      head.replaceChildren(button);
      tr.id = `finding-${ids[n]}`;
    }
    if (rows.length === 0) return;
    const box = h("div", { id: "place-table" });
    by("finding-table").append(h("h3", {}, "Every place"), box);
    const cut = D.findings.reduce((sum, it) => sum + it.found.n - it.found.at.length / 4, 0);
    found = table({
      into: box, caption: cut > 0 ? `Places of findings; ${number(cut)} more are in sarif/` : "Places of findings", rows, noun: ["finding", "findings"],
      search: ([rule, repo, path, , text]) => `${ids[rule]} ${repoName(repo)} ${T(path)} ${T(text)}`, placeholder: "repository, path, text",
      filters: [
        { name: "Rule", options: D.findings.flatMap((it, n) => (it.found.n > 0 ? [[String(n), T(it.title)]] : [])), test: (value) => (row) => row[0] === Number(value) },
        teamFilter((row) => row[1]),
      ],
      columns: [
        { name: "Rule", by: (row) => ids[row[0]], cell: (row) => ids[row[0]] },
        { name: "Repository", by: (row) => repoName(row[1]).toLowerCase(), cell: (row) => repoLink(row[1]) },
        { name: "Place", by: (row) => T(row[2]), cell: (row) => file(row[1], row[2], row[3]) },
        { name: "What is the matter", cell: (row) => short(T(row[4]), 600) },
      ],
    });
  }

  // Indicators

  let indicators;
  function asked() {
    const ORDER = ["not-met", "unknown", "met", "not-applicable"];
    const BASES = ["measured", "configured", "proxy", "history", "attested", "not-observable"];
    const words = (step) => `${step[0] === "L" ? "level" : "stage"} ${step[1]}`;
    const first = (it) => { const step = it.steps[0]; return step ? (step[0] === "L" ? 0 : 10) + Number(step[1]) : 30; };
    const all = [...new Set(D.indicators.flatMap((it) => it.steps.map((step) => step.slice(0, 2))))].sort();
    let team = null;
    const keep = () => (team === null ? undefined : (repo) => ofTeam[team].has(repo));
    indicators = table({
      into: by("indicator-table"), caption: "All indicators", rows: D.indicators, key: (it) => T(it.id), noun: ["indicator", "indicators"], sorted: { at: 1, down: false }, paper: 500,
      search: (it) => `${T(it.id)} ${T(it.title)} ${T(it.why)}`, placeholder: "name or words",
      filters: [
        { name: "Level or stage", options: all.map((it) => [it, words(it)]), test: (value) => (it) => it.steps.some((step) => step.startsWith(value)) },
        { name: "Verdict", options: ORDER.map((it) => [it, MARKS[it][1]]), test: (value) => (it) => T(it.verdict) === value },
        { name: "Basis", options: BASES.map((it) => [it, spaced(it)]), test: (value) => (it) => T(it.basis) === value },
        { name: "Team", options: teamOptions, test: (n) => { team = Number(n); return (it) => count(it.counted, keep()) + count(it.missing, keep()) + count(it.unknown, keep()) > 0; } },
        { name: "Repository", options: R.map((it, n) => [String(n), T(it.id)]), test: (n) => { const is = (repo) => repo === Number(n); return (it) => count(it.counted, is) + count(it.missing, is) + count(it.unknown, is) > 0; } },
        { name: "gates only", check: true, test: () => (it) => it.steps.some((step) => step.endsWith("!")) },
      ],
      columns: [
        { name: "Indicator", head: true, by: (it) => T(it.title).toLowerCase(), cell: (it) => T(it.title) },
        { name: "Step", by: first, cell: (it) => (it.steps.length === 0 ? h("span", { class: "quiet" }, "question") : it.steps.map((step) => h("span", { class: step.endsWith("!") ? "tag gate" : "tag" }, words(step), step.endsWith("!") ? " gate" : ""))) },
        { name: "Verdict", by: (it) => ORDER.indexOf(T(it.verdict)), cell: (it) => verdict(T(it.verdict)) },
        { name: "Basis", by: (it) => BASES.indexOf(T(it.basis)), cell: (it) => spaced(T(it.basis)) },
        { name: "Value", downFirst: true, by: (it) => it.share, cell: (it) => {
          const files = T(it.files) !== T(it.verdict) && T(it.value) !== "" ? `files: ${MARKS[T(it.files)][1]}` : "";
          const parts = [T(it.value), it.bound >= 0 ? `good ${T(it.bound)}` : "", files, it.answer >= 0 ? T(it.answer) : ""].filter(Boolean);
          const of = team === null ? null : h("p", { class: "quiet" }, `of this team's repositories: ${number(count(it.counted, keep()))} for it, ${number(count(it.missing, keep()))} against, ${number(count(it.unknown, keep()))} can't be told`);
          return [h("span", {}, parts.join("; ") || "–"), of];
        } },
      ],
      detail: (it) => [
        it.people >= 0 && [h("h3", { class: "small" }, "What people are asked"), h("p", {}, T(it.people))],
        it.teams.length > 0 && [h("h3", { class: "small" }, `By team (${number(it.teams.length)})`), h("ul", { class: "places" }, it.teams.map(([name, word, n, of, unknown]) => h("li", {}, verdict(T(word)), " ", h("span", {}, name < 0 ? "unowned" : T(name)), " ", h("span", { class: "quiet" }, `${number(n)} of ${number(of)}${unknown > 0 ? `, ${number(unknown)} unknown` : ""}`))))],
        section("Counts against it", it.missing, { keep: keep() }),
        section("Can't be told", it.unknown, { keep: keep() }),
        section("Counts for it", it.counted, { keep: keep() }),
        h("h3", { class: "small" }, "Why it matters"), h("p", {}, T(it.why)),
        h("h3", { class: "small" }, "How it is measured"), h("p", {}, T(it.how)),
        h("h3", { class: "small" }, "What it does not show"), h("p", {}, T(it.limits)),
        h("h3", { class: "small" }, "What to do"), h("p", {}, T(it.remedy)),
        h("p", { class: "quiet" }, "levelset explain ", h("span", { class: "file" }, T(it.id))),
      ].filter(Boolean).flat(),
    });
    // A filter that is taken back says nothing of a team.
    const select = by("indicator-table").querySelectorAll("select")[3];
    select.addEventListener("change", () => { if (select.value === "") { team = null; indicators.update(); } });
  }

  // Repositories and teams

  const perRepo = R.map(({ findings, gaps }) => ({ findings, gaps, pipelines: 0, delivery: 0, uses: 0, misses: 0, unknown: 0, offers: 0 }));
  function gather() {
    for (const it of P) { perRepo[it.repo].pipelines += 1; perRepo[it.repo].delivery += it.delivers ? 1 : 0; }
    // The last row is all of them in union.
    for (const it of D.adoption.slice(0, -1)) {
      for (const [all, name] of [[it.adopters, "uses"], [it.missing, "misses"], [it.unknown, "unknown"]]) for (let at = 0; at < all.at.length; at += 4) if (all.at[at] >= 0) perRepo[all.at[at]][name] += 1;
    }
    for (const it of D.offers) if (it.repo >= 0) perRepo[it.repo].offers += 1;
  }
  const applicable = (n) => perRepo[n].uses + perRepo[n].misses + perRepo[n].unknown;
  let repos;
  function owned() {
    gather();
    const rows = R.map((_, n) => n);
    repos = table({
      into: by("repository-table"), caption: "Repositories", rows, key: (n) => T(R[n].id), noun: ["repository", "repositories"], sorted: { at: 0, down: false },
      search: (n) => `${T(R[n].id)} ${teamsOf[n].map((team) => teamName(D.teams[team])).join(" ")}`, placeholder: "name or team",
      filters: [
        { name: "Team", options: teamOptions, test: (team) => (n) => ofTeam[team].has(n) },
        { name: "missing something shared", check: true, test: () => (n) => perRepo[n].misses > 0 },
        { name: "with gaps", check: true, test: () => (n) => perRepo[n].gaps > 0 },
      ],
      columns: [
        { name: "Repository", head: true, by: (n) => T(R[n].id).toLowerCase(), cell: (n) => repoLink(n) },
        { name: "Team", by: (n) => (teamsOf[n].length === 0 ? null : teamName(D.teams[teamsOf[n][0]]).toLowerCase()), cell: (n) => teamsOf[n].map((team) => short(teamName(D.teams[team]), 80)).join(", ") || "–" },
        { name: "Uses what is shared", class: "figure", downFirst: true, by: (n) => (applicable(n) === 0 ? null : perRepo[n].uses / applicable(n)), cell: (n) => (applicable(n) === 0 ? h("span", { class: "quiet" }, "not applicable") : `${perRepo[n].uses} of ${applicable(n)} kinds${perRepo[n].unknown > 0 ? `, ${perRepo[n].unknown} unknown` : ""}`) },
        { name: "Offers", class: "figure", downFirst: true, by: (n) => perRepo[n].offers, cell: (n) => number(perRepo[n].offers) },
        { name: "Pipelines", class: "figure", downFirst: true, by: (n) => perRepo[n].pipelines, cell: (n) => number(perRepo[n].pipelines) },
        { name: "Findings", class: "figure", downFirst: true, by: (n) => perRepo[n].findings, cell: (n) => number(perRepo[n].findings) },
        { name: "Gaps", class: "figure", downFirst: true, by: (n) => perRepo[n].gaps, cell: (n) => number(perRepo[n].gaps) },
        { name: "Commit of", by: (n) => (R[n].day < 0 ? null : T(R[n].day)), cell: (n) => (R[n].day < 0 ? "–" : h("span", { class: "figure" }, T(R[n].day))) },
      ],
    });
    table({
      into: by("team-table"), caption: "Teams, those with most repositories first", rows: D.teams, key: teamName, noun: ["team", "teams"],
      search: teamName, placeholder: "name",
      columns: [
        { name: "Team", head: true, by: (it) => teamName(it).toLowerCase(), cell: (it) => short(teamName(it), 120) },
        { name: "Repositories", class: "figure", downFirst: true, by: (it) => it.repositories.length, cell: (it) => number(it.repositories.length) },
        { name: "Components", class: "figure", downFirst: true, by: (it) => it.components, cell: (it) => number(it.components) },
        { name: "Repositories that use what is shared", downFirst: true, by: ({ adoption: [n, of] }) => (of === 0 ? null : n / of), cell: ({ adoption: [n, of, unknown] }) => (of + unknown === 0 ? h("span", { class: "quiet" }, "not applicable") : `${number(n)} of ${number(of)}${unknown > 0 ? `, ${number(unknown)} unknown` : ""}`) },
        { name: "Findings", class: "figure", downFirst: true, by: findingsOf, cell: (it) => number(findingsOf(it)) },
      ],
      detail: (it) => [h("h3", { class: "small" }, "Repositories"), it.repositories.length === 0 ? h("p", {}, "None as a whole: it owns parts of others'.") : h("ul", { class: "names" }, it.repositories.slice(0, 500).map((n) => h("li", {}, repoLink(n)))),
        it.repositories.length > 500 && h("p", { class: "quiet" }, `and ${number(it.repositories.length - 500)} more: choose the team above.`)].filter(Boolean),
    });
  }
  const findingsOf = (team) => team.repositories.reduce((sum, n) => sum + (perRepo[n]?.findings ?? 0), 0);

  // One repository, over the page

  const cutNote = (listed, all, where) => listed < all && h("p", { class: "quiet" }, `${number(all - listed)} more are in ${where}: a page holds ${number(D.most_places)} of a list.`);
  const dialog = h("dialog", { "aria-labelledby": "repository-name" });
  function openRepository(name) {
    const n = repoNumbers.get(name);
    if (n === undefined) return false;
    const is = (repo) => repo === n;
    const it = perRepo[n];
    const of = (all) => count(all, is) > 0;
    const pick = (all) => { const at = []; for (let i = 0; i < all.at.length; i += 4) if (is(all.at[i])) at.push(-1, ...all.at.slice(i + 1, i + 4)); return { n: at.length / 4, at, repo: n }; };
    // Within a repository its name says nothing.
    const list = (all, what) => {
      const mine = pick(all);
      const box = h("ul", { class: "places" });
      for (let i = 0; i < Math.min(mine.at.length, 4 * 200); i += 4) box.append(h("li", {}, file(n, mine.at[i + 1], mine.at[i + 2]), what ? what(mine.at[i + 3]) : h("span", { class: "quiet" }, short(T(mine.at[i + 3])))));
      return mine.n > 200 ? [box, h("p", { class: "quiet" }, `and ${number(mine.n - 200)} more`)] : box;
    };
    const standing = D.adoption.slice(0, -1).flatMap((row, at) => {
      const words = of(row.adopters) ? ["met", "uses it"] : of(row.missing) ? ["not-met", "missing"] : of(row.unknown) ? ["unknown", "can't be told"] : row.providers.includes(n) ? ["not-applicable", "shares it"] : null;
      return words ? [h("li", {}, h("span", { class: `mark ${words[0]}` }, h("span", { "aria-hidden": "true" }, MARKS[words[0]][0]), ` ${words[1]}`), h("span", {}, ARTIFACTS[at] ?? ""), ["adopters", "missing", "unknown"].map((list_of) => (of(row[list_of]) ? h("div", { class: "indent" }, list(row[list_of])) : null)))] : [];
    });
    const mine = P.filter((p) => p.repo === n);
    const offered = D.offers.filter((offer) => offer.repo === n);
    const against = D.indicators.filter((row) => count(row.missing, is) > 0);
    const link = R[n].form > 0 && T(R[n].prefix).replace(/\/(-\/)?(blob|src|src\/commit)\/[0-9a-f]+\/$/, "");
    dialog.replaceChildren(h("div", { class: "inside" },
      h("header", {}, h("h2", { id: "repository-name" }, short(name, 200)), h("button", { type: "button", on: { click: () => dialog.close() } }, "Close")),
      h("p", { class: "quiet" }, teamsOf[n].length > 0 ? `Team: ${teamsOf[n].map((team) => teamName(D.teams[team])).join(", ")}. ` : "", R[n].day >= 0 ? `Commit of ${T(R[n].day)}. ` : "", link ? h("a", { href: link, rel: "noreferrer" }, "Open at its forge") : ""),
      h("h3", {}, "What is shared"), standing.length > 0 ? h("ul", { class: "standing" }, standing) : h("p", {}, "It has no place for what is shared."),
      h("h3", {}, `Findings (${number(it.findings)})`), it.findings === 0 ? h("p", {}, "None.") : [D.findings.filter((rule) => of(rule.found)).map((rule) => [h("h4", {}, T(rule.title)), list(rule.found)]), cutNote(D.findings.reduce((sum, rule) => sum + count(rule.found, is), 0), it.findings, "the SARIF file of this repository")],
      h("h3", {}, `Pipelines that run (${number(mine.length)})`), mine.length === 0 ? h("p", {}, "None.") : h("ul", { class: "places" }, mine.slice(0, 200).map((p) => h("li", {}, file(n, p.path, p.line),
        h("span", { class: "quiet" }, `${T(D.words.systems[p.system])}, ${spaced(T(D.words.purposes[p.purpose]))}; ${KINDS[place_of(p)][1]}`),
        p.group >= 0 && h("a", { href: `#group/${T(D.groups[p.group].id)}` }, "its group")))),
      h("h3", {}, `Offers (${number(offered.length)})`), offered.length === 0 ? h("p", {}, "None.") : h("ul", { class: "places" }, offered.slice(0, 200).map((offer) => h("li", {}, file(n, offer.path, 0), h("span", { class: "quiet" }, `${T(offer.kind)}; used by ${repositories(offer.repositories)}${offer.lacks?.length > 0 ? `; lacks ${offer.lacks.map(T).join(", ")}` : ""}`)))),
      h("h3", {}, `Indicators it counts against (${number(against.length)})`), against.length === 0 ? h("p", {}, "None.") : h("ul", {}, against.map((row) => h("li", {}, h("a", { href: `#indicator/${T(row.id)}` }, T(row.title))))),
      it.gaps > 0 && [h("h3", {}, `Gaps (${number(it.gaps)})`), list(D.gaps), cutNote(count(D.gaps, is), it.gaps, "facts.jsonl")],
    ));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    return true;
  }
  dialog.addEventListener("close", () => { if (location.hash.startsWith("#repository/")) history.replaceState(null, "", "#repositories"); });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest?.('a[href^="#"]:not([href^="#repository/"])')) dialog.close();
  });

  // Gaps

  function gaps() {
    const rows = [];
    for (let at = 0; at < D.gaps.at.length; at += 4) rows.push(D.gaps.at.slice(at, at + 4));
    if (rows.length === 0) { replace("gap-table"); return; }
    table({
      into: by("gap-table"), caption: D.gaps.n > rows.length ? `Gaps; ${number(D.gaps.n - rows.length)} more are in facts.jsonl` : "Gaps", rows, noun: ["gap", "gaps"],
      search: ([repo, path, , text]) => `${repoName(repo)} ${T(path)} ${T(text)}`, placeholder: "repository, path, reason",
      columns: [
        { name: "Repository", by: (row) => repoName(row[0]).toLowerCase(), cell: (row) => repoLink(row[0]) },
        { name: "Place", by: (row) => T(row[1]), cell: (row) => file(row[0], row[1], row[2]) },
        { name: "Why", by: (row) => T(row[3]), cell: (row) => short(T(row[3])) },
      ],
    });
  }

  // Light and dark

  function theme() {
    const button = by("theme");
    const root = document.documentElement;
    const prefersDark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
    // Pages from disk may not be allowed to keep anything.
    const stored = (value) => { try { if (value) localStorage.setItem("levelset-theme", value); return localStorage.getItem("levelset-theme"); } catch { return null; } };
    const say = () => { button.textContent = isDark() ? "Light page" : "Dark page"; };
    const kept = stored();
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
    button.hidden = false;
    button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; stored(root.dataset.theme); say(); });
    prefersDark.addEventListener("change", say);
    say();
  }

  // Links within the page: #indicator/ID, #group/ID, #offer/NAME, #finding/ID, #repository/NAME.

  function go(hash) { if (location.hash === `#${hash}`) arrive(); else location.hash = hash; }
  function arrive() {
    const [kind, ...rest] = location.hash.slice(1).split("/");
    let name;
    try { name = rest.map(decodeURIComponent).join("/"); } catch { return; }
    if (kind !== "repository" && dialog.open) dialog.close();
    if (name === "") return;
    if (kind === "repository") openRepository(name);
    if (kind === "indicator") indicators?.reveal(name);
    if (kind === "group") groups?.reveal(name);
    if (kind === "offer") offers?.reveal(name);
    if (kind === "finding") {
      const button = document.getElementById(`finding-${name}`)?.querySelector("button");
      if (button?.getAttribute("aria-expanded") === "false") button.click();
      button?.focus();
    }
  }

  // Where the reader is, told by the links above.
  function follow() {
    const links = new Map([...document.querySelectorAll("nav a")].map((it) => [it.hash.slice(1), it]));
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
      for (const entry of entries) { if (entry.isIntersecting) seen.add(entry.target.id); else seen.delete(entry.target.id); }
      const first = [...links.keys()].find((id) => seen.has(id));
      for (const [id, link] of links) { if (id === first) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); }
    }, { rootMargin: "-20% 0px -60% 0px" });
    for (const id of links.keys()) { const it = by(id); if (it) watch.observe(it); }
  }

  document.body.append(dialog);
  theme();
  adoption();
  pipelines();
  provisioning();
  shared();
  findings();
  asked();
  owned();
  gaps();
  follow();
  // What is printed is printed whole, as far as paper goes.
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const it of document.querySelectorAll(".first details:not([open])")) { it.open = true; closed.push(it); }
    for (const it of tables) it.printed(true);
  });
  addEventListener("afterprint", () => {
    for (const it of closed.splice(0)) it.open = false;
    for (const it of tables) it.printed(false);
  });
  addEventListener("hashchange", arrive);
  arrive();
  document.documentElement.dataset.ready = "true";
  performance.mark("ready");
})();
