/* SPDX-License-Identifier: MIT
 * The map itself: its frame, what a click tells, and how it goes to paper. */
(() => {
  const { data, texts, parts, places, popup, isStill } = begegnung;
  const { toWorld } = begegnung.geometry;
  const { words } = texts;
  const PRINT_RATIO = 3; /* pixels of the canvas a CSS pixel on paper: 288 dpi */

  function createMap(id) {
    const map = L.map(id, {
      attributionControl: false, zoomControl: false, zoomSnap: 0.25, zoomDelta: 1, wheelPxPerZoomLevel: 110,
      maxZoom: 18, minZoom: 7, fadeAnimation: false, zoomAnimation: !isStill, inertia: !isStill,
      markerZoomAnimation: !isStill, keyboardPanDelta: 100,
    });
    L.control.zoom({ position: "topright", zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
    const bounds = L.latLngBounds(data.bounds);
    map.fitBounds(bounds, { padding: [10, 10], animate: false });
    map.setMinZoom(Math.max(7, Math.floor(map.getZoom()) - 1));
    map.setMaxBounds(bounds.pad(0.6));
    begegnung.map = map;
    return map;
  }

  function tellGround(latLng) {
    const { map } = begegnung, [x, y] = toWorld(latLng);
    const isOn = parts.walking && map.hasLayer(parts.walking), minutes = isOn ? parts.walking.classAt(x, y) : -1;
    const told = minutes >= 0 ? texts.classNames[minutes] : isOn && parts.walking.isUnknownAt(x, y) ? words.notKnown : "";
    const infos = parts.districts ? parts.districts.infoAt(x, y) : [];
    if (!told && !infos.length) { map.closePopup(); return; }
    const walk = told ? [{ term: words.walkFromHere, text: told }] : [];
    popup.open(latLng, { title: words.here, lines: [...walk, ...infos.flat()] });
  }

  function onClick(event) {
    const found = places.nearest(event.layerPoint, places.reachOf(begegnung.map.getZoom()));
    if (found) { popup.openPlace(found.part, found.index, null); return; }
    const gap = begegnung.gapAt(...toWorld(event.latlng));
    const spot = begegnung.spotAt(...toWorld(event.latlng));
    if (gap >= 0) {
      begegnung.openGap(gap, null);
    } else if (spot >= 0) {
      begegnung.openSpot(spot, null, event.latlng);
    } else {
      tellGround(event.latlng);
    }
  }

  function onMove(event) {
    const found = places.nearest(event.layerPoint, 14);
    begegnung.map.getContainer().classList.toggle("is-over-place", Boolean(found));
  }

  /* Paper shows the same view: the canvas takes the sheet's size and more pixels before the browser prints. */
  function watchPrinting(map) {
    const letters = [...document.querySelectorAll(".legend details")];
    let view = null;
    function resize(ratio) {
      map._scene.ratio = ratio;
      document.body.classList.toggle("is-printing", Boolean(ratio));
      map.invalidateSize({ animate: false, pan: false });
    }
    window.addEventListener("beforeprint", () => {
      const bounds = map.getBounds();
      view = { center: map.getCenter(), zoom: map.getZoom(), open: letters.map((part) => part.open) };
      resize(PRINT_RATIO);
      map.fitBounds(bounds, { animate: false });
      map._scene._update();
      letters.forEach((part) => { part.open = places.hasLetters(map.getZoom()); });
    });
    window.addEventListener("afterprint", () => {
      resize(null);
      letters.forEach((part, i) => { part.open = view.open[i]; });
      map.setView(view.center, view.zoom, { reset: true });
      map._scene._update();
    });
  }

  function ready(map) {
    begegnung.cursor.setup(map);
    map.on("click", onClick);
    map.on("mousemove", onMove);
    map.on("popupclose", popup.giveFocusBack);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") { map.closePopup(); } });
    watchPrinting(map);
    map.getContainer().setAttribute("data-ready", "yes");
    document.dispatchEvent(new Event("mapready"));
  }

  Object.assign(begegnung, { createMap, ready });
})();
