/* SPDX-License-Identifier: MIT
 * The switches: who walks, how long, which layers; the legend shows what is on and nothing else. */
document.addEventListener("mapready", () => {
  const { map, parts, state, texts, find } = begegnung;

  function choose() {
    state.profile = find("wer").value;
    state.threshold = Number(find("zeit").value);
    begegnung.redraw();
    find("aussage").textContent = texts.statements[state.profile][state.threshold];
    explainGaps();
    map.fire("statechange");
  }
  /* The sign of gaps, or why there are none to be seen with this choice. */
  function explainGaps() {
    const note = document.querySelector("[data-other-choice]");
    if (!note) { return; }
    const isOn = note.closest("fieldset").querySelector("input").checked, isOwn = begegnung.isHeadline();
    note.hidden = !isOn || isOwn;
    note.previousElementSibling.hidden = !isOn || !isOwn;
  }
  begegnung.chooseHeadline = () => {
    if (begegnung.isHeadline()) { return; }
    find("wer").value = begegnung.data.profile;
    find("zeit").value = begegnung.data.threshold;
    choose();
  };
  find("wer").addEventListener("change", choose);
  find("zeit").addEventListener("change", choose);

  const boxes = [...document.querySelectorAll("[data-layers]")];
  const layersOf = (box) => box.dataset.layers.split(" ").filter((key) => parts[key]);

  function apply(box) {
    layersOf(box).forEach((key) => parts[key][box.checked ? "addTo" : "remove"](map));
    const explained = box.closest("fieldset");
    explained.classList.toggle("is-off", !box.checked);
    [...explained.children].slice(1).forEach((node) => { node.hidden = !box.checked; });
    explainGaps();
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
