
// Hides the rows of a section's tables that do not have every word of its search field, whatever their case and accents.
"use strict";
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
for (const search of document.querySelectorAll(".search")) {
  const section = search.parentElement;
  const rows = [...section.querySelectorAll("tbody tr")].map((row) => [row, fold(row.dataset.words ?? row.textContent)]);
  const input = search.querySelector("input");
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      found += row.hidden ? 0 : 1;
    }
    for (const part of section.querySelectorAll("details")) {
      part.hidden = !part.querySelector("tr[data-words]:not([hidden])");
      part.open ||= words.length > 0;
    }
    search.querySelector("output").value = words.length ? `${found} of ${rows.length} rows` : "";
  });
  search.hidden = false;
}
