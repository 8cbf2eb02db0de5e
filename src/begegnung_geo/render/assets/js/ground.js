/* SPDX-License-Identifier: MIT
 * The page's own background: land, green, water, streets with their names, and what lies outside. */
(() => {
  const { decodeParts, decodePolygons, decodePoints, contains, toWorld } = begegnung.geometry;
  const { isSeen, trace, tracePolygons, traceLines, byZoom, font, clip } = begegnung.pens;
  const { placeAt, placeAlong } = begegnung.labels;
  const { layers, data, state } = begegnung;
  const colours = data.colours;

  /* Where a public map lies below, the page's own ground is not drawn. */
  const Ground = begegnung.Part.extend({
    draw(ctx, view) { if (!state.isOnline) { this.paint(ctx, view); } },
    drawLabels(ctx, view, taken) { if (!state.isOnline) { this.write(ctx, view, taken); } },
    write() {},
  });

  layers.ground = Ground.extend({
    setup(packed) { this.polygons = decodePolygons(packed); },
    paint(ctx, view) {
      ctx.fillStyle = colours.land;
      ctx.fillRect(0, 0, view.width, view.height);
    },
  });

  layers.area = Ground.extend({
    setup(packed) { this.polygons = decodePolygons(packed); },
    paint(ctx, view) {
      tracePolygons(ctx, view, this.polygons);
      ctx.fillStyle = colours[this.key];
      ctx.fill("evenodd");
    },
  });

  const STREET_NAMES_FROM = 15;
  const LOOKS = {
    waterway: { colour: "#b7cfdf", width: [[11, 0.6], [14, 1.6], [17, 4]], from: 11 },
    motorway: { colour: "#ffffff", casing: "#85838a", width: [[10, 1.6], [13, 3], [16, 8], [18, 14]], from: 0 },
    main_road: { colour: "#ffffff", casing: "#9b99a0", width: [[10, 0.7], [13, 1.6], [16, 5.5], [18, 11]], from: 0 },
    rail: { colour: "#77757e", width: [[11, 0.4], [13, 0.8], [15, 1.4], [17, 2.4]], from: 0, dash: [9, 4], dashFrom: 14.5 },
    streets: { colour: "#ffffff", casing: "rgba(90,88,96,0.55)", width: [[12.5, 0.4], [14, 1], [16, 4.2], [18, 10]], from: 12.5 },
    paths: { colour: "rgba(90,88,96,0.6)", width: [[14, 0.6], [17, 1.4]], from: 14.5, dash: [3, 3], dashFrom: 0 },
  };

  layers.line = Ground.extend({
    setup(packed) {
      this.lines = decodeParts(packed);
      /* Lines come sorted by name, with how many bear each; "" for those without. */
      this.names = (packed.names || []).flatMap((name, i) => Array(packed.counts[i]).fill(name));
    },
    paint(ctx, view) {
      const look = LOOKS[this.key];
      if (view.zoom < look.from) { return; }
      const width = byZoom(view.zoom, look.width);
      traceLines(ctx, view, this.lines);
      ctx.setLineDash([]);
      ctx.lineCap = look.dash ? "butt" : "round";
      if (look.casing) {
        ctx.strokeStyle = look.casing;
        ctx.lineWidth = width + (width > 1.2 ? 1.4 : 0.2);
        ctx.stroke();
      }
      if (!look.casing || width > 1.2) {
        ctx.strokeStyle = look.colour;
        ctx.lineWidth = width;
        if (look.dash && view.zoom >= look.dashFrom) { ctx.setLineDash(look.dash); }
        ctx.stroke();
      }
      ctx.setLineDash([]);
    },
    write(ctx, view, taken) {
      if (!this.names.length || view.zoom < STREET_NAMES_FROM) { return; }
      const size = view.zoom < 16.5 ? 11 : 13, spots = new Map();
      this.lines.forEach((line, i) => {
        const name = this.names[i];
        if (!name || !isSeen(line.box, view)) { return; }
        if (!spots.has(name)) { spots.set(name, []); }
        placeAlong(ctx, view, taken, { text: clip(name, 32), size, line, spots: spots.get(name) });
      });
    },
  });

  /* What is not this page's area is dimmed, not hidden; names of places and quarters come last. */
  const NAMES_FROM = { city: 9, town: 9, suburb: 12, village: 12, quarter: 13, neighbourhood: 13.5, hamlet: 13.5, green: 14.5, water: 14 };
  const NAME_COLOURS = { green: "#3d5a33", water: "#2b5c84" };
  layers.outside = Ground.extend({
    setup(packed) {
      this.polygons = decodePolygons(packed);
      this.spots = decodePoints(data.layers.labels.xy);
    },
    draw(ctx, view) {
      ctx.beginPath();
      ctx.rect(-5, -5, view.width + 10, view.height + 10);
      this.polygons.forEach((polygon) => polygon.rings.forEach((ring) => trace(ctx, view, ring, true)));
      ctx.fillStyle = colours.veil;
      ctx.fill("evenodd");
      tracePolygons(ctx, view, this.polygons);
      ctx.strokeStyle = colours.ink;
      ctx.lineWidth = byZoom(view.zoom, [[10, 1.6], [15, 2.6]]);
      ctx.stroke();
    },
    write(ctx, view, taken) {
      const { name, kind } = data.layers.labels;
      this.spots.forEach((at, i) => {
        const text = clip(name[i], 36);
        if (view.zoom < NAMES_FROM[kind[i]] || view.named.has(text)) { return; }
        const colour = NAME_COLOURS[kind[i]] || "#45444c";
        placeAt(ctx, view, taken, { at, isFixed: true, lines: [{ text, size: 12, font: font(12, 400, "italic"), colour }] });
      });
    },
    holds(x, y) { return this.polygons.some((polygon) => contains(polygon, x, y)); },
  });

  begegnung.isInside = (latLng) => begegnung.parts.outside.holds(...toWorld(latLng));
  begegnung.isPieceInside = (piece) => {
    const middle = Math.floor(piece.xy.length / 4) * 2;
    return [0, middle, piece.xy.length - 2].some((k) => begegnung.parts.outside.holds(piece.xy[k], piece.xy[k + 1]));
  };

  /* The street that was searched for. */
  begegnung.found = { pieces: [], name: "" };
  layers.found = begegnung.Part.extend({
    draw(ctx, view) {
      traceLines(ctx, view, begegnung.found.pieces);
      for (const [colour, width] of [["#ffffff", 9], [colours.link, 5]]) {
        ctx.strokeStyle = colour;
        ctx.lineWidth = width;
        ctx.stroke();
      }
    },
    drawLabels(ctx, view, taken) {
      const { pieces, name } = begegnung.found;
      if (!pieces.length) { return; }
      const { xy } = pieces.reduce((a, b) => (b.xy.length > a.xy.length ? b : a));
      const k = Math.max(2, Math.floor(xy.length / 4) * 2);
      const at = [(xy[k] + xy[k - 2]) / 2, (xy[k + 1] + xy[k - 1]) / 2];
      placeAt(ctx, view, taken, { at, lines: [{ text: clip(name, 36), size: 13, font: font(13, 650), colour: colours.link }] });
    },
  });
})();
