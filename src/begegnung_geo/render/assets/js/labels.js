/* SPDX-License-Identifier: MIT
 * Words on the map: none covers another; what is placed first matters more. */
(() => {
  const { font } = begegnung.pens;
  const HALO = "rgba(255,255,255,0.92)";
  const SHIFTS = [0, -20, 20, -38, 38];
  const LINE_HEIGHT = 1.25;
  const APART = 320; /* pixels between two labels of one street */

  const isFree = (taken, box) =>
    !taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]);

  function write(ctx, text, x, y, colour) {
    ctx.strokeText(text, x, y);
    ctx.fillStyle = colour;
    ctx.fillText(text, x, y);
  }

  function preparePen(ctx, haloWidth) {
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineWidth = haloWidth;
    ctx.strokeStyle = HALO;
  }

  function measure(ctx, lines) {
    let height = 0, width = 0;
    for (const line of lines) {
      ctx.font = line.font;
      width = Math.max(width, ctx.measureText(line.text).width);
      height += line.size * LINE_HEIGHT;
    }
    return { width: width + 10, height: height + 6 };
  }

  /* Where a label may stand: on its spot, or a little above or below it; a label of a shape
     (`shape`: its box in pixels) stands beside it where it would cover it. */
  function listCentres(spec, x, y, { width, height }) {
    const { shape } = spec;
    if (spec.isFixed) { return [[x, y]]; }
    if (!shape) { return [...SHIFTS.map((shift) => [x, y + shift]), ...(spec.others || [])]; }
    const [left, top, right, bottom] = shape, middle = (top + bottom) / 2, centre = (left + right) / 2;
    const beside = [
      [centre, bottom + height / 2 + 3], [centre, top - height / 2 - 3],
      [right + width / 2 + 3, middle], [left - width / 2 - 3, middle],
    ];
    const isRoomy = right - left > width * 1.4 && bottom - top > height * 1.8;
    return isRoomy ? [[x, y], [x, y - 20], [x, y + 20], ...beside] : beside;
  }

  /* A label of something that is seen is not cut off by the map's edge. */
  function keepInside(box, [left, top, right, bottom]) {
    const shift = (low, high, least, most) => (high - low > most - least ? 0 : Math.max(least - low, 0) + Math.min(most - high, 0));
    const dx = shift(box[0], box[2], left, right), dy = shift(box[1], box[3], top, bottom);
    return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy];
  }

  /* Place lines of text at a spot; returns whether there was room. `others` are further spots in
     pixels, `avoid` are boxes better left free. */
  function placeAt(ctx, view, taken, spec) {
    const x = spec.at[0] * view.scale - view.ox, y = spec.at[1] * view.scale - view.oy;
    if (x < -80 || y < -30 || x > view.width + 80 || y > view.height + 30) { return false; }
    const size = measure(ctx, spec.lines);
    const { frame } = view, isSeen = x >= frame[0] && x <= frame[2] && y >= frame[1] && y <= frame[3];
    const boxes = listCentres(spec, x, y, size)
      .map(([cx, cy]) => [cx - size.width / 2, cy - size.height / 2, cx + size.width / 2, cy + size.height / 2])
      .map((tried) => (isSeen ? keepInside(tried, frame) : tried))
      .filter((tried) => isFree(taken, tried));
    const box = boxes.find((tried) => isFree(spec.avoid || [], tried)) || boxes[0];
    if (!box) { return false; }
    const middle = (box[0] + box[2]) / 2;
    taken.push(box);
    spec.lines.forEach((line) => view.named.add(line.text));
    view.labels.push(() => {
      if (spec.isBoxed) {
        ctx.fillStyle = HALO;
        ctx.fillRect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
      }
      preparePen(ctx, 4);
      let top = box[1] + 3;
      for (const line of spec.lines) {
        ctx.font = line.font;
        write(ctx, line.text, middle, top + line.size * 0.62, line.colour);
        top += line.size * LINE_HEIGHT;
      }
    });
    return true;
  }

  function measureLine(line, view) {
    const xy = line.xy, points = [];
    let length = 0;
    for (let i = 0; i < xy.length; i += 2) {
      const x = xy[i] * view.scale - view.ox, y = xy[i + 1] * view.scale - view.oy;
      if (points.length) { length += Math.hypot(x - points[points.length - 1][0], y - points[points.length - 1][1]); }
      points.push([x, y, length]);
    }
    return points;
  }

  function pointAt(points, distance) {
    let k = 1;
    while (k < points.length - 1 && points[k][2] < distance) { k++; }
    const a = points[k - 1], b = points[k], share = b[2] > a[2] ? (distance - a[2]) / (b[2] - a[2]) : 0;
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  }

  /* The straightest stretch of a line, inside the view, that is as long as its name. */
  function findStretch(line, view, width) {
    const points = measureLine(line, view), length = points[points.length - 1][2];
    if (length < width) { return null; }
    const steps = Math.min(12, Math.max(1, Math.floor((length - width) / 40)));
    let best = null;
    for (let step = 0; step <= steps; step++) {
      const start = (length - width) * step / steps;
      const a = pointAt(points, start), b = pointAt(points, start + width);
      const chord = Math.hypot(b[0] - a[0], b[1] - a[1]), x = (a[0] + b[0]) / 2, y = (a[1] + b[1]) / 2;
      if (chord < width * 0.96 || x < 20 || y < 20 || x > view.width - 20 || y > view.height - 20) { continue; }
      const merit = chord / width - Math.abs(start + width / 2 - length / 2) / length * 0.05;
      if (!best || merit > best.merit) {
        const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        const turn = angle > Math.PI / 2 ? -Math.PI : angle < -Math.PI / 2 ? Math.PI : 0;
        best = { x, y, angle: angle + turn, merit };
      }
    }
    return best;
  }

  /* Write a street's name along it; `spots` are where the name already stands. */
  function placeAlong(ctx, view, taken, spec) {
    const { text, size, line, spots } = spec;
    ctx.font = font(size, 400);
    const width = ctx.measureText(text).width + 10, spot = findStretch(line, view, width);
    if (!spot || spots.some((o) => Math.abs(o.x - spot.x) + Math.abs(o.y - spot.y) < APART)) { return; }
    const dx = (Math.abs(Math.cos(spot.angle)) * width + size) / 2, dy = (Math.abs(Math.sin(spot.angle)) * width + size) / 2;
    const box = [spot.x - dx, spot.y - dy, spot.x + dx, spot.y + dy];
    if (!isFree(taken, box)) { return; }
    taken.push(box);
    spots.push(spot);
    view.labels.push(() => {
      ctx.save();
      ctx.translate(spot.x, spot.y);
      ctx.rotate(spot.angle);
      ctx.font = font(size, 400);
      preparePen(ctx, 3);
      write(ctx, text, 0, 0, "#3a3940");
      ctx.restore();
    });
  }

  begegnung.labels = { placeAt, placeAlong };
})();
