/* When the network is away: say that nothing was sent, and that everything typed is still here. */
(() => {
  "use strict";
  const notice = () => document.querySelector("[data-offline]");
  const show = (on) => { if (notice()) notice().hidden = !on; };
  window.addEventListener("offline", () => show(true));
  window.addEventListener("online", () => show(false));
  if (!navigator.onLine) show(true);

  // Leaving the page for an error page of the browser would lose what was typed: stay.
  document.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    show(true);
    notice()?.scrollIntoView({ block: "center" });
  }, true);

  const problem = (words) => {
    const place = document.getElementById("problem");
    if (!place) return;
    place.replaceChildren();
    const note = document.createElement("div");
    note.className = "x-note s-soon";
    const mark = document.createElement("i");
    mark.className = "ti ti-wifi-off";
    mark.setAttribute("aria-hidden", "true");
    const text = document.createElement("div");
    text.textContent = words;
    note.append(mark, text);
    place.append(note);
    note.scrollIntoView({ block: "center" });
  };
  document.addEventListener("htmx:sendError", () => problem("没有提交上，填的都在。网络恢复后再点一次，不会重复。"));
  document.addEventListener("htmx:timeout", () => problem("等了太久没有答复，填的都在。再点一次，不会重复。"));
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "problem" && event.detail.successful) document.getElementById("problem")?.replaceChildren();
  });
})();
