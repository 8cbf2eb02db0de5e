/* SPDX-License-Identifier: MIT
 * The switches: who walks, how long, which layers; the legend shows what is on and nothing else. */
document.addEventListener("mapready", () => {
  const { map, parts, state, texts, find } = begegnung;

  function choose() {
    state.profile = find("wer").value;
    state.threshold = Number(find("zeit").value);
    begegnung.redraw();
    find("aussage").textContent = texts.statements[state.profile][state.threshold];
    map.fire("statechange");
  }
  find("wer").addEventListener("change", choose);
  find("zeit").addEventListener("change", choose);

  const boxes = [...document.querySelectorAll("[data-layers]")];
  const layersOf = (box) => box.dataset.layers.split(" ").filter((key) => parts[key]);

  function apply(box) {
    layersOf(box).forEach((key) => parts[key][box.checked ? "addTo" : "remove"](map));
    const explained = box.closest("fieldset");
    explained.classList.toggle("is-off", !box.checked);
    [...explained.children].slice(1).forEach((node) => { node.hidden = !box.checked; });
  }
  boxes.forEach((box) => {
    box.addEventListener("change", () => { apply(box); map.fire("statechange"); });
    apply(box);
  });
  begegnung.boxes = boxes;
  begegnung.switchOn = (key) => {
    const box = boxes.find((other) => layersOf(other).includes(key));
    if (box && !box.checked) { box.click(); }
  };

  find("ganz").addEventListener("click", () => {
    map.closePopup();
    map.fitBounds(begegnung.data.bounds, { padding: [14, 14] });
  });

  /* Only the sheet with the map, without the tables below it. */
  find("drucken").addEventListener("click", () => {
    document.body.classList.add("is-sheet");
    window.print();
  });
  window.addEventListener("afterprint", () => document.body.classList.remove("is-sheet"));
});
