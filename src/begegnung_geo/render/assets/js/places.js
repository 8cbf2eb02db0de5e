/* SPDX-License-Identifier: MIT
 * Begegnungsorte: a sign a group of classes, filled, ringed or dashed by standing. */
(() => {
  const { decodePoints, toLatLng } = begegnung.geometry;
  const { byZoom, font } = begegnung.pens;
  const { data, parts } = begegnung;
  const colours = data.colours;
  const SMALL = 0.68; /* what does not count as supply */
  const POTENTIAL = 2;
  const LETTERS_FROM = 6.5; /* radius of a sign in pixels */
  const LAYERS = ["own", "places", "potential", "neighbours"];
  const INKS = { neighbours: colours.neighbour, own: colours.link };

  function outline(ctx, x, y, r, group) {
    ctx.beginPath();
    if (!group.sides) { ctx.arc(x, y, r, 0, 2 * Math.PI); return; }
    const size = r * (group.sides === 3 ? 1.42 : group.sides === 4 ? 1.18 : 1.08);
    for (let k = 0; k < group.sides; k++) {
      const angle = (group.turn - 90 + 360 * k / group.sides) * Math.PI / 180;
      ctx[k ? "lineTo" : "moveTo"](x + size * Math.cos(angle), y + size * Math.sin(angle));
    }
    ctx.closePath();
  }

  function sign(ctx, x, y, look) {
    const { r, group, standing, ink } = look, isLarge = r > 6, isFilled = standing === 0;
    ctx.setLineDash([]);
    ctx.lineJoin = "round";
    outline(ctx, x, y, r, group);
    ctx.strokeStyle = "#ffffff";
    ctx.lineWidth = isLarge ? 4.5 : 2.4;
    ctx.stroke();
    ctx.fillStyle = isFilled ? ink : "#ffffff";
    ctx.fill();
    ctx.strokeStyle = ink;
    ctx.lineWidth = isLarge ? 1.8 : 1.2;
    if (standing === POTENTIAL) { ctx.setLineDash(isLarge ? [3, 2.4] : [1.6, 1.4]); }
    ctx.stroke();
    ctx.setLineDash([]);
    if (r < LETTERS_FROM) { return; }
    ctx.font = font(Math.round(r * 1.1), 700);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = isFilled ? "#ffffff" : ink;
    ctx.fillText(group.letter, x, y + r * (group.sides === 3 ? (group.turn ? -0.12 : 0.2) : 0.06));
  }

  begegnung.layers.places = begegnung.Part.extend({
    setup(packed) {
      Object.assign(this, packed);
      this.points = decodePoints(packed.xy);
    },
    radius: (zoom) => byZoom(zoom, [[10, 2.2], [12, 3], [13, 5], [14, 8], [15, 10], [17, 12]]),
    eachSeen(view, margin, action) {
      this.points.forEach((at, i) => {
        const x = at[0] * view.scale - view.ox, y = at[1] * view.scale - view.oy;
        if (x > -margin && y > -margin && x < view.width + margin && y < view.height + margin) { action(x, y, i); }
      });
    },
    draw(ctx, view) {
      const radius = this.radius(view.zoom), ink = INKS[this.key] || colours.ink;
      /* What does not count as supply is smaller and lies below what counts. */
      for (const counted of [0, 1]) {
        this.eachSeen(view, 20, (x, y, i) => {
          if (this.counted[i] !== counted) { return; }
          const standing = this.standing[i], isLarge = counted || standing === POTENTIAL;
          sign(ctx, x, y, { r: isLarge ? radius : radius * SMALL, group: data.groups[this.group[i]], standing, ink });
        });
      }
    },
    drawLabels(ctx, view, taken) {
      const r = this.radius(view.zoom);
      if (r >= 6) { this.eachSeen(view, 0, (x, y) => taken.push([x - r, y - r, x + r, y + r])); }
    },
    latLng(i) { return toLatLng(this.xy[i]); },
    /* What the table says of a place; those without a row bring their own texts. */
    tell(i) {
      const row = this.rowOf(i);
      if (!row) { return begegnung.texts.layers[this.key][i]; }
      const heads = row.closest("table").tHead.rows[0].cells, cells = [...row.cells].slice(1);
      return {
        name: row.querySelector(".name").textContent.trim(),
        kind: row.cells[1].textContent.trim(),
        info: cells.flatMap((cell, k) => this.tellCell(heads[k + 1], cell))
          .filter((line) => line.text).concat(this.more(i)),
      };
    },
    /* A cell is one line; what stands beside an address tells how sure the position is. */
    tellCell(head, cell) {
      const beside = cell.querySelector(".beside"), more = beside ? beside.textContent.trim() : "";
      const text = cell.textContent.trim(), line = { term: head.textContent.trim(), text };
      if (!more) { return [line]; }
      line.text = text.slice(0, text.length - more.length).trim();
      return [line, { term: begegnung.texts.words.position, text: more }];
    },
    /* What opening a Potenzialraum would bring. */
    more(i) { return (this.key === "potential" && begegnung.texts.layers.potential[this.id[i]]) || []; },
    addressOf(i) {
      const row = this.rowOf(i), cell = row && row.querySelector(".address:not([data-missing]) bdi");
      return cell ? cell.textContent.trim().split(",")[0] : "";
    },
    rowOf(i) { return this.id ? begegnung.find(`ort-${this.id[i]}`) : null; },
  });

  const shownParts = () => LAYERS.map((key) => parts[key]).filter((part) => part && begegnung.map._scene.hasPart(part));

  begegnung.places = {
    shownParts,
    hasLetters: (zoom) => begegnung.layers.places.prototype.radius(zoom) >= LETTERS_FROM,
    reachOf: (zoom) => Math.max(14, begegnung.layers.places.prototype.radius(zoom) + 4),
    /* The nearest place on show within some pixels of a layer point. */
    nearest(point, reach) {
      const { map } = begegnung, scale = Math.pow(2, map.getZoom()), origin = map.getPixelOrigin();
      let best = null;
      for (const part of shownParts()) {
        part.points.forEach((at, index) => {
          const distance = Math.hypot(at[0] * scale - origin.x - point.x, at[1] * scale - origin.y - point.y);
          if (distance < (best ? best.distance : reach)) { best = { part, index, distance }; }
        });
      }
      return best;
    },
    /* A place by its id, also where its layer is off. */
    byId(id) {
      for (const part of [parts.places, parts.potential]) {
        const index = part ? part.id.indexOf(id) : -1;
        if (index >= 0) { return { part, index }; }
      }
      return null;
    },
  };
})();
