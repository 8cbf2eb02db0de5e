/* SPDX-License-Identifier: MIT
 * Finding a place, a quarter or a street in the page's own names. */
document.addEventListener("mapready", () => {
  const { map, data, parts, find } = begegnung;
  const { words } = begegnung.texts;
  const { toWorld, toLatLng, boundsOf } = begegnung.geometry;
  const MOST = 8, PAUSE_MS = 120, EARTH_M = 40075016;
  const SAME_STREET_M = 400; /* farther apart, pieces of one name are two streets */
  const field = find("finden"), list = find("fundstellen"), line = find("fundzahl");
  let entries = null, waiting = 0;

  /* Small letters without accents; "Straße", "Strasse" and "Str." are one. */
  const fold = (text) => text.toLocaleLowerCase("de").normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/ß/g, "ss")
    .replace(/strasse\b/g, "str").replace(/str\.(?=\s|$)/g, "str").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  function mark(pieces, name) {
    begegnung.found = { pieces, name };
    begegnung.redraw();
  }

  const districtsAt = ([x, y]) => (parts.districts ? parts.districts.namesAt(x, y) : []);

  /* Pieces of one name that lie close together are one street. */
  function groupPieces(pieces) {
    const perMetre = 256 / EARTH_M / Math.cos(map.getCenter().lat * Math.PI / 180), near = SAME_STREET_M * perMetre;
    const isNear = ({ box: a }, { box: b }) =>
      a[0] - b[2] <= near && b[0] - a[2] <= near && a[1] - b[3] <= near && b[1] - a[3] <= near;
    return pieces.reduce((groups, piece) => {
      const touched = groups.filter((group) => group.some((other) => isNear(piece, other)));
      return [...groups.filter((group) => !touched.includes(group)), [...touched.flat(), piece]];
    }, []);
  }

  function* listPlaces() {
    for (const part of [parts.places, parts.potential]) {
      for (let i = 0; part && i < part.id.length; i++) {
        const { name, kind } = part.tell(i), id = part.id[i];
        const where = () => [districtsAt(part.points[i])[0], part.addressOf(i)];
        yield { name, kind, where, show: (from) => { mark([], ""); begegnung.showPlace(id, from); } };
      }
    }
  }

  function* listQuarters() {
    const { name, xy, kind } = data.layers.labels;
    for (let i = 0; i < name.length; i++) {
      const at = toLatLng(xy[i]);
      if (!begegnung.isInside(at)) { continue; }
      yield {
        name: name[i], kind: words[kind[i]] || words.quarter, where: () => districtsAt(toWorld(at)),
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
    for (const [name, all] of streets) {
      for (const pieces of groupPieces(all)) {
        const { xy } = pieces[0], middle = 2 * Math.floor(xy.length / 4);
        yield {
          name, kind: words.street, where: () => districtsAt([xy[middle], xy[middle + 1]]),
          show: () => {
            mark(pieces, name);
            map.fitBounds(boundsOf(pieces), { padding: [50, 50], maxZoom: 17, animate: false });
          },
        };
      }
    }
  }

  /* Entries of one name say in which district they lie, and where that is the same, where in it. */
  function tellApart(entries) {
    const groups = new Map();
    for (const entry of entries) {
      if (!groups.has(entry.folded)) { groups.set(entry.folded, []); }
      groups.get(entry.folded).push(entry);
    }
    for (const group of groups.values()) {
      if (group.length < 2) { continue; }
      const told = group.map((entry) => entry.where().filter(Boolean));
      group.forEach((entry, i) => {
        const isAlone = told.filter(([first]) => first === told[i][0]).length === 1;
        entry.kind = [entry.kind, ...told[i].slice(0, isAlone ? 1 : 2)].join(" · ");
      });
    }
    return entries;
  }

  function collect() {
    return tellApart([...listPlaces(), ...listQuarters(), ...listStreets()]
      .map((entry) => ({ ...entry, folded: fold(entry.name) })).filter((entry) => entry.folded));
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
