/* SPDX-License-Identifier: MIT
 * A background from a public server, asked for by nothing but a click: no address, no memory turns it on. */
document.addEventListener("mapready", () => {
  const { map, state, say } = begegnung;
  const buttons = [...document.querySelectorAll("[data-online]")];
  const FAILURES_MAX = 4;
  let shown = null;

  function switchOff() {
    if (!shown) { return; }
    shown.layer.remove();
    label(shown.button, false);
    shown = null;
    state.isOnline = false;
    begegnung.redraw();
  }

  function label(button, isOn) {
    button.textContent = isOn ? button.dataset.on : button.dataset.off;
    document.querySelector(`[data-credit="${button.dataset.online}"]`).hidden = !isOn;
  }

  function switchOn(button) {
    const { url, maxZoom, failed } = button.dataset;
    const layer = L.tileLayer(url, { maxNativeZoom: Number(maxZoom), maxZoom: 20, referrerPolicy: "no-referrer" });
    let loaded = 0, failures = 0;
    layer.on("tileload", () => { loaded += 1; });
    layer.on("tileerror", () => {
      failures += 1;
      if (loaded === 0 && failures >= FAILURES_MAX && shown && shown.layer === layer) { switchOff(); say(failed); }
    });
    shown = { layer, button };
    state.isOnline = true;
    layer.addTo(map);
    label(button, true);
    begegnung.redraw();
  }

  buttons.forEach((button) => button.addEventListener("click", () => {
    const isOwn = shown && shown.button === button;
    switchOff();
    if (!isOwn) { switchOn(button); }
  }));
});
