/* Counts the seconds of a code that is being shown; without script the page says until when. */
(() => {
  "use strict";
  const tick = () => {
    document.querySelectorAll("[data-countdown]").forEach((place) => {
      const until = Number(place.dataset.until || Date.now() + Number(place.dataset.countdown) * 1000);
      place.dataset.until = until;
      const left = Math.max(0, Math.round((until - Date.now()) / 1000));
      place.textContent = left ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} 后失效` : "已过期";
    });
  };
  tick();
  setInterval(tick, 1000);
  document.addEventListener("htmx:afterSwap", tick);
})();
