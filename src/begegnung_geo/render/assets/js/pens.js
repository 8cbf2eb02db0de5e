/* SPDX-License-Identifier: MIT
 * How lines, areas and hatches are put on the canvas. */
(() => {
  const FAMILY = "system-ui, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif";
  const LEAST_STEP = 0.7; /* shorter steps are below what a screen shows */

  const isSeen = (box, view) =>
    box[0] <= view.box[2] && box[2] >= view.box[0] && box[1] <= view.box[3] && box[3] >= view.box[1];

  function trace(ctx, view, part, isClosed) {
    const xy = part.xy, s = view.scale, ox = view.ox, oy = view.oy, n = xy.length;
    let px = xy[0] * s - ox, py = xy[1] * s - oy;
    ctx.moveTo(px, py);
    for (let i = 2; i < n; i += 2) {
      const x = xy[i] * s - ox, y = xy[i + 1] * s - oy;
      if (Math.abs(x - px) + Math.abs(y - py) >= LEAST_STEP || i === n - 2) {
        ctx.lineTo(x, y);
        px = x;
        py = y;
      }
    }
    if (isClosed) { ctx.closePath(); }
  }

  function tracePolygons(ctx, view, polygons) {
    ctx.beginPath();
    for (const polygon of polygons) {
      if (isSeen(polygon.box, view)) { polygon.rings.forEach((ring) => trace(ctx, view, ring, true)); }
    }
  }

  function traceLines(ctx, view, lines) {
    ctx.beginPath();
    for (const line of lines) {
      if (isSeen(line.box, view)) { trace(ctx, view, line, false); }
    }
  }

  /* A number that grows with the zoom, straight between the given stops. */
  function byZoom(zoom, stops) {
    if (zoom <= stops[0][0]) { return stops[0][1]; }
    for (let i = 1; i < stops.length; i++) {
      const [from, low] = stops[i - 1], [to, high] = stops[i];
      if (zoom <= to) { return low + (zoom - from) / (to - from) * (high - low); }
    }
    return stops[stops.length - 1][1];
  }

  function hatch(ctx, view, look) {
    const ratio = view.ratio, size = Math.round(look.gap * ratio), tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.strokeStyle = pen.fillStyle = look.colour;
    pen.lineWidth = look.width * ratio;
    pen.beginPath();
    if (look.isDashed) {
      for (const [x, y] of [[0, size / 4], [size / 2, size * 3 / 4]]) { pen.rect(x + size / 16, y, size * 3 / 8, pen.lineWidth); }
      pen.fill();
    } else if (look.isDotted) {
      for (const at of [size / 4, size * 3 / 4]) { pen.rect(at - pen.lineWidth / 2, at - pen.lineWidth / 2, pen.lineWidth, pen.lineWidth); }
      pen.fill();
    } else {
      for (const shift of [-size, 0, size]) {
        pen.moveTo(shift - size, look.isFalling ? -size : 2 * size);
        pen.lineTo(shift + 2 * size, look.isFalling ? 2 * size : -size);
      }
      pen.stroke();
    }
    const pattern = ctx.createPattern(tile, "repeat");
    /* The hatch stays with the ground when the canvas moves. */
    pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio,
      -(view.ox % (size / ratio)), -(view.oy % (size / ratio))]));
    return pattern;
  }

  begegnung.pens = {
    isSeen, trace, tracePolygons, traceLines, byZoom, hatch,
    font: (size, weight, style) => `${style || ""} ${weight} ${size}px ${FAMILY}`,
    clip: (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text),
  };
})();
