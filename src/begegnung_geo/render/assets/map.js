/* SPDX-License-Identifier: MIT
 * The map of a page: decodes the packed geometry and draws it on one canvas above which
 * Leaflet moves, zooms and opens popups. Data reaches the page as text only. */
"use strict";
var begegnung = (function () {
  var TILE = 256;
  var CODE = {};
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("").forEach(function (c, i) {
    CODE[c.charCodeAt(0)] = i;
  });
  var source = document.getElementById("map-data");
  var data = source ? JSON.parse(source.textContent) : {};
  var isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  var HALO = "rgba(255,255,255,0.92)";

  /* ---- decoding ---- */

  function worldX(lon) { return (lon / 1e5 + 180) / 360 * TILE; }
  function worldY(lat) {
    return (0.5 - Math.asinh(Math.tan(lat / 1e5 * Math.PI / 180)) / (2 * Math.PI)) * TILE;
  }
  function toLatLng(xy) { return L.latLng(xy[1] / 1e5, xy[0] / 1e5); }

  function fromWorld(x, y) {
    return L.latLng(Math.atan(Math.sinh(Math.PI * (1 - 2 * y / TILE))) * 180 / Math.PI, x / TILE * 360 - 180);
  }

  function decodeParts(packed) {
    var at = 0, lon = 0, lat = 0, text = packed.d;
    function next() {
      var value = 0, shift = 0, code;
      do {
        code = CODE[text.charCodeAt(at++)];
        value += (code & 31) * Math.pow(2, shift);
        shift += 5;
      } while (code & 32);
      return value % 2 ? -(value + 1) / 2 : value / 2;
    }
    return packed.n.map(function (count) {
      var xy = new Float64Array(count * 2);
      var box = [Infinity, Infinity, -Infinity, -Infinity];
      for (var i = 0; i < count; i++) {
        lon += next();
        lat += next();
        var x = worldX(lon), y = worldY(lat);
        xy[2 * i] = x;
        xy[2 * i + 1] = y;
        if (x < box[0]) { box[0] = x; }
        if (y < box[1]) { box[1] = y; }
        if (x > box[2]) { box[2] = x; }
        if (y > box[3]) { box[3] = y; }
      }
      return { xy: xy, box: box };
    });
  }

  function decodePolygons(packed) {
    var rings = decodeParts(packed), at = 0;
    return packed.f.map(function (count) {
      var mine = rings.slice(at, at + count);
      at += count;
      return {
        rings: mine,
        box: mine.reduce(function (b, r) {
          return [Math.min(b[0], r.box[0]), Math.min(b[1], r.box[1]), Math.max(b[2], r.box[2]), Math.max(b[3], r.box[3])];
        }, [Infinity, Infinity, -Infinity, -Infinity])
      };
    });
  }

  function decodePoints(pairs) {
    return pairs.map(function (pair) { return [worldX(pair[0]), worldY(pair[1])]; });
  }

  function contains(polygon, x, y) {
    var b = polygon.box, inside = false;
    if (x < b[0] || x > b[2] || y < b[1] || y > b[3]) { return false; }
    polygon.rings.forEach(function (ring) {
      var xy = ring.xy;
      for (var i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
        if ((xy[i + 1] > y) !== (xy[j + 1] > y) &&
            x < (xy[j] - xy[i]) * (y - xy[i + 1]) / (xy[j + 1] - xy[i + 1]) + xy[i]) { inside = !inside; }
      }
    });
    return inside;
  }

  /* ---- the canvas all layers share ---- */

  var Scene = L.Renderer.extend({
    options: { padding: 0.2, pane: "overlayPane" },
    initialize: function () {
      L.Renderer.prototype.initialize.call(this);
      this._parts = [];
    },
    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._ctx = this._container.getContext("2d");
    },
    _destroyContainer: function () {
      this._container.remove();
      delete this._ctx;
    },
    addPart: function (part) {
      this._parts.push(part);
      this._parts.sort(function (a, b) { return a.order - b.order; });
      this.redraw();
    },
    removePart: function (part) {
      this._parts = this._parts.filter(function (other) { return other !== part; });
      this.redraw();
    },
    hasPart: function (part) { return this._parts.indexOf(part) >= 0; },
    redraw: function () {
      if (!this._frame && this._map) {
        this._frame = L.Util.requestAnimFrame(function () {
          this._frame = null;
          if (this._bounds) { this._draw(); }
        }, this);
      }
    },
    _update: function () {
      if (this._map._animatingZoom && this._bounds) { return; }
      L.Renderer.prototype._update.call(this);
      var size = this._bounds.getSize(), ratio = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = Math.round(size.x * ratio);
      this._container.height = Math.round(size.y * ratio);
      this._container.style.width = size.x + "px";
      this._container.style.height = size.y + "px";
      this._ratio = ratio;
      this._draw();
    },
    _draw: function () {
      var map = this._map, zoom = map.getZoom(), scale = Math.pow(2, zoom);
      var origin = map.getPixelOrigin(), min = this._bounds.min, size = this._bounds.getSize();
      var view = {
        zoom: zoom, scale: scale, ratio: this._ratio,
        ox: origin.x + min.x, oy: origin.y + min.y, width: size.x, height: size.y,
        labels: []
      };
      view.box = [view.ox / scale, view.oy / scale, (view.ox + size.x) / scale, (view.oy + size.y) / scale];
      var ctx = this._ctx;
      ctx.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
      ctx.clearRect(0, 0, size.x, size.y);
      ctx.lineJoin = ctx.lineCap = "round";
      this._parts.forEach(function (part) { part.draw(ctx, view); });
      var taken = [];
      this._parts.slice().reverse().forEach(function (part) {
        if (part.drawLabels) { part.drawLabels(ctx, view, taken); }
      });
      view.labels.forEach(function (paint) { paint(); });
      map.fire("drawn");
    }
  });

  var sceneOf = function (map) {
    if (!map._scene) { map._scene = new Scene().addTo(map); }
    return map._scene;
  };
  var count = 0;
  var Part = L.Layer.extend({
    initialize: function (key) { this.key = key; this.order = count++; begegnung.parts[key] = this; this.setup(data.layers[key]); },
    onAdd: function (map) { sceneOf(map).addPart(this); },
    onRemove: function (map) { sceneOf(map).removePart(this); },
    setup: function () {},
    draw: function () {}
  });

  /* ---- drawing helpers ---- */

  function isSeen(box, view) {
    return box[0] <= view.box[2] && box[2] >= view.box[0] && box[1] <= view.box[3] && box[3] >= view.box[1];
  }
  function trace(ctx, view, part, close) {
    var xy = part.xy, s = view.scale, ox = view.ox, oy = view.oy, n = xy.length;
    var px = xy[0] * s - ox, py = xy[1] * s - oy;
    ctx.moveTo(px, py);
    for (var i = 2; i < n; i += 2) {
      var x = xy[i] * s - ox, y = xy[i + 1] * s - oy;
      if (Math.abs(x - px) + Math.abs(y - py) >= 0.7 || i === n - 2) {
        ctx.lineTo(x, y);
        px = x;
        py = y;
      }
    }
    if (close) { ctx.closePath(); }
  }
  function tracePolygons(ctx, view, polygons) {
    ctx.beginPath();
    polygons.forEach(function (polygon) {
      if (isSeen(polygon.box, view)) {
        polygon.rings.forEach(function (ring) { trace(ctx, view, ring, true); });
      }
    });
  }
  function byZoom(zoom, stops) {
    if (zoom <= stops[0][0]) { return stops[0][1]; }
    for (var i = 1; i < stops.length; i++) {
      if (zoom <= stops[i][0]) {
        var part = (zoom - stops[i - 1][0]) / (stops[i][0] - stops[i - 1][0]);
        return stops[i - 1][1] + part * (stops[i][1] - stops[i - 1][1]);
      }
    }
    return stops[stops.length - 1][1];
  }
  function hatch(ctx, view, colour, gap, width, falling) {
    var ratio = view.ratio, size = Math.round(gap * ratio), tile = document.createElement("canvas");
    tile.width = tile.height = size;
    var pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = width * ratio;
    pen.beginPath();
    [-size, 0, size].forEach(function (shift) {
      if (falling) {
        pen.moveTo(shift - size, -size); pen.lineTo(shift + 2 * size, 2 * size);
      } else {
        pen.moveTo(shift - size, 2 * size); pen.lineTo(shift + 2 * size, -size);
      }
    });
    pen.stroke();
    var pattern = ctx.createPattern(tile, "repeat");
    /* The hatch stays with the ground when the canvas moves. */
    pattern.setTransform(new DOMMatrix([1 / ratio, 0, 0, 1 / ratio,
      -(view.ox % (size / ratio)), -(view.oy % (size / ratio))]));
    return pattern;
  }
  function overlaps(taken, box) {
    return taken.some(function (t) { return box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]; });
  }
  function font(size, weight, style) {
    return (style || "") + " " + weight + " " + size + "px system-ui, \"Segoe UI\", Roboto, \"Helvetica Neue\", Arial, sans-serif";
  }
  function clip(text, most) { return text.length > most ? text.slice(0, most - 1) + "…" : text; }
  function label(ctx, view, taken, spec) {
    var x = spec.at[0] * view.scale - view.ox, y = spec.at[1] * view.scale - view.oy;
    if (x < -80 || y < -30 || x > view.width + 80 || y > view.height + 30) { return false; }
    var height = 0, width = 0;
    spec.lines.forEach(function (line) {
      ctx.font = line.font;
      width = Math.max(width, ctx.measureText(line.text).width);
      height += line.size * 1.25;
    });
    /* Where something is in the way the label moves up or down a little, or stays away. */
    var box = null;
    [0, -20, 20, -38, 38].slice(0, spec.isFixed ? 1 : 5).some(function (shift) {
      var tried = [x - width / 2 - 5, y + shift - height / 2 - 3, x + width / 2 + 5, y + shift + height / 2 + 3];
      if (overlaps(taken, tried)) { return false; }
      box = tried;
      y += shift;
      return true;
    });
    if (!box) { return false; }
    taken.push(box);
    view.labels.push(function () {
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.lineWidth = 4;
      ctx.strokeStyle = HALO;
      var top = y - height / 2;
      spec.lines.forEach(function (line) {
        ctx.font = line.font;
        ctx.strokeText(line.text, x, top + line.size * 0.62);
        ctx.fillStyle = line.colour;
        ctx.fillText(line.text, x, top + line.size * 0.62);
        top += line.size * 1.25;
      });
    });
    return true;
  }

  /* ---- the layers ---- */

  var colours = data.colours || {};
  var layers = {};

  layers.ground = Part.extend({
    setup: function (packed) { this.polygons = decodePolygons(packed); },
    draw: function (ctx, view) {
      ctx.fillStyle = colours.land;
      ctx.fillRect(0, 0, view.width, view.height);
    }
  });

  layers.area = Part.extend({
    setup: function (packed) { this.polygons = decodePolygons(packed); },
    draw: function (ctx, view) {
      tracePolygons(ctx, view, this.polygons);
      ctx.fillStyle = colours[this.key];
      ctx.fill("evenodd");
    }
  });

  layers.walking = Part.extend({
    setup: function (packed) {
      this.byProfile = {};
      Object.keys(packed).forEach(function (profile) {
        this.byProfile[profile] = { thresholds: packed[profile].t, areas: decodePolygons(packed[profile]) };
      }, this);
      this.homes = data.layers.inhabited && decodePolygons(data.layers.inhabited);
      this.sheet = document.createElement("canvas");
    },
    draw: function (ctx, view) {
      var chosen = this.byProfile[begegnung.state.profile];
      if (!chosen) { return; }
      /* Painted opaque from far to near on a sheet of its own, then laid down once at 70 %:
         the classes never add up, and the colours are those of the legend. */
      this.sheet.width = Math.round(view.width * view.ratio);
      this.sheet.height = Math.round(view.height * view.ratio);
      var pen = this.sheet.getContext("2d");
      pen.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      this.clipTo(pen, view);
      if (this.homes) {
        pen.fillStyle = colours.walking[colours.walking.length - 1];
        pen.fillRect(0, 0, view.width, view.height);
      }
      chosen.areas.forEach(function (area, i) {
        tracePolygons(pen, view, [area]);
        pen.fillStyle = colours.walking[data.thresholds.indexOf(chosen.thresholds[i])];
        pen.fill("evenodd");
      });
      ctx.save();
      ctx.globalAlpha = colours.walkingOpacity;
      ctx.drawImage(this.sheet, 0, 0, view.width, view.height);
      ctx.restore();
      var line = chosen.areas[chosen.thresholds.indexOf(begegnung.state.threshold)];
      if (line) {
        ctx.save();
        this.clipTo(ctx, view);
        tracePolygons(ctx, view, [line]);
        ctx.setLineDash([]);
        ctx.strokeStyle = "rgba(27,27,31,0.55)";
        ctx.lineWidth = byZoom(view.zoom, [[11, 0.8], [14, 1.6], [17, 2.2]]);
        ctx.stroke();
        ctx.restore();
      }
    },
    /* Colour only where people live; where that is not known, inside the city. */
    clipTo: function (pen, view) {
      tracePolygons(pen, view, this.homes || begegnung.parts.land.polygons);
      pen.clip("evenodd");
    },
    classAt: function (x, y) {
      var chosen = this.byProfile[begegnung.state.profile];
      function isIn(p) { return contains(p, x, y); }
      if (!chosen || !begegnung.parts.land.polygons.some(isIn)) { return -1; }
      var found = this.homes && this.homes.some(isIn) ? data.thresholds.length : -1;
      chosen.areas.forEach(function (area, i) {
        if (contains(area, x, y)) { found = data.thresholds.indexOf(chosen.thresholds[i]); }
      });
      return found;
    }
  });

  /* The street that was searched for. */
  layers.found = Part.extend({
    draw: function (ctx, view) {
      ctx.beginPath();
      begegnung.found.pieces.forEach(function (line) { if (isSeen(line.box, view)) { trace(ctx, view, line, false); } });
      [["#ffffff", 9], ["#0b4f8a", 5]].forEach(function (pen) {
        ctx.strokeStyle = pen[0];
        ctx.lineWidth = pen[1];
        ctx.stroke();
      });
    },
    drawLabels: function (ctx, view, taken) {
      var piece = begegnung.found.pieces.reduce(function (a, b) { return !a || b.xy.length > a.xy.length ? b : a; }, null);
      if (!piece) { return; }
      var k = Math.floor(piece.xy.length / 4) * 2;
      label(ctx, view, taken, {
        at: [(piece.xy[k] + piece.xy[k - 2 < 0 ? k + 2 : k - 2]) / 2, (piece.xy[k + 1] + piece.xy[k - 2 < 0 ? k + 3 : k - 1]) / 2],
        lines: [{ text: clip(begegnung.found.name, 36), size: 13, font: font(13, 650), colour: "#0b4f8a" }]
      });
    }
  });

  var LINES = {
    waterway: { colour: "#b7cfdf", width: [[11, 0.6], [14, 1.6], [17, 4]], from: 11 },
    motorway: { colour: "#ffffff", casing: "#85838a", width: [[10, 1.6], [13, 3], [16, 8], [18, 14]], from: 0 },
    main_road: { colour: "#ffffff", casing: "#9b99a0", width: [[10, 0.7], [13, 1.6], [16, 5.5], [18, 11]], from: 0 },
    rail: { colour: "#77757e", width: [[11, 0.4], [13, 0.8], [15, 1.4], [17, 2.4]], from: 0, dash: [9, 4], dashFrom: 14.5 },
    streets: { colour: "#ffffff", casing: "rgba(90,88,96,0.55)", width: [[12.5, 0.4], [14, 1], [16, 4.2], [18, 10]], from: 12.5 },
    paths: { colour: "rgba(90,88,96,0.6)", width: [[14, 0.6], [17, 1.4]], from: 14.5, dash: [3, 3] }
  };
  layers.line = layers.street = Part.extend({
    setup: function (packed) {
      this.lines = decodeParts(packed);
      this.names = packed.names || [];
      this.name = packed.name || [];
    },
    draw: function (ctx, view) {
      var look = LINES[this.key];
      if (view.zoom < look.from) { return; }
      var width = byZoom(view.zoom, look.width);
      ctx.beginPath();
      this.lines.forEach(function (line) { if (isSeen(line.box, view)) { trace(ctx, view, line, false); } });
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
        if (look.dash && view.zoom >= (look.dashFrom || 0)) { ctx.setLineDash(look.dash); }
        ctx.stroke();
      }
      ctx.setLineDash([]);
    },
    drawLabels: function (ctx, view, taken) {
      if (!this.names.length || view.zoom < 15) { return; }
      var size = view.zoom < 16.5 ? 11 : 13, done = {}, self = this;
      ctx.font = font(size, 400);
      this.lines.forEach(function (line, i) {
        var code = self.name[i];
        if (code === undefined || code < 0 || !isSeen(line.box, view)) { return; }
        var text = clip(self.names[code], 32);
        var spot = placeOnLine(line, view, ctx.measureText(text).width + 10);
        if (!spot) { return; }
        (done[code] = done[code] || []);
        if (done[code].some(function (o) { return Math.abs(o[0] - spot.x) + Math.abs(o[1] - spot.y) < 320; })) { return; }
        var half = spot.width / 2, dx = Math.abs(Math.cos(spot.angle)) * half + size / 2, dy = Math.abs(Math.sin(spot.angle)) * half + size / 2;
        var box = [spot.x - dx, spot.y - dy, spot.x + dx, spot.y + dy];
        if (overlaps(taken, box)) { return; }
        taken.push(box);
        done[code].push([spot.x, spot.y]);
        view.labels.push(function () {
          ctx.save();
          ctx.translate(spot.x, spot.y);
          ctx.rotate(spot.angle);
          ctx.font = font(size, 400);
          ctx.textAlign = "center";
          ctx.textBaseline = "middle";
          ctx.lineWidth = 3;
          ctx.strokeStyle = HALO;
          ctx.strokeText(text, 0, 0);
          ctx.fillStyle = "#3a3940";
          ctx.fillText(text, 0, 0);
          ctx.restore();
        });
      });
    }
  });

  /* The straightest stretch of a line, inside the view, that is as long as its name. */
  function placeOnLine(line, view, width) {
    var xy = line.xy, best = null, points = [], length = 0;
    for (var i = 0; i < xy.length; i += 2) {
      var p = [xy[i] * view.scale - view.ox, xy[i + 1] * view.scale - view.oy, 0];
      if (points.length) {
        var q = points[points.length - 1];
        length += Math.hypot(p[0] - q[0], p[1] - q[1]);
      }
      p[2] = length;
      points.push(p);
    }
    if (length < width) { return null; }
    function at(d) {
      var k = 1;
      while (k < points.length - 1 && points[k][2] < d) { k++; }
      var a = points[k - 1], b = points[k], t = b[2] > a[2] ? (d - a[2]) / (b[2] - a[2]) : 0;
      return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    }
    var steps = Math.min(12, Math.max(1, Math.floor((length - width) / 40)));
    for (var s = 0; s <= steps; s++) {
      var start = (length - width) * (steps ? s / steps : 0.5);
      var a = at(start), b = at(start + width), chord = Math.hypot(b[0] - a[0], b[1] - a[1]);
      var x = (a[0] + b[0]) / 2, y = (a[1] + b[1]) / 2;
      if (chord < width * 0.96 || x < 20 || y < 20 || x > view.width - 20 || y > view.height - 20) { continue; }
      var merit = chord / width - Math.abs(start + width / 2 - length / 2) / length * 0.05;
      if (!best || merit > best.merit) {
        var angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
        if (angle > Math.PI / 2) { angle -= Math.PI; }
        if (angle < -Math.PI / 2) { angle += Math.PI; }
        best = { x: x, y: y, angle: angle, width: width, merit: merit };
      }
    }
    return best;
  }

  layers.outside = Part.extend({
    setup: function (packed) { this.polygons = decodePolygons(packed); },
    draw: function (ctx, view) {
      ctx.beginPath();
      ctx.rect(-5, -5, view.width + 10, view.height + 10);
      this.polygons.forEach(function (polygon) {
        polygon.rings.forEach(function (ring) { trace(ctx, view, ring, true); });
      });
      ctx.fillStyle = colours.veil;
      ctx.fill("evenodd");
      tracePolygons(ctx, view, this.polygons);
      ctx.strokeStyle = colours.ink;
      ctx.lineWidth = byZoom(view.zoom, [[10, 1.6], [15, 2.6]]);
      ctx.stroke();
    },
    /* Names of places and quarters, drawn after everything that matters more. */
    drawLabels: function (ctx, view, taken) {
      var from = { city: 9, town: 9, suburb: 12, village: 12, quarter: 13, neighbourhood: 13.5, hamlet: 13.5 };
      var given = data.layers.labels;
      if (!given) { return; }
      this.spots = this.spots || decodePoints(given.xy);
      var districts = begegnung.parts.districts, named = [];
      (districts ? districts.levels : []).forEach(function (level) { named = named.concat(level.names); });
      this.spots.forEach(function (at, i) {
        if (view.zoom < from[given.kind[i]] || (view.zoom < 15 && named.indexOf(given.name[i]) >= 0)) { return; }
        label(ctx, view, taken, { at: at, isFixed: true, lines: [{ text: clip(given.name[i], 36), size: 12, font: font(12, 400, "italic"), colour: "#45444c" }] });
      });
    }
  });

  layers.districts = Part.extend({
    setup: function (levels) {
      this.levels = levels.map(function (level) {
        return { polygons: decodePolygons(level), points: decodePoints(level.xy), names: level.names, notes: level.notes, info: level.info };
      });
    },
    draw: function (ctx, view) {
      for (var i = this.levels.length - 1; i >= 0; i--) {
        if (i > 0 && view.zoom < 11 + 0.5 * i) { continue; }
        tracePolygons(ctx, view, this.levels[i].polygons);
        ctx.strokeStyle = i ? "rgba(27,27,31,0.6)" : colours.ink;
        ctx.lineWidth = i ? 0.8 : byZoom(view.zoom, [[10, 1.2], [14, 2]]);
        ctx.stroke();
      }
    },
    drawLabels: function (ctx, view, taken) {
      this.levels.forEach(function (level, i) {
        var from = i === 0 ? 0 : 11.5 + i * 0.8, to = i === 0 && this.levels.length > 1 ? 14.5 : 17;
        if (view.zoom < from || view.zoom > to) { return; }
        level.points.forEach(function (at, k) {
          var size = i ? 12 : 14;
          var lines = [{ text: clip(level.names[k], 30), size: size, font: font(size, i ? 500 : 650), colour: colours.ink }];
          if (level.notes[k]) { lines.push({ text: level.notes[k], size: 12, font: font(12, 650), colour: colours.gap }); }
          label(ctx, view, taken, { at: at, lines: lines });
        });
      }, this);
    },
    infoAt: function (x, y) {
      var found = [];
      this.levels.forEach(function (level) {
        level.polygons.forEach(function (polygon, k) { if (contains(polygon, x, y)) { found.push(level.info[k]); } });
      });
      return found;
    }
  });

  layers.underserved = Part.extend({
    setup: function (packed) { this.polygons = decodePolygons(packed); },
    draw: function (ctx, view) {
      tracePolygons(ctx, view, this.polygons);
      ctx.fillStyle = hatch(ctx, view, "rgba(27,27,31,0.22)", 18, 1, true);
      ctx.fill("evenodd");
      ctx.strokeStyle = colours.gap;
      ctx.lineWidth = 2.4;
      ctx.setLineDash([10, 5]);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  });

  layers.gaps = Part.extend({
    setup: function (packed) {
      this.polygons = decodePolygons(packed);
      this.points = decodePoints(packed.xy);
      this.packed = packed;
    },
    draw: function (ctx, view) {
      tracePolygons(ctx, view, this.polygons);
      ctx.fillStyle = hatch(ctx, view, colours.gap, 8, 1.3, false);
      ctx.fill("evenodd");
      ctx.strokeStyle = "#ffffff";
      ctx.lineWidth = 3.6;
      ctx.stroke();
      ctx.strokeStyle = colours.gap;
      ctx.lineWidth = 2;
      ctx.stroke();
    },
    drawLabels: function (ctx, view, taken) {
      this.points.forEach(function (at, i) {
        var box = this.polygons[i].box, shown = (box[2] - box[0]) * view.scale;
        if (i >= 5 && shown < 60) { return; }
        label(ctx, view, taken, {
          at: at,
          lines: [
            { text: clip(this.packed.names[i], 34), size: 12, font: font(12, 650), colour: colours.gap },
            { text: this.packed.notes[i], size: 12, font: font(12, 500), colour: colours.gap }
          ]
        });
      }, this);
    },
    at: function (x, y) {
      for (var i = 0; i < this.polygons.length; i++) { if (contains(this.polygons[i], x, y)) { return i; } }
      return -1;
    },
    bounds: function (i) {
      var box = this.polygons[i].box;
      return L.latLngBounds(fromWorld(box[0], box[1]), fromWorld(box[2], box[3]));
    },
    open: function (i, returnTo) {
      begegnung.popup(toLatLng(this.packed.xy[i]), this.packed.names[i], this.packed.info[i], returnTo);
    }
  });

  layers.places = Part.extend({
    setup: function (packed) {
      this.packed = packed;
      this.points = decodePoints(packed.xy);
    },
    radius: function (zoom) { return byZoom(zoom, [[10, 2.6], [12.5, 4], [14, 8], [15, 10], [17, 12]]); },
    draw: function (ctx, view) {
      var r = this.radius(view.zoom), packed = this.packed, grey = this.key === "neighbours";
      /* What does not count as supply is smaller and lies below what counts. */
      [0, 1].forEach(function (counted) {
        this.points.forEach(function (at, i) {
          var x = at[0] * view.scale - view.ox, y = at[1] * view.scale - view.oy;
          if (packed.counted[i] !== counted || x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) { return; }
          sign(ctx, x, y, counted || packed.standing[i] === 2 ? r : r * 0.68, packed.group[i], packed.standing[i], grey);
        });
      }, this);
    },
    drawLabels: function (ctx, view, taken) {
      var r = this.radius(view.zoom);
      if (r < 6) { return; }
      this.points.forEach(function (at) {
        var x = at[0] * view.scale - view.ox, y = at[1] * view.scale - view.oy;
        if (x > 0 && y > 0 && x < view.width && y < view.height) { taken.push([x - r, y - r, x + r, y + r]); }
      });
    },
    nearest: function (point, map, reach) {
      var zoom = map.getZoom(), scale = Math.pow(2, zoom), origin = map.getPixelOrigin(), best = -1, least = reach;
      this.points.forEach(function (at, i) {
        var d = Math.hypot(at[0] * scale - origin.x - point.x, at[1] * scale - origin.y - point.y);
        if (d < least) { least = d; best = i; }
      });
      return { part: this, index: best, distance: least };
    },
    latLng: function (i) { return toLatLng(this.packed.xy[i]); }
  });

  function outline(ctx, x, y, r, group) {
    ctx.beginPath();
    if (!group.sides) { ctx.arc(x, y, r, 0, 2 * Math.PI); return; }
    var size = r * (group.sides === 3 ? 1.42 : group.sides === 4 ? 1.18 : 1.08);
    for (var k = 0; k < group.sides; k++) {
      var a = (group.turn - 90 + 360 * k / group.sides) * Math.PI / 180;
      if (k) { ctx.lineTo(x + size * Math.cos(a), y + size * Math.sin(a)); } else { ctx.moveTo(x + size * Math.cos(a), y + size * Math.sin(a)); }
    }
    ctx.closePath();
  }
  function sign(ctx, x, y, r, groupIndex, standing, grey) {
    var group = data.groups[groupIndex], ink = grey ? colours.neighbour : colours.ink;
    ctx.setLineDash([]);
    outline(ctx, x, y, r, group);
    ctx.lineJoin = "round";
    ctx.strokeStyle = "#ffffff";
    ctx.lineWidth = r > 6 ? 4.5 : 2.4;
    ctx.stroke();
    ctx.fillStyle = standing === 0 ? ink : "#ffffff";
    ctx.fill();
    ctx.strokeStyle = ink;
    ctx.lineWidth = r > 6 ? 1.8 : 1.2;
    if (standing === 2) { ctx.setLineDash(r > 6 ? [3, 2.4] : [1.6, 1.4]); }
    ctx.stroke();
    ctx.setLineDash([]);
    if (r >= 6.5) {
      ctx.font = font(Math.round(r * 1.1), 700);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillStyle = standing === 0 ? "#ffffff" : ink;
      ctx.fillText(group.letter, x, y + r * (group.sides === 3 ? (group.turn ? -0.12 : 0.2) : 0.06));
    }
  }

  /* ---- map, popups, keyboard ---- */

  function createMap(id) {
    var map = L.map(id, {
      attributionControl: false, zoomControl: false, zoomSnap: 0.25, zoomDelta: 1, wheelPxPerZoomLevel: 110,
      maxZoom: 18, minZoom: 7, fadeAnimation: false, zoomAnimation: !isStill, inertia: !isStill,
      markerZoomAnimation: !isStill, keyboardPanDelta: 100
    });
    L.control.zoom({ position: "topright", zoomInTitle: data.words.zoomIn, zoomOutTitle: data.words.zoomOut }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
    var bounds = L.latLngBounds(data.bounds);
    map.fitBounds(bounds, { padding: [10, 10], animate: false });
    map.setMinZoom(Math.max(7, Math.floor(map.getZoom()) - 1));
    map.setMaxBounds(bounds.pad(0.6));
    begegnung.map = map;
    return map;
  }

  function element(tag, text, className) {
    var node = document.createElement(tag);
    if (text !== undefined) { node.textContent = text; }
    if (className) { node.className = className; }
    return node;
  }

  /* Content is built from text nodes only; nothing in the data can become markup. */
  function popup(latLng, title, lines, returnTo) {
    var box = element("div", undefined, "popup"), close = element("button", "×", "popup-close");
    close.type = "button";
    close.setAttribute("aria-label", data.words.close);
    var heading = element("h3", title);
    heading.tabIndex = -1;
    box.appendChild(heading);
    lines.forEach(function (line) {
      if (typeof line === "string") { box.appendChild(element("p", line)); return; }
      if (line.href) {
        var link = element("a", line.text), p = element("p");
        link.href = line.href;
        p.appendChild(link);
        box.appendChild(p);
        return;
      }
      var list = box.lastChild.tagName === "DL" ? box.lastChild : box.appendChild(element("dl"));
      list.appendChild(element("dt", line.term));
      list.appendChild(element("dd", line.text));
    });
    box.appendChild(close);
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", title);
    var map = begegnung.map, size = map.getSize();
    var shown = L.popup({
      closeButton: false, autoPanPadding: [12, 12], maxWidth: Math.min(320, size.x - 60), minWidth: Math.min(220, size.x - 60),
      maxHeight: Math.max(160, size.y - 90), autoPan: true
    }).setLatLng(latLng).setContent(box);
    close.addEventListener("click", function () { map.closePopup(shown); });
    begegnung.returnTo = returnTo || null;
    map.openPopup(shown);
    if (returnTo) { heading.focus({ preventScroll: true }); }
    return shown;
  }

  function rowFields(row) {
    var heads = row.closest("table").tHead.rows[0].cells, fields = [];
    for (var i = 1; i < row.cells.length; i++) {
      var text = row.cells[i].textContent.trim();
      if (text) { fields.push({ term: heads[i].textContent.trim(), text: text }); }
    }
    return fields;
  }

  function openPlace(part, i, returnTo) {
    var rowId = part.packed.row && part.packed.row[i], row = rowId !== undefined && document.getElementById("ort-" + rowId);
    var title = row ? row.querySelector(".name").textContent.trim() : part.packed.names[i];
    var fields = row ? rowFields(row) : part.packed.info[i];
    if (returnTo !== cursor.button()) { cursor.moveTo(part, i); }
    popup(part.latLng(i), title, fields, returnTo);
  }

  function placeParts() {
    return ["places", "potential", "neighbours"].map(function (key) { return begegnung.parts[key]; }).filter(function (part) {
      return part && begegnung.map._scene.hasPart(part);
    });
  }

  function nearestPlace(point, reach) {
    return placeParts().map(function (part) { return part.nearest(point, begegnung.map, reach); })
      .reduce(function (a, b) { return b.index >= 0 && b.distance < a.distance ? b : a; }, { index: -1, distance: reach });
  }

  /* One stop of the tab key for all places: arrow keys walk from place to place. */
  var cursor = {
    button: function () { return this.marker && this.marker.getElement(); },
    setup: function () {
      var map = begegnung.map;
      this.marker = L.marker(map.getCenter(), {
        icon: L.divIcon({ className: "place-cursor", iconSize: [36, 36], html: "" }), keyboard: false, interactive: false, zIndexOffset: 500
      }).addTo(map);
      var node = this.button();
      node.tabIndex = 0;
      node.setAttribute("role", "button");
      node.addEventListener("keydown", this.key.bind(this));
      node.addEventListener("focus", this.settle.bind(this));
      node.addEventListener("click", this.open.bind(this));
      map.on("moveend", this.settle, this);
      this.settle();
    },
    settle: function () {
      var map = begegnung.map;
      if (this.part && map.getBounds().contains(this.part.latLng(this.index))) { return; }
      var found = nearestPlace(map.latLngToLayerPoint(map.getCenter()), Infinity);
      this.button().hidden = found.index < 0;
      if (found.index >= 0) { this.moveTo(found.part, found.index); }
    },
    moveTo: function (part, index) {
      this.part = part;
      this.index = index;
      this.marker.setLatLng(part.latLng(index));
      this.button().hidden = false;
      var row = part.packed.row && document.getElementById("ort-" + part.packed.row[index]);
      var name = row ? row.querySelector(".name").textContent.trim() + ", " + row.cells[1].textContent.trim() : part.packed.names[index];
      this.button().setAttribute("aria-label", name);
    },
    key: function (event) {
      var turn = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
      if (turn) {
        event.preventDefault();
        event.stopPropagation();
        this.step(turn);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        this.open();
      }
    },
    step: function (turn) {
      var map = begegnung.map, here = map.project(this.part.latLng(this.index)), best = null, self = this;
      placeParts().forEach(function (part) {
        part.packed.xy.forEach(function (xy, i) {
          if (part === self.part && i === self.index) { return; }
          var p = map.project(toLatLng(xy)).subtract(here);
          var ahead = p.x * turn[0] + p.y * turn[1], aside = Math.abs(p.x * turn[1]) + Math.abs(p.y * turn[0]);
          if (ahead <= 0 || aside > ahead * 1.5 + 1) { return; }
          var cost = ahead + 1.5 * aside;
          if (!best || cost < best.cost) { best = { part: part, index: i, cost: cost }; }
        });
      });
      if (!best) { return; }
      this.moveTo(best.part, best.index);
      map.panInside(best.part.latLng(best.index), { padding: [60, 60], animate: false });
      begegnung.say(this.button().getAttribute("aria-label"));
    },
    open: function () { if (this.part) { openPlace(this.part, this.index, this.button()); } }
  };

  function onClick(event) {
    var map = begegnung.map, found = nearestPlace(event.layerPoint, Math.max(14, begegnung.anyPlaces().radius(map.getZoom()) + 4));
    if (found.index >= 0) { openPlace(found.part, found.index, null); return; }
    var lon = event.latlng.lng * 1e5, lat = event.latlng.lat * 1e5, x = worldX(lon), y = worldY(lat);
    var gaps = begegnung.parts.gaps, gap = gaps && map.hasLayer(gaps) ? gaps.at(x, y) : -1;
    if (gap >= 0) { gaps.open(gap, null); return; }
    var walking = begegnung.parts.walking, districts = begegnung.parts.districts;
    var minutes = walking ? walking.classAt(x, y) : -1;
    var infos = districts ? districts.infoAt(x, y) : [];
    if (minutes < 0 && !infos.length) { map.closePopup(); return; }
    var lines = [];
    if (minutes >= 0) { lines.push({ term: data.words.walkFromHere, text: data.classNames[minutes] }); }
    infos.forEach(function (info) { lines = lines.concat(info); });
    popup(event.latlng, data.words.here, lines, null);
  }

  function onMove(event) {
    var found = nearestPlace(event.layerPoint, 14);
    begegnung.map.getContainer().classList.toggle("is-over-place", found.index >= 0);
  }

  function ready(map) {
    begegnung.anyPlaces = function () { return layers.places.prototype; };
    cursor.setup();
    map.on("click", onClick);
    map.on("mousemove", onMove);
    map.on("popupclose", function () {
      var back = begegnung.returnTo;
      begegnung.returnTo = null;
      if (back && document.contains(back)) { back.focus({ preventScroll: true }); }
    });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape") { map.closePopup(); } });
    window.addEventListener("beforeprint", function () { document.body.classList.add("is-printing"); fit(); });
    window.addEventListener("afterprint", function () { document.body.classList.remove("is-printing"); fit(); });
    function fit() {
      var bounds = map.getBounds();
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(bounds, { animate: false });
      map._scene._update();
    }
    map.getContainer().setAttribute("data-ready", "yes");
    document.dispatchEvent(new Event("mapready"));
  }

  function isInside(x, y) { return begegnung.parts.outside.polygons.some(function (p) { return contains(p, x, y); }); }

  return {
    isInside: function (latLng) { return isInside(worldX(latLng.lng * 1e5), worldY(latLng.lat * 1e5)); },
    isPieceInside: function (piece) {
      var middle = Math.floor(piece.xy.length / 4) * 2;
      return [0, middle, piece.xy.length - 2].some(function (k) { return isInside(piece.xy[k], piece.xy[k + 1]); });
    },
    boundsOf: function (pieces) {
      return pieces.reduce(function (bounds, piece) {
        return bounds.extend(fromWorld(piece.box[0], piece.box[1])).extend(fromWorld(piece.box[2], piece.box[3]));
      }, L.latLngBounds([]));
    },
    data: data, found: { pieces: [], name: "" }, parts: {}, layers: {}, state: { profile: data.profile, threshold: data.threshold },
    createMap: createMap, ready: ready, popup: popup, openPlace: openPlace, toLatLng: toLatLng,
    say: function () {},
    define: function () {
      Object.keys(layers).forEach(function (kind) {
        begegnung.layers[kind] = function (key) { return new layers[kind](key); };
      });
    }
  };
})();
begegnung.define();
