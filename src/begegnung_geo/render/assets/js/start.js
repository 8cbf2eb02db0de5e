/* SPDX-License-Identifier: MIT
 * The page's only global name: its data, and what the modules after this one add to it.
 * All modules are one script of one page; data reaches it as text and never becomes markup. */
const begegnung = (() => {
  const read = (id) => {
    const block = document.getElementById(id);
    return block ? JSON.parse(block.textContent) : {};
  };
  const data = read("map-data");
  const texts = read("page-texts");
  return {
    data, texts,
    parts: {},
    layers: {},
    state: { profile: data.profile, threshold: data.threshold },
    find: (id) => document.getElementById(id),
    /* A sentence in the plural form of its number. */
    count: (forms, number) => ((number === 0 && forms.zero) || (number === 1 && forms.one) || forms.other)
      .replace("{count}", number.toLocaleString(document.documentElement.lang)),
    say: (text) => { document.getElementById("ansage").textContent = text; },
    isStill: window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  };
})();
