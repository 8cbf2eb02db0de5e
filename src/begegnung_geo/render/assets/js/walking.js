/* SPDX-License-Identifier: MIT
 * Walking time to the nearest Begegnungsort, in classes of minutes. */
(() => {
  const { decodePolygons, contains, findAt } = begegnung.geometry;
  const { tracePolygons, byZoom, hatch } = begegnung.pens;
  const { data, state, parts } = begegnung;
  const colours = data.colours;

  begegnung.layers.walking = begegnung.Part.extend({
    setup(packed) {
      this.byProfile = {};
      for (const [profile, areas] of Object.entries(packed)) {
        this.byProfile[profile] = { thresholds: areas.t, areas: decodePolygons(areas) };
      }
      this.homes = data.layers.inhabited && decodePolygons(data.layers.inhabited);
      this.unknown = data.layers.unknown ? decodePolygons(data.layers.unknown) : [];
      this.sheet = document.createElement("canvas");
    },
    draw(ctx, view) {
      const chosen = this.byProfile[state.profile];
      if (!chosen) { return; }
      this._paintSheet(chosen, view);
      this._dot(ctx, view, chosen);
      ctx.save();
      ctx.globalAlpha = colours.walkingOpacity;
      ctx.drawImage(this.sheet, 0, 0, view.width, view.height);
      ctx.restore();
      const line = chosen.areas[chosen.thresholds.indexOf(state.threshold)];
      if (!line) { return; }
      ctx.save();
      this._clip(ctx, view);
      tracePolygons(ctx, view, [line]);
      ctx.setLineDash([]);
      ctx.strokeStyle = "rgba(27,27,31,0.55)";
      ctx.lineWidth = byZoom(view.zoom, [[11, 0.8], [14, 1.6], [17, 2.2]]);
      ctx.stroke();
      ctx.restore();
    },
    /* Dots where hardly anybody lives and dashes where nothing is known, so that in grey neither is taken
       for the shortest walk, nor one for the other. */
    _dot(ctx, view, chosen) {
      tracePolygons(ctx, view, this.unknown);
      ctx.fillStyle = hatch(ctx, view, { colour: colours.unknown, gap: 16, width: 1.3, isDashed: true });
      ctx.fill("evenodd");
      tracePolygons(ctx, view, [...parts.land.polygons, ...this.unknown, ...(this.homes || chosen.areas.slice(0, 1))]);
      ctx.fillStyle = hatch(ctx, view, { colour: colours.unknown, gap: 11, width: 1.6, isDotted: true });
      ctx.fill("evenodd");
    },
    /* Painted opaque from far to near on a sheet of its own, then laid down once at 70 %:
       the classes never add up, and the colours are those of the legend. */
    _paintSheet(chosen, view) {
      this.sheet.width = Math.round(view.width * view.ratio);
      this.sheet.height = Math.round(view.height * view.ratio);
      const pen = this.sheet.getContext("2d");
      pen.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      this._clip(pen, view);
      if (this.homes) {
        pen.fillStyle = colours.walking[colours.walking.length - 1];
        pen.fillRect(0, 0, view.width, view.height);
      }
      chosen.areas.forEach((area, i) => {
        tracePolygons(pen, view, [area]);
        pen.fillStyle = colours.walking[data.thresholds.indexOf(chosen.thresholds[i])];
        pen.fill("evenodd");
      });
    },
    /* Colour only where people live; where that is not known, inside the city. */
    _clip(pen, view) {
      tracePolygons(pen, view, this.homes || parts.land.polygons);
      pen.clip("evenodd");
    },
    isUnknownAt(x, y) { return findAt(this.unknown, x, y) >= 0; },
    /* The class at a spot, -1 where there is none. */
    classAt(x, y) {
      const chosen = this.byProfile[state.profile];
      if (!chosen || findAt(parts.land.polygons, x, y) < 0 || this.isUnknownAt(x, y)) { return -1; }
      let found = this.homes && findAt(this.homes, x, y) >= 0 ? data.thresholds.length : -1;
      chosen.areas.forEach((area, i) => {
        if (contains(area, x, y)) { found = data.thresholds.indexOf(chosen.thresholds[i]); }
      });
      return found;
    },
  });
})();
