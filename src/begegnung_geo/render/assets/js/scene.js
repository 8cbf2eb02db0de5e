/* SPDX-License-Identifier: MIT
 * One canvas for all layers, above which Leaflet moves and zooms; a Part is one layer on it. */
(() => {
  const Scene = L.Renderer.extend({
    options: { padding: 0.2, pane: "overlayPane" },
    ratio: null, /* pixels of the canvas a pixel of the page, where printing asks for more */
    initialize() {
      L.Renderer.prototype.initialize.call(this);
      this._parts = [];
    },
    getEvents() { return { ...L.Renderer.prototype.getEvents.call(this), move: this._follow }; },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._ctx = this._container.getContext("2d");
    },
    _destroyContainer() {
      this._container.remove();
      delete this._ctx;
    },
    addPart(part) {
      this._parts.push(part);
      this._parts.sort((a, b) => a.order - b.order);
      this.redraw();
    },
    removePart(part) {
      this._parts = this._parts.filter((other) => other !== part);
      this.redraw();
    },
    hasPart(part) { return this._parts.includes(part); },
    redraw() {
      if (this._frame || !this._map) { return; }
      this._frame = L.Util.requestAnimFrame(() => {
        this._frame = null;
        if (this._bounds) { this._draw(); }
      });
    },
    /* While the map is dragged farther than the canvas reaches, it is drawn anew on the way. */
    _follow() {
      const map = this._map;
      if (!this._bounds || map._animatingZoom || map.getZoom() !== this._zoom) { return; }
      const seen = L.bounds(map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(map.getSize()));
      if (!this._bounds.contains(seen)) { this._update(); }
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) { return; }
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize(), ratio = this.ratio || Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._container, this._bounds.min);
      this._container.width = Math.round(size.x * ratio);
      this._container.height = Math.round(size.y * ratio);
      this._container.style.width = `${size.x}px`;
      this._container.style.height = `${size.y}px`;
      this._ratio = ratio;
      this._draw();
    },
    _look() {
      const zoom = this._map.getZoom(), scale = Math.pow(2, zoom);
      const origin = this._map.getPixelOrigin(), min = this._bounds.min, size = this._bounds.getSize();
      const ox = origin.x + min.x, oy = origin.y + min.y;
      const frame = this._map.layerPointToContainerPoint(min).multiplyBy(-1), shown = this._map.getSize();
      return {
        frame: [frame.x, frame.y, frame.x + shown.x, frame.y + shown.y], /* what is seen of the canvas */
        zoom, scale, ratio: this._ratio, ox, oy, width: size.x, height: size.y,
        box: [ox / scale, oy / scale, (ox + size.x) / scale, (oy + size.y) / scale],
        labels: [], named: new Set(), gaps: [],
      };
    },
    _draw() {
      const view = this._look(), ctx = this._ctx, taken = [];
      ctx.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
      ctx.clearRect(0, 0, view.width, view.height);
      ctx.lineJoin = ctx.lineCap = "round";
      this._parts.forEach((part) => part.draw(ctx, view));
      [...this._parts].reverse().forEach((part) => part.drawLabels(ctx, view, taken));
      view.labels.forEach((paint) => paint());
    },
  });

  let count = 0;
  const Part = L.Layer.extend({
    initialize(key) {
      this.key = key;
      this.order = count++;
      begegnung.parts[key] = this;
      this.setup(begegnung.data.layers[key]);
    },
    onAdd(map) {
      if (!map._scene) { map._scene = new Scene().addTo(map); }
      map._scene.addPart(this);
    },
    onRemove(map) { map._scene.removePart(this); },
    setup() {},
    draw() {},
    drawLabels() {},
  });

  begegnung.Part = Part;
  begegnung.redraw = () => begegnung.map._scene.redraw();
})();
