/* SPDX-License-Identifier: MIT
 * Tables that sort and filter. Works without the map too. */
(() => {
  const { find, texts } = begegnung;
  const language = document.documentElement.lang;
  const PAUSE_MS = 120;

  /* ---- sorting ---- */

  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });

  function valueOf(row, column) {
    const cell = row.cells[column];
    if (cell.dataset.sort !== undefined) { return Number(cell.dataset.sort); }
    return (cell.querySelector(".name") || cell).textContent.trim();
  }

  function compare(a, b) {
    if (typeof a === "number") { return a - b; }
    if (!a !== !b) { return a ? -1 : 1; }
    return collator.compare(a, b);
  }

  function sort(table, heads, column) {
    const head = heads[column], isRising = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
    const rows = [...table.tBodies[0].rows], totals = rows.filter((row) => row.classList.contains("total"));
    const keyed = rows.filter((row) => !totals.includes(row)).map((row) => ({ value: valueOf(row, column), row }));
    keyed.sort((a, b) => (isRising ? compare(a.value, b.value) : compare(b.value, a.value)));
    table.tBodies[0].append(...keyed.map(({ row }) => row), ...totals);
  }

  document.querySelectorAll("[data-sortable]").forEach((table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (head.hasAttribute("data-fixed")) { return; }
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, heads, column));
    });
  });

  /* ---- filtering ---- */

  const table = find("orte-tabelle"), folded = new WeakMap();
  const fold = (text) => text.toLocaleLowerCase(language);

  function foldRow(row) {
    if (!folded.has(row)) { folded.set(row, fold([row.querySelector(".name"), row.querySelector(".address bdi"), row.cells[6]].map((cell) => cell.textContent).join(" "))); }
    return folded.get(row);
  }

  function filter() {
    const wanted = fold(find("suche").value.trim()), kind = find("art").value, isCountedOnly = find("zaehlt").checked;
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      const fits = (!wanted || foldRow(row).includes(wanted)) && (!kind || row.cells[1].textContent === kind) &&
        (!isCountedOnly || row.hasAttribute("data-counted"));
      row.hidden = !fits;
      shown += fits;
    }
    find("treffer").textContent = begegnung.count(texts.shown, shown);
  }

  if (table) {
    let waiting = 0;
    find("suche").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, PAUSE_MS); });
    find("art").addEventListener("change", filter);
    find("zaehlt").addEventListener("change", filter);
  }
  document.querySelectorAll("form").forEach((form) => {
    form.addEventListener("submit", (event) => event.preventDefault());
  });

  /* Bring a row into view and put the focus on it; a filter that hides it is taken back. */
  begegnung.showRow = (row) => {
    if (row.hidden) { find("suche").form.reset(); filter(); }
    document.querySelectorAll("tr.is-shown").forEach((other) => other.classList.remove("is-shown"));
    row.classList.add("is-shown");
    row.tabIndex = -1;
    row.scrollIntoView({ block: "center" });
    row.focus({ preventScroll: true });
  };
})();
