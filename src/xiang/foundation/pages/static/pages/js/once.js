/* A form marked data-once is sent once, however often the button is pressed. The server refuses doubles anyway. */
(() => {
  "use strict";
  const reset = (form) => {
    delete form.dataset.sent;
    // form.elements, because the bottom bar's button stands outside its form.
    for (const button of form.elements) {
      button.removeAttribute("aria-disabled");
      if (!button.dataset.words) continue;
      button.textContent = button.dataset.words;
      button.removeAttribute("data-words");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset) || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "1";
    const button = event.submitter;
    // aria-disabled, not disabled: a disabled button would not send its own name and value.
    if (button && !button.children.length) {
      button.dataset.words = button.textContent;
      setTimeout(() => { if (form.dataset.sent) button.textContent = "正在提交，请稍等"; }, 300);
    }
    if (button) button.setAttribute("aria-disabled", "true");
    // Over a second: say what is being waited for, never a bare spinner.
    const waiting = form.dataset.wait && document.getElementById(form.dataset.wait);
    if (waiting) setTimeout(() => { waiting.hidden = !form.dataset.sent; if (form.dataset.sent) waiting.focus(); }, 1000);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form[data-once]");
    if (form) reset(form);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(reset);
  });
})();
