
// Hides the rows of a section's table that do not have every word of its search field, whatever their case and accents.
"use strict";
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
for (const search of document.querySelectorAll(".search")) {
  const rows = [...search.parentElement.querySelectorAll("tbody tr")].map((row) => [row, fold(row.textContent)]);
  const input = search.querySelector("input");
  input.addEventListener("input", () => {
    const words = fold(input.value).split(/\s+/);
    let found = 0;
    for (const [row, text] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      found += row.hidden ? 0 : 1;
    }
    search.querySelector("output").value = input.value.trim() ? `${found} of ${rows.length}` : "";
  });
  search.hidden = false;
}
