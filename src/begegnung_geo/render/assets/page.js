/* SPDX-License-Identifier: MIT
 * Tables that sort and filter, and the switches around the map. Works without the map too. */
"use strict";
(function () {
  var source = document.getElementById("page-data");
  var facts = source ? JSON.parse(source.textContent) : {};
  function find(id) { return document.getElementById(id); }
  function onEvent(id, type, action) { var node = find(id); if (node) { node.addEventListener(type, action); } }

  /* ---- sorting ---- */

  var collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  function valueOf(row, column) {
    var cell = row.cells[column];
    if (cell.dataset.sort !== undefined) { return Number(cell.dataset.sort); }
    var name = cell.querySelector(".name");
    return (name || cell).textContent.trim();
  }
  function compare(a, b) {
    if (typeof a === "number") { return a - b; }
    if (!a !== !b) { return a ? -1 : 1; }
    return collator.compare(a, b);
  }
  function makeSortable(table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      if (head.hasAttribute("data-fixed")) { return; }
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var isRising = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
        var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
        var last = rows.filter(function (row) { return row.classList.contains("total"); });
        rows = rows.filter(function (row) { return !row.classList.contains("total"); });
        var keyed = rows.map(function (row) { return [valueOf(row, column), row]; });
        keyed.sort(function (a, b) { return isRising ? compare(a[0], b[0]) : compare(b[0], a[0]); });
        keyed.forEach(function (pair) { body.appendChild(pair[1]); });
        last.forEach(function (row) { body.appendChild(row); });
      });
    });
  }
  document.querySelectorAll("[data-sortable]").forEach(makeSortable);

  /* ---- filtering ---- */

  var table = find("orte-tabelle");
  function fold(text) { return text.toLocaleLowerCase(document.documentElement.lang); }
  function filter() {
    var wanted = fold(find("suche").value.trim()), kind = find("art").value, onlyCounted = find("zaehlt").checked, shown = 0;
    Array.prototype.forEach.call(table.tBodies[0].rows, function (row) {
      if (row.found === undefined) {
        row.found = fold([row.cells[0].querySelector(".name"), row.cells[3], row.cells[6]].map(function (c) { return c.textContent; }).join(" "));
      }
      var fits = (!wanted || row.found.indexOf(wanted) >= 0) && (!kind || row.cells[1].textContent === kind) &&
        (!onlyCounted || row.hasAttribute("data-counted"));
      row.hidden = !fits;
      if (fits) { shown += 1; }
    });
    var line = shown === 0 ? facts.shown.zero : shown === 1 ? facts.shown.one : facts.shown.other;
    find("treffer").textContent = line.replace("{count}", shown.toLocaleString(document.documentElement.lang));
  }
  if (table) {
    var waiting = 0;
    onEvent("suche", "input", function () { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
    onEvent("art", "change", filter);
    onEvent("zaehlt", "change", filter);
  }
  document.querySelectorAll("form").forEach(function (form) {
    form.addEventListener("submit", function (event) { event.preventDefault(); });
  });

  /* ---- the map's switches ---- */

  document.addEventListener("mapready", function () {
    var map = begegnung.map, data = begegnung.data;
    begegnung.say = function (text) { find("ansage").textContent = text; };
    function choose() {
      begegnung.state.profile = find("wer").value;
      begegnung.state.threshold = Number(find("zeit").value);
      map._scene.redraw();
      find("aussage").textContent = data.statements[begegnung.state.profile][begegnung.state.threshold];
    }
    onEvent("wer", "change", choose);
    onEvent("zeit", "change", choose);
    function link(id, key) {
      var box = find(id), part = begegnung.parts[key], legend = document.querySelector("[data-legend='" + key + "']");
      if (!box || !part) { return; }
      function apply() {
        if (box.checked) { part.addTo(map); } else { part.remove(); }
        if (legend) { legend.hidden = !box.checked; }
      }
      box.addEventListener("change", apply);
      apply();
    }
    link("potenzial", "potential");
    link("nachbarn", "neighbours");
    onEvent("ganz", "click", function () { map.closePopup(); map.fitBounds(data.bounds, { padding: [14, 14] }); });

    function bringIntoView() {
      var frame = map.getContainer().getBoundingClientRect();
      if (frame.top < 0 || frame.bottom > window.innerHeight) { map.getContainer().scrollIntoView({ block: "center" }); }
    }
    document.querySelectorAll("[data-place]").forEach(function (button) {
      button.addEventListener("click", function () {
        var number = Number(button.dataset.place);
        ["places", "potential"].forEach(function (key) {
          var part = begegnung.parts[key], i = part ? part.packed.row.indexOf(number) : -1;
          if (i < 0) { return; }
          if (key === "potential" && !find("potenzial").checked) { find("potenzial").click(); }
          bringIntoView();
          map.setView(part.latLng(i), Math.max(map.getZoom(), 16), { animate: false });
          begegnung.openPlace(part, i, button);
        });
      });
    });
    document.querySelectorAll("[data-gap]").forEach(function (button) {
      button.addEventListener("click", function () {
        var i = Number(button.dataset.gap), gaps = begegnung.parts.gaps;
        bringIntoView();
        map.fitBounds(gaps.bounds(i), { padding: [60, 60], maxZoom: 16, animate: false });
        gaps.open(i, button);
      });
    });
  });
})();
