/* SPDX-License-Identifier: MIT
 * Packed geometry to coordinates of the web map's world: a square of 256 units at zoom 0. */
(() => {
  const TILE = 256, QUANTA = 1e5;
  const CODE = {};
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((letter, i) => {
    CODE[letter.charCodeAt(0)] = i;
  });

  const worldX = (lon) => (lon / QUANTA + 180) / 360 * TILE;
  const worldY = (lat) => (0.5 - Math.asinh(Math.tan(lat / QUANTA * Math.PI / 180)) / (2 * Math.PI)) * TILE;
  const toWorld = (latLng) => [worldX(latLng.lng * QUANTA), worldY(latLng.lat * QUANTA)];
  const toLatLng = (xy) => L.latLng(xy[1] / QUANTA, xy[0] / QUANTA);
  const fromWorld = (x, y) =>
    L.latLng(Math.atan(Math.sinh(Math.PI * (1 - 2 * y / TILE))) * 180 / Math.PI, x / TILE * 360 - 180);

  /* The whole numbers of a text one after another: five bits a letter, low ones first. */
  function readNumbers(text) {
    let at = 0;
    return () => {
      let value = 0, shift = 0, code;
      do {
        code = CODE[text.charCodeAt(at++)];
        value += (code & 31) * Math.pow(2, shift);
        shift += 5;
      } while (code & 32);
      return value;
    };
  }

  /* Differences from vertex to vertex, the sign in the lowest bit. */
  function decodeParts(packed) {
    const read = readNumbers(packed.d);
    let lon = 0, lat = 0;
    const next = () => {
      const value = read();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    };
    return packed.n.map((count) => {
      const xy = new Float64Array(count * 2);
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < count; i++) {
        lon += next();
        lat += next();
        const x = worldX(lon), y = worldY(lat);
        xy[2 * i] = x;
        xy[2 * i + 1] = y;
        if (x < box[0]) { box[0] = x; }
        if (y < box[1]) { box[1] = y; }
        if (x > box[2]) { box[2] = x; }
        if (y > box[3]) { box[3] = y; }
      }
      return { xy, box };
    });
  }

  function joinBoxes(shapes) {
    return shapes.reduce((all, { box }) => [
      Math.min(all[0], box[0]), Math.min(all[1], box[1]), Math.max(all[2], box[2]), Math.max(all[3], box[3]),
    ], [Infinity, Infinity, -Infinity, -Infinity]);
  }

  function decodePolygons(packed) {
    const rings = decodeParts(packed);
    let at = 0;
    return packed.f.map((count) => {
      const own = rings.slice(at, at + count);
      at += count;
      return { rings: own, box: joinBoxes(own) };
    });
  }

  function contains(polygon, x, y) {
    const b = polygon.box;
    if (x < b[0] || x > b[2] || y < b[1] || y > b[3]) { return false; }
    let isInside = false;
    for (const { xy } of polygon.rings) {
      for (let i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
        if ((xy[i + 1] > y) !== (xy[j + 1] > y) &&
            x < (xy[j] - xy[i]) * (y - xy[i + 1]) / (xy[j + 1] - xy[i + 1]) + xy[i]) { isInside = !isInside; }
      }
    }
    return isInside;
  }

  begegnung.geometry = {
    toWorld, toLatLng, readNumbers, decodeParts, decodePolygons, contains,
    decodePoints: (pairs) => pairs.map((pair) => [worldX(pair[0]), worldY(pair[1])]),
    findAt: (polygons, x, y) => polygons.findIndex((polygon) => contains(polygon, x, y)),
    boundsOf: (shapes) => {
      const box = joinBoxes(shapes);
      return L.latLngBounds(fromWorld(box[0], box[1]), fromWorld(box[2], box[3]));
    },
  };
})();
