/* SPDX-License-Identifier: MIT
 * What if other places were open? The figures are added up from groups of homes in whole packets,
 * rounded and hidden as the program does it (analysis/tryout.py), so that they equal its own run. */
(() => {
  const { data, texts, state, find } = begegnung;
  const packed = data.layers && data.layers.tryout;
  if (!packed) { return; }
  const { rules, places, codes, combos, beyond } = packed;
  const told = texts.tryout;
  const [NEIGHBOUR, POTENTIAL] = [1, 2];
  const SHARE_STEPS = 10000; /* shares have four decimals */
  const LISTED = 8;
  const numberOf = new Map(places.id.map((id, i) => [id, i]));
  const isOpenToday = (i) => places.role[i] !== POTENTIAL;
  const openToday = Uint8Array.from(places.id, (id, i) => (isOpenToday(i) ? 1 : 0)), open = openToday.slice();

  /* ---- groups of homes ---- */

  const groups = [], entries = [];
  (() => {
    const text = packed.groups, read = begegnung.geometry.readNumbers(text);
    let combo = 0;
    for (let k = 0; k < packed.count; k++) {
      combo += read();
      const group = { combo, persons: read() * rules.packet, piece: read() - 1, from: entries.length };
      let place = 0;
      for (let left = read(); left > 0; left--) {
        place += read();
        entries.push(place, read());
      }
      group.to = entries.length;
      groups.push(group);
    }
  })();

  /* How a group fares: 0 beyond reach, 1 covered, 2 unknown; the same rules as `find_covered` and `find_unknown`. */
  function judge(group, use, openPieces) {
    let walk = beyond, stepFree = beyond, maybe = beyond, air = beyond;
    for (let k = group.from; k < group.to; k += 2) {
      if (!open[entries[k]]) { continue; }
      const code = codes[entries[k + 1]];
      if (code[0] < walk) { walk = code[0]; }
      if (code[1] < stepFree) { stepFree = code[1]; }
      if (code[2] < maybe) { maybe = code[2]; }
      if (code[3] < air) { air = code[3]; }
    }
    const isNear = walk <= use.reach && walk < beyond;
    if (isNear && (!use.stepFree || stepFree <= use.reach)) { return 1; }
    if (group.piece < 0) { return 2; }
    if (!openPieces.has(group.piece) && air <= use.reach) { return 2; }
    return use.stepFree && isNear && maybe <= use.reach ? 2 : 0;
  }

  /* People of an area as they are told: null where hidden. `some` says whether there is anybody. */
  const hide = (sum, some) => (some && sum < rules.hiddenBelow ? null : sum);
  const toEven = (x) => {
    const low = Math.floor(x), part = x - low;
    return part < 0.5 ? low : part > 0.5 ? low + 1 : low + (low % 2);
  };
  const share = (part, all) => toEven(Math.min(part / all, 1) * SHARE_STEPS);

  /* One row of `published_coverage`; shares in ten-thousandths. */
  function publish(sums, some, unknownMax) {
    const [beyondSum, covered, unknown] = sums, persons = beyondSum + covered + unknown;
    const row = {
      persons: hide(persons, some.some(Boolean)), covered: hide(covered, some[1]), unknown: hide(unknown, some[2]),
      beyond: hide(beyondSum, some[0]), share: null, shareMax: null,
    };
    const isTold = rules.hasShares && some.some(Boolean);
    const isVague = unknown > unknownMax * persons;
    if (!isTold || isVague) { return row; }
    if (row.covered === null) {
      if (row.persons !== null && row.persons >= rules.shareBase) {
        const most = (rules.hiddenBelow + (row.unknown === null ? rules.hiddenBelow : row.unknown)) / row.persons;
        row.shareMax = Math.min(Math.ceil(most * SHARE_STEPS), SHARE_STEPS);
      }
      return row;
    }
    if (persons >= rules.shareBaseGiven && persons > 0) {
      row.share = share(covered, persons);
      row.shareMax = share(covered + unknown, persons);
    }
    return row;
  }

  const useOf = (profile, threshold) => ({ stepFree: packed.uses[profile].stepFree, reach: packed.uses[profile].reach[threshold] });

  /* The ground that comes within reach and that falls out of it, in square kilometres; the map shows both. */
  function measureGround(profile, threshold) {
    const { try_area: squares } = begegnung.parts, use = useOf(profile, threshold);
    return squares.compare(squares.reached(openToday, use), squares.reached(open, use));
  }

  /* The coverage of the city and of every district, for one walking profile and time. */
  function figures(profile, threshold) {
    const use = useOf(profile, threshold);
    const openPieces = new Set(places.piece.filter((piece, i) => open[i]));
    const sums = combos.map(() => [0, 0, 0]), some = combos.map(() => [0, 0, 0]);
    for (const group of groups) {
      const verdict = judge(group, use, openPieces);
      sums[group.combo][verdict] += group.persons;
      some[group.combo][verdict] = 1;
    }
    const city = { sums: [0, 0, 0], some: [0, 0, 0] };
    const areas = packed.districts.map(() => ({ sums: [0, 0, 0], some: [0, 0, 0] }));
    combos.forEach((members, c) => {
      for (const area of [city, ...members.map((d) => areas[d])]) {
        for (let v = 0; v < 3; v++) {
          area.sums[v] += sums[c][v];
          area.some[v] = area.some[v] || some[c][v];
        }
      }
    });
    return {
      city: publish(city.sums, city.some, 1),
      areas: areas.map((area) => publish(area.sums, area.some, rules.unknownMax)),
      covered: city.sums[1], coveredOf: areas.map((area) => area.sums[1]),
    };
  }

  /* ---- figures in words, as figures.py says them ---- */

  const language = document.documentElement.lang;
  const number = (value) => value.toLocaleString(language);
  const percent = (value) => told.percent.replace("{number}", value);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (slot, key) => (key in values ? values[key] : slot));
  function sayShareValue(value) {
    const whole = toEven(value * 100);
    if (whole === 0 && value > 0) { return fill(told.share.below, { share: percent(1) }); }
    if (whole === 100 && value < 1) { return fill(told.share.above, { share: percent(99) }); }
    return percent(whole);
  }
  function findStatus(row) {
    if (row.persons === 0) { return "no_people"; }
    if (row.persons === null || row.persons < rules.shareBaseGiven) { return "few_people"; }
    if (row.unknown !== null && row.unknown / row.persons > rules.unknownMax) { return "no_statement"; }
    if (row.shareMax === null || (row.covered !== null && row.share === null)) { return "no_people"; }
    const spread = row.shareMax - (row.covered === null ? 0 : row.share);
    return spread > SHARE_STEPS / 100 && row.unknown > 0 ? "range" : "known";
  }
  function sayPlainShare(row, status) {
    if (status === "range") {
      const low = Math.floor((row.covered === null ? 0 : row.share) / 100);
      return fill(told.share.range, { low: number(low), high: sayShareValue(Math.ceil(row.shareMax / 100) / 100) });
    }
    if (status !== "known") { return told.share[status]; }
    if (row.covered === null) {
      const most = Math.min(Math.ceil(rules.hiddenBelow / row.persons * 100), 100);
      return fill(told.share.below, { share: sayShareValue(most / 100) });
    }
    const isAnybodyElse = !(row.beyond === 0 && row.unknown === 0), low = row.share / SHARE_STEPS;
    if (isAnybodyElse && toEven(low * 100) === 100) {
      const least = Math.max(Math.floor((low - rules.hiddenBelow / row.persons) * 100), 0);
      return fill(told.share.above, { share: sayShareValue(least / 100) });
    }
    return sayShareValue(low);
  }
  function sayShare(row) {
    const status = findStatus(row), text = sayPlainShare(row, status);
    return told.isEstimated && ["known", "range"].includes(status) ? fill(told.share.estimated, { share: text }) : text;
  }
  function sayPersons(persons) {
    if (persons < rules.hiddenBelow) { return told.few; }
    const spare = String(persons).length - (told.isEstimated ? 2 : 3), step = Math.max(rules.packet, Math.pow(10, Math.max(spare, 0)));
    return number(toEven(persons / step) * step);
  }
  function sayArea(km2) {
    const tenths = toEven(km2 * 10) / 10, least = (value) => value.toLocaleString(language, { minimumFractionDigits: 1 });
    if (km2 === 0) { return told.area_none; }
    return tenths ? fill(told.area_about, { area: least(tenths) }) : fill(told.area_under, { area: least(0.1) });
  }
  function sayChange(change) {
    if (change === 0) { return told.unchanged; }
    const persons = Math.abs(change) < rules.hiddenBelow ? told.underLimit : sayPersons(Math.abs(change));
    return fill(change > 0 ? told.plus : told.minus, { persons });
  }

  /* ---- the choice ---- */

  const listChanged = (wanted) => places.id.filter((id, i) => Boolean(open[i]) !== isOpenToday(i) && Boolean(open[i]) === wanted);
  const canChange = (id) => numberOf.has(id) && places.role[numberOf.get(id)] !== NEIGHBOUR;
  const nameOf = (id) => {
    const row = find(`raum-${id}`) || find(`ort-${id}`);
    return row ? row.querySelector(".name").textContent.trim() : id;
  };
  const addressOf = (id) => {
    const row = find(`ort-${id}`), cell = row && row.querySelector(".address:not([data-missing]) bdi");
    return cell ? cell.textContent.trim() : "";
  };
  const today = new Map(); /* profile and time -> figures of today */
  function readToday() {
    const key = `${state.profile} ${state.threshold}`;
    if (!today.has(key)) {
      const chosen = open.slice();
      open.set(openToday);
      today.set(key, figures(state.profile, state.threshold));
      open.set(chosen);
    }
    return today.get(key);
  }

  function row(cells, tag) {
    const line = document.createElement("tr");
    cells.forEach((text, k) => {
      const cell = document.createElement(k ? "td" : "th"), inner = document.createElement(k ? "span" : "bdi");
      if (k) { cell.className = "num"; } else { cell.scope = "row"; }
      inner.textContent = text;
      cell.append(inner);
      line.append(cell);
    });
    if (tag) { line.className = tag; }
    return line;
  }

  function tell() {
    const before = readToday(), now = figures(state.profile, state.threshold);
    const opened = listChanged(true), closed = listChanged(false), isTried = opened.length + closed.length > 0;
    const chosen = (id) => find(id).selectedOptions[0].textContent.trim();
    const change = now.covered - before.covered;
    const values = {
      share: sayShare(now.city), before: sayShare(before.city), persons: sayPersons(Math.abs(change)),
      minutes: number(state.threshold), people: chosen("wer"),
    };
    /* Where no share may be told, the sentence speaks of people only. */
    const hasShares = [before.city, now.city].every((row) => ["known", "range"].includes(findStatus(row)));
    const [more, fewer, same] = hasShares ? [told.more, told.fewer, told.same] : [told.people_more, told.people_fewer, told.people_same];
    const sentence = Math.abs(change) < rules.hiddenBelow ? same : change > 0 ? more : fewer;
    find("versuch-satz").textContent = isTried ? fill(sentence, values) : told.nothing;
    const named = [[told.opened, opened], [told.closed, closed]].filter(([, ids]) => ids.length);
    find("versuch-wahl").replaceChildren(...named.map(([text, ids]) => {
      const item = document.createElement("li");
      item.textContent = fill(text, { names: ids.map(nameOf).join(", ") });
      return item;
    }));
    const changed = packed.districts.map((key, d) => d)
      .filter((d) => now.coveredOf[d] !== before.coveredOf[d] || sayShare(now.areas[d]) !== sayShare(before.areas[d]));
    const lines = changed.map((d) => row([
      told.districts[d], sayShare(before.areas[d]), sayShare(now.areas[d]), sayChange(now.coveredOf[d] - before.coveredOf[d]),
    ]));
    const whole = row([told.city, sayShare(before.city), sayShare(now.city), sayChange(change)], "total");
    find("versuch-tabelle").tBodies[0].replaceChildren(...lines, whole);
    const ground = measureGround(state.profile, state.threshold);
    find("versuch-gained").textContent = fill(told.area_gained, { area: sayArea(ground.gained) });
    find("versuch-lost").textContent = fill(told.area_lost, { area: sayArea(ground.lost) });
    find("versuch-titel").textContent = fill(told.caption, values);
    find("versuch-zurueck").disabled = !isTried;
    find("versuch-ergebnis").hidden = !isTried;
    find("versuch-stand").hidden = !isTried;
  }

  function change(id, wanted) {
    if (!canChange(id)) { return; }
    open[numberOf.get(id)] = wanted ? 1 : 0;
    if (wanted && places.role[numberOf.get(id)] === POTENTIAL) { begegnung.switchOn("potential"); }
    tell();
    begegnung.redraw();
    begegnung.map.fire("statechange");
  }

  /* ---- lists ---- */

  const fold = (text) => text.toLocaleLowerCase(language);
  function buildItem(id) {
    const item = document.createElement("li"), label = document.createElement("label");
    const box = document.createElement("input"), name = document.createElement("bdi");
    box.type = "checkbox";
    box.checked = Boolean(open[numberOf.get(id)]);
    box.dataset.try = id;
    box.addEventListener("change", () => change(id, box.checked));
    name.textContent = nameOf(id);
    label.className = "check";
    label.append(box, name);
    if (addressOf(id)) {
      const address = document.createElement("bdi");
      address.className = "where";
      address.textContent = addressOf(id);
      label.append(address);
    }
    item.append(label);
    return item;
  }
  let ordered = null;
  function list() {
    if (!ordered) {
      const rooms = [...document.querySelectorAll("tr[id^=raum-]")].map((line) => line.id.slice(5)).filter(canChange);
      const others = [...document.querySelectorAll("tr[id^=ort-]")].map((line) => line.id.slice(4))
        .filter((id) => canChange(id) && places.role[numberOf.get(id)] !== POTENTIAL);
      ordered = { oeffnen: rooms, schliessen: others };
    }
    const wanted = fold(find("versuch-suche").value.trim());
    Object.entries(ordered).forEach(([key, ids]) => {
      const fits = ids.filter((id) => !wanted || fold(`${nameOf(id)} ${addressOf(id)}`).includes(wanted)), shown = fits.slice(0, LISTED);
      const kept = ids.filter((id) => Boolean(open[numberOf.get(id)]) !== isOpenToday(numberOf.get(id)) && !shown.includes(id));
      find(`versuch-${key}`).replaceChildren(...[...shown, ...kept].map(buildItem));
      find(`versuch-${key}-zahl`).textContent = begegnung.count(told.listed, fits.length).replace("{shown}", number(shown.length));
    });
  }

  begegnung.tryout = {
    figures, measureGround, sayArea, sayShare, canChange,
    isOpen: (id) => Boolean(open[numberOf.get(id)]),
    change: (id, wanted) => { change(id, wanted); list(); },
    list: () => ({ opened: listChanged(true), closed: listChanged(false) }),
    /* Ids from an address: what is no place here, or is so already, changes nothing. */
    set(opened, closed) {
      const now = begegnung.tryout.list(), wanted = { opened: new Set(opened.filter(canChange)), closed: new Set(closed.filter(canChange)) };
      const isSame = (a, b) => a.length === b.size && a.every((id) => b.has(id));
      if (isSame(now.opened, wanted.opened) && isSame(now.closed, wanted.closed)) { return; }
      places.id.forEach((id, i) => {
        open[i] = wanted.opened.has(id) || (isOpenToday(i) && !wanted.closed.has(id)) ? 1 : 0;
      });
      if (wanted.opened.size) { begegnung.switchOn("potential"); }
      list();
      tell();
      begegnung.redraw();
      begegnung.map.fire("statechange");
    },
  };

  /* On the map: a ring around what opens, a cross over what closes. */
  begegnung.layers.tryout = begegnung.Part.extend({
    draw(ctx, view) {
      for (const part of [begegnung.parts.places, begegnung.parts.potential]) {
        for (let i = 0; part && i < part.id.length; i++) {
          const at = numberOf.get(part.id[i]);
          if (at === undefined || Boolean(open[at]) === isOpenToday(at)) { continue; }
          const x = part.points[i][0] * view.scale - view.ox, y = part.points[i][1] * view.scale - view.oy;
          const r = part.radius(view.zoom) + 5;
          for (const [colour, width] of [["#ffffff", 7], [open[at] ? data.colours.link : data.colours.gap, 3.5]]) {
            ctx.setLineDash([]);
            ctx.strokeStyle = colour;
            ctx.lineWidth = width;
            ctx.beginPath();
            if (open[at]) { ctx.arc(x, y, r, 0, 2 * Math.PI); } else {
              ctx.moveTo(x - r, y - r);
              ctx.lineTo(x + r, y + r);
              ctx.moveTo(x - r, y + r);
              ctx.lineTo(x + r, y - r);
            }
            ctx.stroke();
          }
        }
      }
    },
  });

  document.addEventListener("mapready", () => {
    let waiting = 0;
    find("versuch-teil").hidden = false;
    find("versuch-suche").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(list, 120); });
    find("versuch-zurueck").addEventListener("click", () => {
      begegnung.tryout.set([], []);
      find("versuch-suche").focus();
    });
    find("wer").addEventListener("change", tell);
    find("zeit").addEventListener("change", tell);
    list();
    tell();
  });
})();
