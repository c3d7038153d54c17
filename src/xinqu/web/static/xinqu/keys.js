// Speed for hands on the keyboard; every page works without this file.
"use strict";
(() => {
  const OFF = "xinqu-keys-off";
  const off = () => localStorage.getItem(OFF) === "1";
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]");
  const open = (link) => { if (link) { link.focus(); link.click(); } };

  // Frame bar: a change is a navigation.
  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", (event) => { if (event.target.matches("select")) form.requestSubmit(); });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    });
  }
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[data-auto] :disabled")) field.disabled = false;
  });

  // Matrix: one tab stop, arrows move, the status line tells the cell.
  const table = document.querySelector("[data-matrix]");
  const status = document.querySelector("[data-status]");
  const cells = table ? [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("a.cell")]) : [];
  let [row, column] = [0, 0];
  const tell = (text, told) => {
    if (!status) return;
    status.textContent = text;
    status.classList.toggle("told", told);
  };
  const say = (cell) => cell.getAttribute("aria-label") || cell.textContent;
  const go = (toRow, toColumn) => {
    const [maxRow, maxColumn] = [cells.length - 1, cells[0].length - 1];
    cells[row][column].tabIndex = -1;
    [row, column] = [Math.min(Math.max(toRow, 0), maxRow), Math.min(Math.max(toColumn, 0), maxColumn)];
    cells[row][column].tabIndex = 0;
    cells[row][column].focus();
  };
  const nextRed = () => {
    const flat = cells.flat();
    const here = row * cells[0].length + column;
    const order = [...flat.keys()].map((n) => (here + 1 + n) % flat.length);
    const found = order.find((n) => flat[n].classList.contains("is-red"));
    if (found !== undefined) go(Math.floor(found / cells[0].length), found % cells[0].length);
  };
  if (cells.length) {
    table.setAttribute("role", "grid");
    cells.forEach((line, r) => line.forEach((cell, c) => {
      cell.tabIndex = r || c ? -1 : 0;
      cell.parentElement.setAttribute("role", "gridcell");
      cell.addEventListener("focus", () => { [row, column] = [r, c]; tell(say(cell), true); });
      cell.addEventListener("mouseenter", () => tell(say(cell), true));
    }));
    for (const line of table.rows) line.setAttribute("role", "row");
    for (const part of [table.tHead, table.tBodies[0]]) part.setAttribute("role", "rowgroup");
    const said = status.textContent;
    table.addEventListener("mouseleave", () => tell(said, false));
  }
  const inMatrix = (event) => {
    if (!cells.length || !event.target.closest("a.cell")) return false;
    const ends = event.ctrlKey ? { Home: [0, 0], End: [Infinity, Infinity] } : { Home: [row, 0], End: [row, Infinity] };
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - 5, column], PageDown: [row + 5, column], ...ends,
    };
    if (!(event.key in moves)) return false;
    go(...moves[event.key]);
    return true;
  };
  const ofMatrix = {
    r: nextRed,
    t: () => open(cells[row][column]),
    a: () => open(table.tBodies[0].rows[row].querySelector(".row-head a")),
    i: () => open(table.tHead.rows[1].querySelectorAll(".col a")[column]),
  };

  // Rows of tables and lists: j and k; figures: t; neighbours: [ and ]; file: x.
  const rows = [...document.querySelectorAll("[data-row]")];
  const step = (by) => {
    const at = rows.findIndex((line) => line.contains(document.activeElement));
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    (next?.matches("a") ? next : next?.querySelector("a"))?.focus();
  };
  const ofPage = {
    j: () => step(1),
    k: () => step(-1),
    t: () => open(rows.find((line) => line.contains(document.activeElement))?.querySelector("a.figure")),
    x: () => document.querySelector(".files a, a[download]")?.focus(),
    "[": () => open(document.querySelector('[data-key="["]')),
    "]": () => open(document.querySelector('[data-key="]"]')),
    "?": () => {
      const list = document.getElementById("keys");
      if (list) { list.open = true; list.querySelector("summary").focus(); }
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey || typing(event.target)) return;
    if (inMatrix(event)) { event.preventDefault(); return; }
    if (event.ctrlKey || off()) return;
    const act = (cells.length && ofMatrix[event.key]) || ofPage[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  const choice = document.querySelector("[data-keys-off]");
  if (choice) {
    choice.closest("[hidden]").hidden = false;
    choice.checked = off();
    choice.addEventListener("change", () => localStorage.setItem(OFF, choice.checked ? "1" : "0"));
  }
})();
