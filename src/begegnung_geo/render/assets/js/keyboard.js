/* SPDX-License-Identifier: MIT
 * One stop of the tab key for all places: arrow keys walk from place to place. */
(() => {
  const { toLatLng } = begegnung.geometry;
  const { places } = begegnung;
  const TURNS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

  begegnung.cursor = {
    node() { return this.marker && this.marker.getElement(); },
    setup(map) {
      const icon = L.divIcon({ className: "place-cursor", iconSize: [36, 36], html: "" });
      this.marker = L.marker(map.getCenter(), { icon, keyboard: false, interactive: false, zIndexOffset: 500 }).addTo(map);
      const node = this.node();
      node.tabIndex = 0;
      node.setAttribute("role", "button");
      node.addEventListener("keydown", (event) => this.onKey(event));
      node.addEventListener("focus", () => this.settle());
      node.addEventListener("click", () => this.open());
      map.on("moveend", this.settle, this);
      this.settle();
    },
    /* Stay in view: where the map has moved on, take the place nearest to its middle. */
    settle() {
      const { map } = begegnung;
      if (this.part && places.shownParts().includes(this.part) && map.getBounds().contains(this.part.latLng(this.index))) { return; }
      const found = places.nearest(map.latLngToLayerPoint(map.getCenter()), Infinity);
      this.node().hidden = !found;
      if (found) { this.moveTo(found.part, found.index); }
    },
    moveTo(part, index) {
      this.part = part;
      this.index = index;
      this.marker.setLatLng(part.latLng(index));
      this.node().hidden = false;
      const told = part.tell(index);
      this.node().setAttribute("aria-label", `${told.name}, ${told.kind}`);
    },
    onKey(event) {
      const turn = TURNS[event.key], isOpening = event.key === "Enter" || event.key === " ";
      if (!turn && !isOpening) { return; }
      event.preventDefault();
      event.stopPropagation();
      if (turn) { this.step(turn); } else { this.open(); }
    },
    step([dx, dy]) {
      const { map } = begegnung, here = map.project(this.part.latLng(this.index));
      let best = null;
      for (const part of places.shownParts()) {
        part.xy.forEach((xy, index) => {
          if (part === this.part && index === this.index) { return; }
          const p = map.project(toLatLng(xy)).subtract(here);
          const ahead = p.x * dx + p.y * dy, aside = Math.abs(p.x * dy) + Math.abs(p.y * dx);
          if (ahead <= 0 || aside > ahead * 1.5 + 1) { return; }
          const cost = ahead + 1.5 * aside;
          if (!best || cost < best.cost) { best = { part, index, cost }; }
        });
      }
      if (!best) { return; }
      this.moveTo(best.part, best.index);
      map.panInside(best.part.latLng(best.index), { padding: [60, 60], animate: false });
      begegnung.say(this.node().getAttribute("aria-label"));
    },
    open() { if (this.part) { begegnung.popup.openPlace(this.part, this.index, this.node()); } },
  };
})();
