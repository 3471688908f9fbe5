/* What every page has: a mark that scripts run, the theme at once, print, copy, read aloud. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // The form works without this; with it the page does not reload.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-themes]") || !event.submitter) return;
    event.preventDefault();
    const chosen = event.submitter;
    root.dataset.bsTheme = chosen.value;
    document.querySelectorAll("[data-themes] button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.value === chosen.value));
    });
    document.dispatchEvent(new CustomEvent("xiang:theme"));
    const body = new FormData(form);
    body.set("theme", chosen.value);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  });

  const say = (button, words) => {
    const before = button.innerHTML;
    button.textContent = words;
    setTimeout(() => { button.innerHTML = before; }, 2000);
  };

  const read = (button) => {
    const speech = window.speechSynthesis;
    if (!speech) return;
    const words = button.querySelector("[data-read-words]") || button;
    if (speech.speaking) {
      speech.cancel();
      words.textContent = "读给我听";
      return;
    }
    const text = document.querySelector(button.dataset.read).innerText;
    const voice = new SpeechSynthesisUtterance(text);
    voice.lang = "zh-CN";
    voice.rate = 0.9;
    voice.onend = () => { words.textContent = "读给我听"; };
    words.textContent = "停下";
    speech.speak(voice);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-print],[data-copy],[data-read]");
    if (!button) return;
    if ("print" in button.dataset) window.print();
    if ("read" in button.dataset) read(button);
    if ("copy" in button.dataset) {
      navigator.clipboard.writeText(button.dataset.copy).then(() => say(button, "已复制"));
    }
  });

  // A filter without htmx sends itself; its button stays for browsers without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-filter]:not([hx-get])");
    if (form) form.requestSubmit();
  });
})();
