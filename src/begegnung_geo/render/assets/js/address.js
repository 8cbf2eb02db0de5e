/* SPDX-License-Identifier: MIT
 * The address remembers the view: position, who walks, how long, layers, the open place.
 * Only known keys with known values are read; nothing in an address can load anything. */
document.addEventListener("mapready", () => {
  const { map, state, boxes, find } = begegnung;
  const PAUSE_MS = 250;
  const defaults = new Map(boxes.map((box) => [box.id, box.defaultChecked]));
  let isTouched = false, writing = 0;

  function build() {
    const { lat, lng } = map.getCenter();
    const wanted = new URLSearchParams();
    wanted.set("karte", [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5)].join("/"));
    wanted.set("wer", state.profile);
    wanted.set("zeit", state.threshold);
    boxes.filter((box) => box.checked !== defaults.get(box.id)).forEach((box) => wanted.set(box.id, box.checked ? 1 : 0));
    if (begegnung.tryout) {
      const { opened, closed } = begegnung.tryout.list();
      if (opened.length) { wanted.set("auf", opened.join(".")); }
      if (closed.length) { wanted.set("zu", closed.join(".")); }
    }
    if (state.place) { wanted.set("ort", state.place); }
    return `#${wanted.toString().replaceAll("%2F", "/")}`;
  }

  function write() {
    const fragment = build();
    find("verweis").href = fragment;
    /* Some browsers refuse this for files on a disk; the link above the map works all the same. */
    try { history.replaceState(history.state, "", fragment); } catch (refused) { isTouched = false; }
  }

  function pick(id, value) {
    const select = find(id), fits = [...select.options].some((option) => option.value === value);
    if (!fits || select.value === value) { return; }
    select.value = value;
    select.dispatchEvent(new Event("change"));
  }

  function restoreView(text) {
    const view = text.split("/").map(Number);
    if (view.length !== 3 || !view.every(Number.isFinite)) { return; }
    const [zoom, lat, lng] = view;
    if (Math.abs(lat) > 85 || Math.abs(lng) > 180 || !map.options.maxBounds.contains([lat, lng])) { return; }
    map.setView([lat, lng], Math.min(Math.max(zoom, map.getMinZoom()), map.getMaxZoom()), { animate: false });
  }

  function restore() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (!["karte", "ort", "auf", "zu"].some((key) => given.has(key))) { return; }
    pick("wer", given.get("wer"));
    pick("zeit", given.get("zeit"));
    boxes.forEach((box) => {
      const wanted = given.has(box.id) ? given.get(box.id) === "1" : defaults.get(box.id);
      if (box.checked !== wanted) { box.click(); }
    });
    const listed = (key) => (given.get(key) || "").split(".").filter(Boolean);
    if (begegnung.tryout) { begegnung.tryout.set(listed("auf"), listed("zu")); }
    if (given.has("ort")) { begegnung.showPlace(given.get("ort"), null); }
    if (given.has("karte")) { restoreView(given.get("karte")); }
  }

  restore();
  window.addEventListener("hashchange", restore);
  isTouched = true;
  map.on("moveend statechange", () => {
    if (!isTouched) { return; }
    clearTimeout(writing);
    writing = setTimeout(write, PAUSE_MS);
  });

  /* The other language opens at the same view. */
  document.querySelectorAll("[data-language]").forEach((link) => {
    link.addEventListener("click", () => { link.hash = location.hash; });
  });
});
