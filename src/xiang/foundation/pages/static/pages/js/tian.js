/* The name in 田字格 follows the typing; data-tian-check asks the server whether every character can be printed. */
(() => {
  "use strict";
  const draw = (box, name) => {
    const grid = box.querySelector(".x-tian");
    grid.setAttribute("aria-label", `姓名大样：${name || "还没有填"}`);
    // Array.from counts characters, not code units: a rare character is one square.
    grid.replaceChildren(...Array.from(name).map((character) => {
      const square = document.createElement("span");
      const ink = document.createElement("b");
      ink.textContent = character;
      square.append(ink);
      return square;
    }));
  };

  const say = (box, words, icon) => {
    const mark = document.createElement("i");
    mark.className = `ti ti-${icon}`;
    mark.setAttribute("aria-hidden", "true");
    box.querySelector(".x-tiansay").replaceChildren(...(icon ? [mark, ` ${words}`] : [words]));
  };

  const check = async (input, box, name) => {
    try {
      // Posted, so that nobody's name stands in an address.
      const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
      const answer = await fetch(input.dataset.tianCheck, { method: "POST", body: new URLSearchParams({ name }), headers });
      const { missing } = await answer.json();
      if (input.value.trim() !== name) return;
      box.querySelectorAll(".x-tian span").forEach((square) => {
        square.classList.toggle("no", missing.includes(square.textContent));
      });
      say(box, missing.length
        ? `${missing.join("、")} 现有字库印不出来。可以照常填写，签发前由专人补字，不会写成别的字。`
        : `${Array.from(name).length} 个字均可印制`, missing.length ? "alert-circle" : "check");
    } catch { /* the words that are there stay true */ }
  };

  let timer;
  document.addEventListener("input", (event) => {
    const input = event.target.closest("[data-tian]");
    if (!input || event.isComposing) return;
    // By id, not as a selector: names of fields have dots.
    const box = document.getElementById(input.dataset.tian.slice(1));
    if (!box) return;
    const name = input.value.normalize("NFC").trim();
    draw(box, name);
    say(box, name ? `${Array.from(name).length} 个字，提交前核对能否印制` : "");
    clearTimeout(timer);
    if (name && input.dataset.tianCheck) timer = setTimeout(() => check(input, box, name), 400);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.matches("[data-tian]")) event.target.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
