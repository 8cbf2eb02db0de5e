/* SPDX-License-Identifier: MIT
 * Popups: built from text nodes only; the focus goes in where a key opened it, and comes back. */
(() => {
  const { words } = begegnung.texts;

  function element(tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) { node.textContent = text; }
    if (className) { node.className = className; }
    return node;
  }

  function addLine(box, line) {
    if (typeof line === "string") { box.append(element("p", line)); return; }
    if (line.href) {
      const link = element("a", line.text), holder = element("p");
      link.href = line.href;
      holder.append(link);
      box.append(holder);
      return;
    }
    const isOpen = box.lastChild.tagName === "DL";
    const list = isOpen ? box.lastChild : element("dl");
    list.append(element("dt", line.term), element("dd", line.text));
    if (!isOpen) { box.append(list); }
  }

  /* The button that opens or closes a place for a try. */
  function buildTry(id) {
    const { tryout } = begegnung, told = begegnung.texts.tryout, button = element("button", "", "link");
    const label = () => { button.textContent = tryout.isOpen(id) ? told.popup_close : told.popup_open; };
    button.type = "button";
    button.addEventListener("click", () => { tryout.change(id, !tryout.isOpen(id)); label(); });
    label();
    return button;
  }

  /* Open a popup with a title and lines: a text, {term, text}, or {href, text}.
     `row` is the table row of the same content, `from` the control that asked. */
  function open(latLng, { title, lines, row, from, id }) {
    const { map } = begegnung, size = map.getSize();
    const box = element("div", undefined, "popup"), heading = element("h3", title);
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", title);
    heading.tabIndex = -1;
    box.append(heading);
    lines.forEach((line) => addLine(box, line));
    box.append(element("p", words.asOf, "note"));
    if (row) {
      const button = element("button", words.showRow, "link");
      button.type = "button";
      button.addEventListener("click", () => begegnung.showRow(row));
      box.append(button);
    }
    if (id && begegnung.tryout && begegnung.tryout.canChange(id)) { box.append(buildTry(id)); }
    const close = element("button", "×", "popup-close");
    close.type = "button";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", () => map.closePopup());
    box.append(close);
    begegnung.returnTo = null; /* the popup before gives nothing back: this one has the focus */
    map.closePopup();
    begegnung.returnTo = from || null;
    /* Left of the zoom buttons, which would lie on the popup's own button. */
    map.openPopup(L.popup({
      closeButton: false, autoPanPaddingTopLeft: [8, 12], autoPanPaddingBottomRight: [56, 12],
      maxWidth: Math.min(320, size.x - 120), minWidth: Math.min(220, size.x - 120), maxHeight: Math.max(160, size.y - 90),
    }).setLatLng(latLng).setContent(box));
    if (from) { heading.focus({ preventScroll: true }); }
  }

  function openPlace(part, index, from) {
    const told = part.tell(index);
    if (from !== begegnung.cursor.node()) { begegnung.cursor.moveTo(part, index); }
    open(part.latLng(index), { title: told.name, lines: told.info, row: part.rowOf(index), from, id: part.id && part.id[index] });
    begegnung.state.place = part.id ? part.id[index] : null;
    begegnung.map.fire("statechange");
  }

  function giveFocusBack() {
    const back = begegnung.returnTo;
    begegnung.returnTo = null;
    begegnung.state.place = null;
    begegnung.map.fire("statechange");
    if (back && document.contains(back)) { back.focus({ preventScroll: true }); }
  }

  begegnung.popup = { open, openPlace, giveFocusBack };
})();
