/* SPDX-License-Identifier: MIT
 * Finding a place or a street in the page's own names, and the address that remembers the view. */
"use strict";
document.addEventListener("mapready", function () {
  var map = begegnung.map, data = begegnung.data, parts = begegnung.parts, words = data.words;
  function find(id) { return document.getElementById(id); }

  /* ---- search ---- */

  var field = find("finden"), list = find("fundstellen"), line = find("fundzahl"), entries = null, MOST = 8;
  function fold(text) {
    return text.toLocaleLowerCase("de").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ß/g, "ss")
      .replace(/strasse\b/g, "str").replace(/str\.(?=\s|$)/g, "str").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }
  function add(name, kind, show) {
    var folded = fold(name);
    if (folded) { entries.push({ name: name, folded: folded, kind: kind, show: show }); }
  }
  function collect() {
    entries = [];
    ["places", "potential"].forEach(function (key) {
      var part = parts[key];
      (part ? part.packed.row : []).forEach(function (number, i) {
        var row = find("ort-" + number);
        add(row.querySelector(".name").textContent.trim(), row.cells[1].textContent.trim(), function (from) {
          if (key === "potential" && !find("potenzial").checked) { find("potenzial").click(); }
          mark([]);
          map.setView(part.latLng(i), Math.max(map.getZoom(), 16), { animate: false });
          begegnung.openPlace(part, i, from);
        });
      });
    });
    (data.layers.labels ? data.layers.labels.name : []).forEach(function (name, i) {
      var at = begegnung.toLatLng(data.layers.labels.xy[i]);
      if (begegnung.isInside(at)) {
        add(name, words.quarter, function () { mark([]); map.setView(at, Math.max(map.getZoom(), 14.5), { animate: false }); });
      }
    });
    var streets = {};
    ["streets", "main_road"].forEach(function (key) {
      var part = parts[key];
      (part ? part.lines : []).forEach(function (piece, i) {
        var name = part.names[part.name[i]];
        if (name && begegnung.isPieceInside(piece)) { (streets[name] = streets[name] || []).push(piece); }
      });
    });
    Object.keys(streets).forEach(function (name) {
      add(name, words.street, function () {
        mark(streets[name], name);
        map.fitBounds(begegnung.boundsOf(streets[name]), { padding: [50, 50], maxZoom: 17, animate: false });
      });
    });
  }
  function mark(pieces, name) { begegnung.found = { pieces: pieces, name: name }; map._scene.redraw(); }

  function match(text) {
    var wanted = fold(text);
    if (!wanted) { return []; }
    if (!entries) { collect(); }
    return entries.map(function (entry) {
      var at = entry.folded.indexOf(wanted);
      return { entry: entry, rank: at < 0 ? 9 : at === 0 ? 0 : entry.folded[at - 1] === " " ? 1 : 2 };
    }).filter(function (hit) { return hit.rank < 9; }).sort(function (a, b) {
      return a.rank - b.rank || a.entry.folded.length - b.entry.folded.length || (a.entry.name < b.entry.name ? -1 : 1);
    });
  }
  function choose(entry) {
    map.closePopup();
    entry.show(field);
    close();
    begegnung.say(entry.name + ", " + entry.kind);
  }
  function close() { list.hidden = true; list.textContent = ""; line.textContent = ""; }
  function offer() {
    var hits = match(field.value);
    list.textContent = "";
    hits.slice(0, MOST).forEach(function (hit) {
      var item = document.createElement("li"), button = document.createElement("button");
      button.type = "button";
      button.appendChild(document.createElement("bdi")).textContent = hit.entry.name;
      button.appendChild(document.createElement("span")).textContent = hit.entry.kind;
      button.addEventListener("click", function () { choose(hit.entry); });
      item.appendChild(button);
      list.appendChild(item);
    });
    list.hidden = !hits.length;
    line.textContent = !field.value.trim() ? "" :
      (hits.length === 0 ? words.hitsZero : hits.length === 1 ? words.hitsOne : words.hitsOther)
        .replace("{count}", hits.length.toLocaleString(document.documentElement.lang));
    return hits;
  }
  var waiting = 0;
  field.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(offer, 120);
    if (!field.value) { mark([]); }
  });
  field.form.addEventListener("submit", function () {
    clearTimeout(waiting);
    var hits = offer();
    if (hits.length) { choose(hits[0].entry); }
  });
  field.form.addEventListener("keydown", function (event) {
    var buttons = Array.prototype.slice.call(list.querySelectorAll("button")), at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") { close(); field.focus(); return; }
    var to = event.key === "ArrowDown" ? at + 1 : event.key === "ArrowUp" ? at - 1 : null;
    if (to === null || !buttons.length) { return; }
    event.preventDefault();
    (to < 0 ? field : buttons[Math.min(to, buttons.length - 1)]).focus();
  });
  field.form.addEventListener("focusout", function (event) {
    if (!field.form.contains(event.relatedTarget)) { close(); }
  });

  /* ---- the address of the view ---- */

  var boxes = ["potenzial", "nachbarn"], isTouched = false, writing = 0;
  function write() {
    var center = map.getCenter();
    var text = "karte=" + map.getZoom().toFixed(2) + "/" + center.lat.toFixed(5) + "/" + center.lng.toFixed(5) +
      "&wer=" + encodeURIComponent(begegnung.state.profile) + "&zeit=" + begegnung.state.threshold;
    boxes.forEach(function (id) { if (find(id)) { text += "&" + id + "=" + (find(id).checked ? 1 : 0); } });
    /* Some browsers refuse this for files on a disk; the page works without. */
    try { history.replaceState(history.state, "", "#" + text); } catch (refused) { isTouched = false; }
  }
  function plan() {
    if (!isTouched) { return; }
    clearTimeout(writing);
    writing = setTimeout(write, 250);
  }
  function pick(id, value) {
    var select = find(id);
    var fits = Array.prototype.some.call(select.options, function (option) { return option.value === value; });
    if (fits && select.value !== value) {
      select.value = value;
      select.dispatchEvent(new Event("change"));
    }
  }
  function restore() {
    var given = new URLSearchParams(location.hash.slice(1)), view = (given.get("karte") || "").split("/").map(Number);
    if (given.get("wer")) { pick("wer", given.get("wer")); }
    if (given.get("zeit")) { pick("zeit", given.get("zeit")); }
    boxes.forEach(function (id) {
      var box = find(id), wanted = given.get(id);
      if (box && (wanted === "0" || wanted === "1") && box.checked !== (wanted === "1")) { box.click(); }
    });
    if (view.length === 3 && view.every(isFinite) && Math.abs(view[1]) <= 85 && Math.abs(view[2]) <= 180 &&
        map.options.maxBounds.contains([view[1], view[2]])) {
      map.setView([view[1], view[2]], Math.min(Math.max(view[0], map.getMinZoom()), map.getMaxZoom()), { animate: false });
    }
  }
  restore();
  window.addEventListener("hashchange", restore);
  isTouched = true;
  map.on("moveend", plan);
  ["wer", "zeit"].concat(boxes).forEach(function (id) { if (find(id)) { find(id).addEventListener("change", plan); } });
});
