"use strict";
(() => {
  const plots = JSON.parse(document.getElementById("chart-data").textContent);
  const names = document.body.dataset;
  const drawn = new Set();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const touch = matchMedia("(pointer: coarse)");

  // Colours live in the style sheet only.
  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue("--" + name).trim();
    return { ink: of("ink"), soft: of("soft"), line: of("line"), tile: of("tile"), real: of("real"), synthetic: of("synthetic") };
  }

  const sum = (counts) => counts.reduce((a, b) => a + b, 0);
  const percent = (share) => `${(100 * share).toFixed(1)} %`;

  // Edges of times are seconds; plotly.js reads dates as text.
  function places(plot) {
    if (plot.a !== "date") return plot.x;
    return plot.x.map((second) => new Date(Math.max(-6e13, Math.min(2.5e14, 1000 * second))).toISOString().slice(0, 19));
  }

  // Shares a step of the grid, so that joined bins are as high as their neighbours.
  function shares(plot, counts) {
    const total = Math.max(1, sum(counts));
    return counts.map((count, bin) => count / total / (plot.n ? plot.n[bin] : 1));
  }

  // Shares below each edge.
  function cumulated(counts) {
    const total = Math.max(1, sum(counts));
    let below = 0;
    return [0, ...counts.map((count) => (below += count) / total)];
  }

  // The value below which a share of a side lies, straight between two edges.
  function quantile(plot, below, share) {
    const at = Math.max(1, below.findIndex((reached) => reached >= share));
    const step = below[at] - below[at - 1];
    const part = step > 0 ? (share - below[at - 1]) / step : 0;
    return plot.x[at - 1] + part * (plot.x[at] - plot.x[at - 1]);
  }

  function hover(plot, counts) {
    const total = Math.max(1, sum(counts));
    return plot.l.map((label, bin) => `${escaped(label)}: ${percent(counts[bin] / total)}`);
  }

  // Hover texts may hold tags that plotly.js would read.
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

  function trace(plot, side, colour) {
    const counts = plot[side];
    const base = { name: side === "r" ? names.real : names.synthetic, hoverinfo: "text+name", showlegend: false };
    if (plot.k !== "steps") {
      const at = plot.l.map((_, bin) => bin);
      const along = plot.k === "lying" ? { x: shares(plot, counts), y: at, orientation: "h" } : { x: at, y: shares(plot, counts) };
      return { ...base, ...along, type: "bar", marker: { color: colour }, hovertext: hover(plot, counts) };
    }
    const isReal = side === "r";
    const look = { type: "scatter", mode: "lines", x: places(plot), line: { color: colour, width: 2 } };
    if (view.value === "cumulated") {
      const below = cumulated(counts);
      return { ...base, ...look, y: below, hovertext: below.map((share, edge) => `${percent(share)} below ${look.x[edge]}`) };
    }
    const high = shares(plot, counts);
    const texts = hover(plot, counts);
    const line = { color: colour, shape: "hv", width: isReal ? 0 : 2 };
    return { ...base, ...look, y: [...high, high.at(-1)], hovertext: [...texts, texts.at(-1)], line, fill: isReal ? "tozeroy" : "none", fillcolor: colour };
  }

  // Quantiles or cumulated shares of one side over those of the other; the diagonal is equality.
  function against(plot, colour) {
    const sides = [cumulated(plot.r), cumulated(plot.s)];
    const points = view.value === "pp" ? sides : sides.map((below) => Array.from({ length: 49 }, (_, at) => quantile(plot, below, (at + 1) / 50)));
    const ends = [Math.min(...points.flat()), Math.max(...points.flat())];
    const base = { type: "scatter", showlegend: false, hoverinfo: "skip" };
    return [
      { ...base, x: ends, y: ends, mode: "lines", line: { color: colour.real, width: 2 } },
      { ...base, x: points[0], y: points[1], mode: "markers", marker: { color: colour.synthetic, size: 5 }, hoverinfo: "x+y" },
    ];
  }

  const isAgainst = (plot) => plot.k === "steps" && (view.value === "pp" || (view.value === "qq" && plot.a !== "date"));

  function layout(plot, colour) {
    const lines = { gridcolor: colour.line, linecolor: colour.line, zerolinecolor: colour.line, tickcolor: colour.line };
    const lying = plot.k === "lying";
    const named = { type: "linear", tickmode: "array", tickvals: plot.l.map((_, bin) => bin), ticktext: plot.l.map(escaped), automargin: true };
    const ofShares = { tickformat: ".2~%", rangemode: "tozero" };
    let [x, y] = [plot.a === "category" ? named : { type: plot.a }, ofShares];
    if (lying) [x, y] = [ofShares, { ...named, autorange: "reversed", ticklabelstandoff: 4, ticktext: plot.l.map(brief) }];
    if (isAgainst(plot)) [x, y] = [names.real, names.synthetic].map((title) => ({ title: { text: title }, type: plot.a === "log" && view.value === "qq" ? "log" : "linear" }));
    return {
      height: lying ? 70 + 26 * plot.l.length : 230,
      margin: { l: 56, r: 10, t: 8, b: isAgainst(plot) ? 44 : 34 },
      barmode: "group",
      font: { size: 12, color: colour.soft, family: getComputedStyle(document.body).fontFamily },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { ...x, ...lines, fixedrange: lying },
      yaxis: { ...y, ...lines, fixedrange: true },
      hovermode: isAgainst(plot) ? "closest" : lying ? "y" : "x",
      hoverlabel: { bgcolor: colour.tile, bordercolor: colour.line, font: { color: colour.ink } },
      bargap: plot.l.length > 12 ? 0.1 : 0.25,
      dragmode: touch.matches || lying ? false : "zoom",
    };
  }

  // Names beside lying bars leave room for the bars.
  const brief = (label) => escaped(label.length > 28 ? `${label.slice(0, 27)}…` : label);

  function draw(box) {
    const plot = plots[box.dataset.chart];
    const colour = colours();
    const traces = isAgainst(plot) ? against(plot, colour) : [trace(plot, "r", colour.real), trace(plot, "s", colour.synthetic)];
    Plotly.react(box, traces, layout(plot, colour), { displayModeBar: false, responsive: true, doubleClick: "reset" });
    drawn.add(box);
  }

  const view = document.getElementById("view");
  view.addEventListener("input", () => drawn.forEach((box) => plots[box.dataset.chart].k === "steps" && draw(box)));
  const boxes = [...document.querySelectorAll(".chart")];
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        watcher.unobserve(entry.target);
        draw(entry.target);
      }
    }
  }, { rootMargin: "300px" });
  boxes.forEach((box) => watcher.observe(box));
  dark.addEventListener("change", () => drawn.forEach(draw));
  addEventListener("beforeprint", () => boxes.filter((box) => !box.closest("[hidden]")).forEach(draw));

  // A table is made when it is opened.
  function fill(details) {
    const table = document.createElement("table");
    const row = (parent, cells, kind) => {
      const line = parent.insertRow();
      cells.forEach((text, index) => {
        const cell = document.createElement(kind);
        cell.textContent = text;
        if (index > 0) cell.className = "number";
        line.append(cell);
      });
    };
    row(table.createTHead(), ["", names.real, names.synthetic], "th");
    const body = table.createTBody();
    const plot = plots[details.dataset.chart];
    plot.l.forEach((label, bin) => row(body, [label, plot.r[bin], plot.s[bin]], "td"));
    details.append(table);
  }
  document.addEventListener("toggle", (event) => {
    const details = event.target;
    if (details.open && details.dataset.chart && details.children.length === 1) fill(details);
  }, true);

  const find = document.getElementById("find");
  const kind = document.getElementById("kind");
  const sort = document.getElementById("sort");
  const only = document.getElementById("only");
  const list = document.getElementById("cards");
  const cards = [...list.children];

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const card of cards) {
      const data = card.dataset;
      const fits = words.every((word) => data.path.toLowerCase().includes(word))
        && (!kind.value || data.kind === kind.value)
        && (!only.checked || data.verdict !== "good");
      card.hidden = !fits;
      n += fits;
    }
    document.getElementById("shown").textContent = `${n} of ${cards.length} fields`;
    document.getElementById("nothing").hidden = n > 0;
  }

  function order() {
    const by = sort.value;
    const compare = by === "path"
      ? (a, b) => (a.dataset.path < b.dataset.path ? -1 : 1)
      : (a, b) => a.dataset[by] - b.dataset[by] || a.dataset.anchor - b.dataset.anchor;
    list.append(...cards.sort(compare));
  }

  [find, kind, only].forEach((control) => control.addEventListener("input", filter));
  sort.addEventListener("input", order);
  // A link to a field that is filtered out shows it again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#field-']");
    const card = link && document.getElementById(link.hash.slice(1));
    if (card && card.hidden) {
      find.value = kind.value = "";
      only.checked = false;
      filter();
    }
  });
  filter();
})();
