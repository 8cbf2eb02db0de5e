/* SPDX-License-Identifier: MIT
 * Squares of ground that come within reach, or fall out of it, while other open places are tried. */
(() => {
  const { readNumbers } = begegnung.geometry;
  const { hatch } = begegnung.pens;
  const { colours } = begegnung.data;
  const WALK = 1, STEP_FREE = 2, BOTH = 3;
  const GAINED = 1, LOST = 2;
  const SIDES = [[0, -1, 0, 0, 1, 0], [1, 0, 1, 0, 1, 1], [0, 1, 0, 1, 1, 1], [-1, 0, 0, 0, 0, 1]];

  const unfold = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

  const Squares = begegnung.Part.extend({
    setup(packed) {
      this.packed = packed;
      this.changed = null;
    },
    /* For each place (or use) its squares and their codes; read when first asked for. */
    _read() {
      if (this.owners) { return this.owners; }
      const { columns, text, count } = this.packed, read = readNumbers(text);
      let row = 0, column = 0;
      this.owners = Array.from({ length: count }, () => {
        const squares = [], codes = [];
        for (let runs = read(); runs > 0; runs--) {
          row += unfold(read());
          column += unfold(read());
          for (let length = read(), c = 0; c < length; c++) {
            squares.push(row * columns + column + c);
            codes.push(read());
          }
        }
        return { squares: Uint32Array.from(squares), codes: Uint16Array.from(codes) };
      });
      return this.owners;
    },
    draw(ctx, view) {
      if (!this.changed) { return; }
      for (const [kind, look] of [
        [GAINED, { colour: colours.link, gap: 7, width: 1.6 }],
        [LOST, { colour: colours.ink, gap: 7, width: 1.6, isFalling: true }],
      ]) { this._drawKind(ctx, view, kind, look); }
    },
    _drawKind(ctx, view, kind, look) {
      const { columns, rows } = this.packed, corner = this._corners(view), edges = new Path2D(), area = new Path2D();
      const isKind = (c, r) => c >= 0 && r >= 0 && c < columns && r < rows && this.changed[r * columns + c] === kind;
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          if (!isKind(c, r)) { continue; }
          area.moveTo(...corner(c, r));
          [[c + 1, r], [c + 1, r + 1], [c, r + 1]].forEach((at) => area.lineTo(...corner(...at)));
          area.closePath();
          for (const [dc, dr, c1, r1, c2, r2] of SIDES) {
            if (isKind(c + dc, r + dr)) { continue; }
            edges.moveTo(...corner(c + c1, r + r1));
            edges.lineTo(...corner(c + c2, r + r2));
          }
        }
      }
      ctx.fillStyle = hatch(ctx, view, look);
      ctx.fill(area);
      for (const [colour, width] of [["#ffffff", 3.6], [look.colour, 1.8]]) {
        ctx.strokeStyle = colour;
        ctx.lineWidth = width;
        ctx.setLineDash(look.isFalling && colour !== "#ffffff" ? [5, 4] : []);
        ctx.stroke(edges);
      }
      ctx.setLineDash([]);
    },
    /* Where a corner is on the canvas; the polynomials are those of `fit_squares`. */
    _corners(view) {
      const { columns, rows, fit } = this.packed;
      return (column, row) => {
        const c = column / columns, r = row / rows;
        const [x, y] = fit.map((k) => k[0] + k[1] * c + k[2] * r + k[3] * c * c + k[4] * c * r + k[5] * r * r);
        return [x * view.scale - view.ox, y * view.scale - view.oy];
      };
    },
  });

  begegnung.layers.squares = Squares.extend({
    /* Which squares are within reach of an open place: the same rule as `find_reached`. */
    reached(open, use) {
      const { columns, rows, codes } = this.packed, seen = new Uint8Array(columns * rows);
      const signs = codes.map(([walk, stepFree]) => (walk <= use.reach ? WALK : 0) | (stepFree <= use.reach ? STEP_FREE : 0));
      this._read().forEach(({ squares, codes: walks }, place) => {
        if (!open[place]) { return; }
        for (let k = 0; k < squares.length; k++) { seen[squares[k]] |= signs[walks[k]]; }
      });
      const wanted = use.stepFree ? BOTH : WALK;
      for (let k = 0; k < seen.length; k++) { seen[k] = (seen[k] & wanted) === wanted ? 1 : 0; }
      return seen;
    },
    /* Keeps what changed for drawing, and returns square kilometres. */
    compare(before, now) {
      const count = { [GAINED]: 0, [LOST]: 0 };
      this.changed = now.map((isWithin, k) => {
        const change = isWithin === before[k] ? 0 : isWithin ? GAINED : LOST;
        if (change) { count[change]++; }
        return change;
      });
      return { gained: count[GAINED] * this.packed.square, lost: count[LOST] * this.packed.square };
    },
  });

  /* What a scenario changes, for the walker and time chosen. */
  begegnung.layers.changes = Squares.extend({
    draw(ctx, view) {
      const { columns, rows, uses } = this.packed, { profile, threshold } = begegnung.state;
      const own = this._read()[uses.findIndex((use) => use[0] === profile && use[1] === threshold)];
      this.changed = new Uint8Array(columns * rows);
      if (own) { own.squares.forEach((at, k) => { this.changed[at] = [GAINED, LOST, 0][own.codes[k]]; }); }
      Squares.prototype.draw.call(this, ctx, view);
    },
  });
})();
