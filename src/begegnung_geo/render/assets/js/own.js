/* SPDX-License-Identifier: MIT
 * What only a notebook's map has: districts in the colour of a figure, own places, a frame of the right height. */
(() => {
  const { decodePolygons } = begegnung.geometry;
  const { tracePolygons, byZoom } = begegnung.pens;
  const { layers, data, Part } = begegnung;
  const colours = data.colours;

  /* The polygons are those of the districts' borders; districts without the figure stay as the ground is. */
  layers.figures = Part.extend({
    setup(packed) {
      const polygons = decodePolygons(data.layers.districts[0]);
      this.classes = colours.figures.map((_, number) => polygons.filter((_polygon, i) => packed.c[i] === number));
    },
    draw(ctx, view) {
      ctx.save();
      ctx.globalAlpha = colours.walkingOpacity;
      this.classes.forEach((polygons, number) => {
        tracePolygons(ctx, view, polygons);
        ctx.fillStyle = colours.figures[number];
        ctx.fill("evenodd");
      });
      ctx.restore();
    },
  });

  layers.own = layers.places.extend({
    radius: (zoom) => byZoom(zoom, [[10, 4], [12, 6], [14, 9], [17, 12]]),
  });

  /* The frame is as high as what it shows; where the page around may not be touched, it scrolls. */
  function fit() {
    try {
      window.frameElement.style.height = `${document.querySelector("main").offsetHeight + 2}px`;
    } catch { /* another origin, or no frame at all */ }
  }
  document.addEventListener("mapready", () => {
    fit();
    window.addEventListener("resize", fit);
  });
})();
