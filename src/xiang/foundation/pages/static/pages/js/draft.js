/* A form marked data-draft="address" saves itself a second after typing, one save at a time. While the network is away the
   answers stay in this tab (sessionStorage, gone with the tab: a window or kiosk must keep nothing of one client for the
   next). The answer may bring parts of the page that follow from what was said: {"saved": "09:07", "parts": {id: html}}. */
(() => {
  "use strict";
  const WAIT = 1000;

  const fields = (form) => {
    const kept = [];
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") kept.push([name, value]);
    }
    return kept;
  };
  const key = (form) => `x-draft:${form.dataset.draft}`;

  const say = (words, icon) => {
    const place = document.querySelector("[data-draft-state]");
    if (!place) return;
    const mark = document.createElement("i");
    mark.className = `ti ti-${icon}`;
    mark.setAttribute("aria-hidden", "true");
    place.replaceChildren(mark, ` ${words}`);
  };

  const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

  // Never under somebody's hands: a part in which text is being typed waits for the next save.
  const typing = (place) => {
    const here = document.activeElement;
    return place.contains(here) && here.matches("input:not([type=radio],[type=checkbox],[type=file]),textarea,select");
  };

  const put = (id, html) => {
    const place = document.getElementById(id);
    if (!place || typing(place)) return false;
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...place.querySelectorAll("details[id]")].filter((one) => one.open).map((one) => one.id);
    place.outerHTML = html;
    open.forEach((one) => { const fold = document.getElementById(one); if (fold) fold.open = true; });
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    if (window.htmx) window.htmx.process(document.getElementById(id));
    return true;
  };

  const send = async (form) => {
    const answer = await fetch(form.dataset.draft, {
      method: "POST",
      body: new FormData(form),
      headers: { "HX-Request": "true", Accept: "application/json, text/plain" },
    });
    if (answer.status === 409) return location.reload(); // submitted meanwhile, on another device
    if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
    const text = await answer.text();
    let reply = {};
    try { reply = JSON.parse(text); } catch { /* plain text: the present time will do */ }
    // What says which parts are shown comes last, and only when all of them are in place.
    if (Object.entries(reply.parts || {}).map(([id, html]) => put(id, html)).every(Boolean) && reply.shown) {
      form.elements.namedItem("shown").value = reply.shown;
    }
    say(`${reply.saved || clock()} 已保存，换设备可继续`, "cloud-check");
  };

  const save = async (form) => {
    form.draftTimer = undefined;
    if (form.draftBusy) {
      form.draftAgain = true;
      return;
    }
    form.draftBusy = true;
    const sent = fields(form);
    try {
      await send(form);
      sessionStorage.removeItem(key(form));
    } catch {
      sessionStorage.setItem(key(form), JSON.stringify(sent));
      say("没有存到服务器，填的都在这台设备上，连上后自动补存", "cloud-off");
      form.draftTimer = setTimeout(() => save(form), 15000);
    }
    form.draftBusy = false;
    if (form.draftAgain) {
      form.draftAgain = false;
      soon(form, 0);
    }
  };

  const soon = (form, wait = WAIT) => {
    clearTimeout(form.draftTimer);
    form.draftTimer = setTimeout(() => save(form), wait);
  };

  const restore = (form) => {
    const kept = sessionStorage.getItem(key(form));
    if (!kept) return;
    for (const [name, value] of JSON.parse(kept)) {
      const field = form.elements.namedItem(name);
      if (!field || name === "shown") continue;
      if (field instanceof RadioNodeList || field.type === "radio" || field.type === "checkbox") {
        for (const one of form.elements) if (one.name === name && one.value === value) one.checked = true;
      } else if (field.type !== "file") field.value = value;
    }
    say("上次没存到服务器的内容已填回", "cloud-off");
    soon(form);
  };

  document.querySelectorAll("form[data-draft]").forEach(restore);
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && "draft" in form.dataset) soon(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "draft" in form.dataset) soon(form, event.target.type === "text" ? WAIT / 4 : 0);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("draft" in form.dataset) || event.defaultPrevented) return;
    clearTimeout(form.draftTimer);
    form.draftAgain = false;
    if (navigator.onLine) sessionStorage.removeItem(key(form));
  });
  // Left by a link or closed within that second: the answers are sent on the way out, without files.
  window.addEventListener("pagehide", () => document.querySelectorAll("form[data-draft]").forEach((form) => {
    if (!form.draftTimer || form.dataset.sent) return;
    clearTimeout(form.draftTimer);
    const body = new FormData(form);
    for (const one of form.elements) if (one.type === "file") body.delete(one.name);
    fetch(form.dataset.draft, { method: "POST", body, keepalive: true, headers: { "HX-Request": "true", Accept: "application/json" } });
  }));
  window.addEventListener("online", () => document.querySelectorAll("form[data-draft]").forEach((form) => {
    if (form.draftTimer) { clearTimeout(form.draftTimer); save(form); }
  }));
  if (document.querySelector("[data-clear-session]")) sessionStorage.clear();
})();
