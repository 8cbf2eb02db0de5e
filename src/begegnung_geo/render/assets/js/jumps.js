/* SPDX-License-Identifier: MIT
 * From a list or a table to the map, and from the map back to the table. */
document.addEventListener("mapready", () => {
  const { map, parts, popup, places, find } = begegnung;
  const { words } = begegnung.texts;

  /* What can be shown on the map gets its button here: without this script there is none that does nothing. */
  function addButton(holder, name, key, value) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = words.showShort;
    button.setAttribute("aria-label", words.show.replace("{name}", () => name));
    button.dataset[key] = value;
    holder.append(" ", button);
  }
  const nameOf = (row) => row.querySelector(".name").textContent.trim();
  document.querySelectorAll("tr[id^=ort-]").forEach((row) => addButton(row.cells[0], nameOf(row), "place", row.id.slice(4)));
  document.querySelectorAll("tr[id^=raum-]").forEach((row) => addButton(row.cells[0], nameOf(row), "place", row.id.slice(5)));
  document.querySelectorAll("tr[id^=luecke-]").forEach((row) => addButton(row.cells[0], nameOf(row), "gap", row.id.slice(7)));
  document.querySelectorAll("tr[id^=haeufung-]").forEach((row) => addButton(row.cells[0], nameOf(row), "spot", row.id.slice(9)));
  document.querySelectorAll("tr[data-key]").forEach((row) => addButton(row.cells[0], nameOf(row), "district", row.dataset.key));
  document.querySelectorAll("[data-of-gap]").forEach((item) => {
    const number = item.dataset.ofGap;
    addButton(item, nameOf(find(`luecke-${number}`)), "gap", number);
  });

  function bringIntoView() {
    const frame = map.getContainer().getBoundingClientRect();
    if (frame.top < 0 || frame.bottom > window.innerHeight) { map.getContainer().scrollIntoView({ block: "center" }); }
  }

  begegnung.showPlace = (id, from) => {
    const found = places.byId(id);
    if (!found) { return; }
    begegnung.switchOn(found.part.key);
    map.setView(found.part.latLng(found.index), Math.max(map.getZoom(), 16), { animate: false });
    popup.openPlace(found.part, found.index, from);
  };
  begegnung.openGap = (i, from) => {
    const { at, name, info } = parts.gaps.look(i);
    popup.open(at, { title: name, lines: info, row: find(`luecke-${i}`), from });
  };
  begegnung.showGap = (i, from) => {
    begegnung.chooseHeadline();
    begegnung.switchOn("gaps");
    map.fitBounds(parts.gaps.look(i).bounds, { padding: [60, 60], maxZoom: 16, animate: false });
    begegnung.openGap(i, from);
  };
  begegnung.openSpot = (i, from, at) => {
    const { at: middle, name, info } = parts.hot_spots.look(i);
    popup.open(at || middle, { title: name, lines: info, row: find(`haeufung-${i}`), from });
  };
  begegnung.showSpot = (i, from) => {
    begegnung.switchOn("hot_spots");
    map.fitBounds(parts.hot_spots.look(i).bounds, { padding: [30, 30], maxZoom: 15, animate: false });
    begegnung.openSpot(i, from);
  };
  begegnung.showDistrict = (id, row, from) => {
    const { levels } = parts.districts, number = levels.findIndex((level) => level.id.includes(id));
    if (number < 0) { return; }
    const { bounds, at, name, info } = parts.districts.look(number, levels[number].id.indexOf(id));
    map.fitBounds(bounds, { padding: [20, 20], animate: false });
    popup.open(at, { title: name, lines: info.slice(1), row, from });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-place], [data-gap], [data-spot], [data-district]");
    if (!button) { return; }
    const { place, gap, spot, district } = button.dataset;
    bringIntoView();
    if (place !== undefined) { begegnung.showPlace(place, button); }
    if (gap !== undefined) { begegnung.showGap(Number(gap), button); }
    if (spot !== undefined) { begegnung.showSpot(Number(spot), button); }
    if (district !== undefined) { begegnung.showDistrict(district, button.closest("tr"), button); }
  });
});
