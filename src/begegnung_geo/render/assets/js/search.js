/* SPDX-License-Identifier: MIT
 * Finding a place, a quarter or a street in the page's own names. */
document.addEventListener("mapready", () => {
  const { map, data, parts, find } = begegnung;
  const { words } = begegnung.texts;
  const { toLatLng, boundsOf } = begegnung.geometry;
  const MOST = 8, PAUSE_MS = 120;
  const field = find("finden"), list = find("fundstellen"), line = find("fundzahl");
  let entries = null, waiting = 0;

  /* Small letters without accents; "Straße", "Strasse" and "Str." are one. */
  const fold = (text) => text.toLocaleLowerCase("de").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ß/g, "ss")
    .replace(/strasse\b/g, "str").replace(/str\.(?=\s|$)/g, "str").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  function mark(pieces, name) {
    begegnung.found = { pieces, name };
    begegnung.redraw();
  }

  function* listPlaces() {
    for (const part of [parts.places, parts.potential]) {
      for (let i = 0; part && i < part.id.length; i++) {
        const { name, kind } = part.tell(i), id = part.id[i];
        yield { name, kind, show: (from) => { mark([], ""); begegnung.showPlace(id, from); } };
      }
    }
  }

  function* listQuarters() {
    const { name, xy, kind } = data.layers.labels;
    for (let i = 0; i < name.length; i++) {
      const at = toLatLng(xy[i]);
      if (!begegnung.isInside(at)) { continue; }
      yield {
        name: name[i], kind: words[kind[i]] || words.quarter,
        show: () => { mark([], ""); map.setView(at, Math.max(map.getZoom(), 14.5), { animate: false }); },
      };
    }
  }

  function* listStreets() {
    const streets = new Map();
    for (const part of [parts.streets, parts.main_road]) {
      (part ? part.lines : []).forEach((piece, i) => {
        const name = part.names[i];
        if (!name || !begegnung.isPieceInside(piece)) { return; }
        streets.set(name, [...(streets.get(name) || []), piece]);
      });
    }
    for (const [name, pieces] of streets) {
      yield {
        name, kind: words.street,
        show: () => {
          mark(pieces, name);
          map.fitBounds(boundsOf(pieces), { padding: [50, 50], maxZoom: 17, animate: false });
        },
      };
    }
  }

  function collect() {
    return [...listPlaces(), ...listQuarters(), ...listStreets()]
      .map((entry) => ({ ...entry, folded: fold(entry.name) })).filter((entry) => entry.folded);
  }

  /* Names that begin with it, then those with a word that does, then the rest; short ones first. */
  function match(text) {
    const wanted = fold(text);
    if (!wanted) { return []; }
    entries = entries || collect();
    return entries.filter((entry) => entry.folded.includes(wanted)).map((entry) => {
      const at = entry.folded.indexOf(wanted);
      return { entry, rank: at === 0 ? 0 : entry.folded[at - 1] === " " ? 1 : 2 };
    }).sort((a, b) => a.rank - b.rank || a.entry.folded.length - b.entry.folded.length || (a.entry.name < b.entry.name ? -1 : 1))
      .map((hit) => hit.entry);
  }

  function close() {
    list.hidden = true;
    list.textContent = line.textContent = "";
  }

  function choose(entry) {
    map.closePopup();
    entry.show(field);
    close();
    begegnung.say(`${entry.name}, ${entry.kind}`);
  }

  function buildHit(entry) {
    const item = document.createElement("li"), button = document.createElement("button");
    const name = document.createElement("bdi"), kind = document.createElement("span");
    button.type = "button";
    name.textContent = entry.name;
    kind.textContent = entry.kind;
    button.append(name, kind);
    button.addEventListener("click", () => choose(entry));
    item.append(button);
    return item;
  }

  function offer() {
    const hits = match(field.value);
    list.replaceChildren(...hits.slice(0, MOST).map(buildHit));
    list.hidden = !hits.length;
    line.textContent = field.value.trim() ? begegnung.count(begegnung.texts.hits, hits.length) : "";
    return hits;
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(offer, PAUSE_MS);
    if (!field.value) { mark([], ""); }
  });
  field.form.addEventListener("submit", () => {
    clearTimeout(waiting);
    const hits = offer();
    if (hits.length) { choose(hits[0]); }
  });
  field.form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); field.focus(); return; }
    const buttons = [...list.querySelectorAll("button")], at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !buttons.length) { return; }
    event.preventDefault();
    (at + step < 0 ? field : buttons[Math.min(at + step, buttons.length - 1)]).focus();
  });
  field.form.addEventListener("focusout", (event) => {
    if (!field.form.contains(event.relatedTarget)) { close(); }
  });
});
