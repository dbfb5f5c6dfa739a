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

  function traces(plot, colour) {
    return plot.data.map((trace) => {
      const own = colour[trace.name];
      const line = trace.line ? { ...trace.line, color: own } : undefined;
      return { ...trace, name: names[trace.name], line, fillcolor: own, marker: { color: own }, hoverinfo: "text+name", showlegend: false };
    });
  }

  function layout(plot, colour) {
    const axis = { gridcolor: colour.line, linecolor: colour.line, zerolinecolor: colour.line, tickcolor: colour.line };
    const base = plot.layout;
    const lying = plot.data[0].orientation === "h";
    return {
      ...base,
      height: plot.height,
      font: { ...base.font, color: colour.soft, family: getComputedStyle(document.body).fontFamily },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      xaxis: { ...base.xaxis, ...axis, fixedrange: lying },
      yaxis: { ...base.yaxis, ...axis, fixedrange: true, ...(lying ? { autorange: "reversed", ticklabelstandoff: 4 } : {}) },
      hovermode: lying ? "y" : "x",
      hoverlabel: { bgcolor: colour.tile, bordercolor: colour.line, font: { color: colour.ink } },
      bargap: plot.rows.length > 12 ? 0.1 : 0.25,
      dragmode: touch.matches || lying ? false : "zoom",
    };
  }

  function draw(box) {
    const plot = plots[box.dataset.chart];
    const colour = colours();
    Plotly.react(box, traces(plot, colour), layout(plot, colour), { displayModeBar: false, responsive: true, doubleClick: "reset" });
    drawn.add(box);
  }

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
    plots[details.dataset.chart].rows.forEach((cells) => row(body, cells, "td"));
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
