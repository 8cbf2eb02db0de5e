/* SPDX-License-Identifier: MIT
 * Districts of every level, those that are under-served, and gaps: who is left out. */
(() => {
  const { decodePolygons, decodePoints, contains, findAt, toLatLng, boundsOf } = begegnung.geometry;
  const { tracePolygons, byZoom, hatch, font, clip } = begegnung.pens;
  const { placeAt } = begegnung.labels;
  const { layers, parts, texts, data, Part } = begegnung;
  const colours = data.colours;
  const LABELLED_GAPS = 5; /* the largest ones are named at every zoom */

  /* Spots inside a polygon, those near its label's point first: a label has somewhere to go. */
  function listSpots(polygon, [x, y]) {
    const [west, north, east, south] = polygon.box, steps = [1, 2, 3, 4, 5, 6, 7], spots = [];
    for (const i of steps) {
      for (const k of steps) {
        const spot = [west + (east - west) * i / 8, north + (south - north) * k / 8];
        if (contains(polygon, ...spot)) { spots.push(spot); }
      }
    }
    const far = ([sx, sy]) => Math.hypot(sx - x, sy - y);
    return spots.sort((a, b) => far(a) - far(b));
  }

  layers.districts = Part.extend({
    setup(levels) {
      this.levels = levels.map((level, i) => ({
        ...texts.layers.districts[i], id: level.id, xy: level.xy,
        polygons: decodePolygons(level), points: decodePoints(level.xy),
      }));
      this.levels.forEach((level) => {
        level.spots = level.polygons.map((polygon, k) => listSpots(polygon, level.points[k]));
      });
    },
    draw(ctx, view) {
      for (let i = this.levels.length - 1; i >= 0; i--) {
        if (i > 0 && view.zoom < 11 + 0.5 * i) { continue; }
        tracePolygons(ctx, view, this.levels[i].polygons);
        ctx.strokeStyle = i ? "rgba(27,27,31,0.6)" : colours.ink;
        ctx.lineWidth = i ? 0.8 : byZoom(view.zoom, [[10, 1.2], [14, 2]]);
        ctx.stroke();
      }
    },
    drawLabels(ctx, view, taken) {
      this.levels.forEach((level, i) => {
        const from = i ? 11.5 + i * 0.8 : 0, to = i === 0 && this.levels.length > 1 ? 14.5 : 17;
        if (view.zoom < from || view.zoom > to) { return; }
        level.points.forEach((at, k) => {
          const size = i ? 12 : 14, text = clip(level.names[k], 30);
          if (view.named.has(text)) { return; } /* a gap of the same name says it already */
          const lines = [{ text, size, font: font(size, i ? 500 : 650), colour: colours.ink }];
          if (level.notes[k]) { lines.push({ text: level.notes[k], size: 12, font: font(12, 650), colour: colours.gap }); }
          const others = level.spots[k].map(([x, y]) => [x * view.scale - view.ox, y * view.scale - view.oy]);
          placeAt(ctx, view, taken, { at, others, lines, avoid: view.gaps });
        });
      });
    },
    infoAt(x, y) {
      return this.levels.map((level) => level.info[findAt(level.polygons, x, y)]).filter(Boolean);
    },
    /* The names of the districts around a spot, the coarsest level first. */
    namesAt(x, y) { return this.levels.map((level) => level.names[findAt(level.polygons, x, y)]).filter(Boolean); },
    isFlagged(name) { return this.levels.some((level) => level.names.some((other, k) => other === name && level.notes[k])); },
    /* Where a district lies and what is told of it. */
    look(number, i) {
      const level = this.levels[number];
      return { bounds: boundsOf([level.polygons[i]]), at: toLatLng(level.xy[i]), name: level.names[i], info: level.info[i] };
    },
  });

  layers.underserved = Part.extend({
    setup(packed) { this.polygons = decodePolygons(packed); },
    draw(ctx, view) {
      tracePolygons(ctx, view, this.polygons);
      ctx.fillStyle = hatch(ctx, view, { colour: "rgba(27,27,31,0.22)", gap: view.zoom < 12.5 ? 11 : 18, width: 1, isFalling: true });
      ctx.fill("evenodd");
      ctx.strokeStyle = colours.gap;
      ctx.lineWidth = byZoom(view.zoom, [[11, 1], [13, 2.2], [15, 2.6]]);
      ctx.setLineDash([10, 5]);
      ctx.stroke();
      ctx.setLineDash([]);
    },
  });

  /* Where long walks stand together (hatched, solid border) and where short ones do (dashed border). */
  layers.spots = Part.extend({
    setup(packed) {
      const polygons = this.polygons = decodePolygons(packed);
      this.xy = packed.xy;
      this.texts = texts.layers.hot_spots;
      this.long = polygons.filter((_, i) => packed.long[i]);
      this.short = polygons.filter((_, i) => !packed.long[i]);
    },
    draw(ctx, view) {
      const width = byZoom(view.zoom, [[11, 1.4], [13, 2.4], [16, 3]]);
      for (const [polygons, colour, dash] of [[this.short, colours.shortWalks, [3, 4]], [this.long, colours.longWalks, []]]) {
        tracePolygons(ctx, view, polygons);
        if (!dash.length) {
          ctx.fillStyle = hatch(ctx, view, { colour, gap: view.zoom < 12.5 ? 7 : 12, width: 1.2, isFalling: true });
          ctx.fill("evenodd");
        }
        for (const [ink, extra] of [["#ffffff", width * 0.8], [colour, 0]]) {
          ctx.strokeStyle = ink;
          ctx.lineWidth = width + extra;
          ctx.setLineDash(extra ? [] : dash);
          ctx.stroke();
        }
        ctx.setLineDash([]);
      }
    },
    at(x, y) { return findAt(this.polygons, x, y); },
    look(i) {
      return { bounds: boundsOf([this.polygons[i]]), at: toLatLng(this.xy[i]), name: this.texts.names[i], info: this.texts.info[i] };
    },
  });

  layers.gaps = Part.extend({
    setup(packed) {
      this.polygons = decodePolygons(packed);
      this.points = decodePoints(packed.xy);
      this.xy = packed.xy;
      this.texts = texts.layers.gaps;
    },
    draw(ctx, view) {
      if (!begegnung.isHeadline()) { return; }
      const width = byZoom(view.zoom, [[11, 1.1], [13, 2], [16, 2.4]]);
      tracePolygons(ctx, view, this.polygons);
      ctx.fillStyle = hatch(ctx, view, { colour: colours.gap, gap: view.zoom < 12.5 ? 5 : 8, width: 1.3, isFalling: false });
      ctx.fill("evenodd");
      for (const [colour, extra] of [["#ffffff", width * 0.8], [colours.gap, 0]]) {
        ctx.strokeStyle = colour;
        ctx.lineWidth = width + extra;
        ctx.stroke();
      }
    },
    drawLabels(ctx, view, taken) {
      if (!begegnung.isHeadline()) { return; }
      this.points.forEach((at, i) => {
        const box = this.polygons[i].box, shape = box.map((side, k) => side * view.scale - (k % 2 ? view.oy : view.ox));
        view.gaps.push(shape);
        if (i >= LABELLED_GAPS && shape[2] - shape[0] < 60) { return; }
        const name = this.texts.names[i], lines = [clip(name, 34), this.texts.notes[i]];
        if (parts.districts && parts.districts.isFlagged(name)) { lines.push(texts.words.districtFlagged); }
        placeAt(ctx, view, taken, {
          at, shape, isBoxed: true,
          lines: lines.map((text, k) => ({ text, size: 12, font: font(12, k ? 500 : 650), colour: colours.gap })),
        });
      });
    },
    at(x, y) { return this.polygons.findIndex((polygon) => contains(polygon, x, y)); },
    look(i) {
      return { bounds: boundsOf([this.polygons[i]]), at: toLatLng(this.xy[i]), name: this.texts.names[i], info: this.texts.info[i] };
    },
  });
  /* Gaps are known for one choice of who walks and how long; with another they would lie on what is in reach. */
  begegnung.isHeadline = () => begegnung.state.profile === data.profile && begegnung.state.threshold === data.threshold;
  begegnung.spotAt = (x, y) => (parts.hot_spots && begegnung.map.hasLayer(parts.hot_spots) ? parts.hot_spots.at(x, y) : -1);
  begegnung.gapAt = (x, y) =>
    (parts.gaps && begegnung.isHeadline() && begegnung.map.hasLayer(parts.gaps) ? parts.gaps.at(x, y) : -1);
})();
