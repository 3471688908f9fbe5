/* Phrases into the opinion, and the box that ticks a whole page. Without it the officer types and ticks. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-phrase]");
    if (!button) return;
    const field = document.querySelector(button.dataset.into);
    if (!field) return;
    const before = field.value.trimEnd();
    field.value = before ? `${before}${before.endsWith("。") ? "" : "。"}${button.dataset.phrase}` : button.dataset.phrase;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });

  const all = document.querySelector("[data-all]");
  all?.addEventListener("change", () => {
    document.querySelectorAll('[data-row] input[type="checkbox"]').forEach((box) => { box.checked = all.checked; });
  });
})();
