/* The officer's keyboard. One-key commands can be switched off (WCAG 2.1.4) and never act while typing. Whatever a key
   does is a visible button or link: the key presses that, and a refusal's button only leads to its preview. */
(() => {
  "use strict";
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const help = document.querySelector("[data-keyhelp]");
  const off = () => localStorage.getItem("x-keys") === "off";
  let pending = "";

  const rows = () => [...desk.querySelectorAll("[data-row]")];
  const current = () => desk.querySelector('[data-row][aria-current="true"]');

  const peek = (row) => {
    const target = document.querySelector("[data-peek-target]");
    if (!row.dataset.peek || !target || !window.htmx) return;
    clearTimeout(desk.peekTimer);
    desk.peekTimer = setTimeout(() => {
      window.htmx.ajax("GET", row.dataset.peek, { target, swap: "innerHTML" });
    }, 150);
  };

  const select = (row) => {
    if (!row) return;
    const before = current();
    if (before) { before.removeAttribute("aria-current"); before.classList.remove("sel"); }
    row.setAttribute("aria-current", "true");
    row.classList.add("sel");
    row.scrollIntoView({ block: "nearest" });
    peek(row);
  };

  const move = (by) => {
    const all = rows();
    if (!all.length) return press(by > 0 ? "J" : "K");
    const at = all.indexOf(current());
    select(all[Math.min(Math.max(at < 0 ? 0 : at + by, 0), all.length - 1)]);
    return true;
  };

  const press = (key) => {
    const button = [...document.querySelectorAll("[data-key]")].find((one) =>
      one.dataset.key.toUpperCase() === key && !one.disabled && one.offsetParent !== null);
    if (!button) return false;
    button.click();
    return true;
  };

  const tick = () => {
    const box = current()?.querySelector('input[type="checkbox"]');
    if (!box) return false;
    box.click();
    return true;
  };

  const count = () => {
    const place = desk.querySelector("[data-selected]");
    if (place) place.textContent = desk.querySelectorAll('[data-row] input[type="checkbox"]:checked').length;
  };

  const open = () => {
    if (help && !help.open) {
      const more = help.querySelector("[data-keyhelp-more]");
      more.replaceChildren(...[...document.querySelectorAll("[data-key]")].flatMap((one) => {
        const term = document.createElement("dt");
        const words = document.createElement("dd");
        term.innerHTML = "";
        const cap = document.createElement("span");
        cap.className = "x-kbd";
        cap.textContent = one.dataset.key;
        term.append(cap);
        words.textContent = one.dataset.keyWords || one.firstChild.textContent.trim() || one.textContent.trim();
        return [term, words];
      }));
      help.showModal();
    }
    return true;
  };

  const act = (key) => {
    if (key === "J") return move(1);
    if (key === "K") return move(-1);
    if (key === "X") return tick();
    if (key === "?") return open();
    if (key === "/") { const box = desk.querySelector("[data-search]"); box?.focus(); return Boolean(box); }
    if (key === "ENTER") {
      const row = current();
      if (!row) return press("↵");
      window.location.href = row.dataset.href;
      return true;
    }
    if (pending && press(`${pending} ${key}`)) { pending = ""; return true; }
    if (press(key)) return true;
    pending = key;
    setTimeout(() => { pending = ""; }, 1200);
    return false;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help?.open) return;
    const at = event.target;
    if (at.closest("input:not([type=checkbox]),textarea,select,[contenteditable]")) {
      if (event.key === "Escape") at.blur();
      return;
    }
    const key = event.key.toUpperCase();
    if (key === "ENTER" && at.closest("a,button,summary,input")) return;
    if (off() && key !== "?" ) return;
    if ((key.length === 1 || key === "ENTER") && act(key)) event.preventDefault();
  });

  desk.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a,button,input,label")) select(row);
  });
  desk.addEventListener("change", count);
  help?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keys-off]");
    if (!button) return;
    localStorage.setItem("x-keys", off() ? "on" : "off");
    button.textContent = off() ? "打开单键快捷键" : "关闭单键快捷键";
  });
  document.querySelectorAll("[data-open-keyhelp]").forEach((button) => button.addEventListener("click", open));
})();
