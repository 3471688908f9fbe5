/* The graph: what belongs to the box under the pointer, or in focus, stands out. Without this it is a picture of links. */
(() => {
  "use strict";
  const graph = document.querySelector("[data-graph]");
  if (!graph) return;
  const nodes = [...graph.querySelectorAll("[data-node]")];
  const lines = [...graph.querySelectorAll("[data-of]")].map((line) => ({ line, ends: line.dataset.of.split(" ") }));

  const pick = (id) => {
    const near = new Set([id]);
    // A box reaches through the middle column: a system's tables stand out too, but not its neighbours' systems.
    const reach = (from, towards) => lines.filter(({ ends }) => ends[towards ? 0 : 1] === from)
      .forEach(({ line, ends }) => { line.classList.add("on"); near.add(ends[towards ? 1 : 0]); reach(ends[towards ? 1 : 0], towards); });
    reach(id, true);
    reach(id, false);
    graph.classList.add("picking");
    nodes.forEach((node) => node.classList.toggle("on", near.has(node.dataset.node)));
  };
  const clear = () => {
    graph.classList.remove("picking");
    graph.querySelectorAll(".on[data-of], .on[data-node]").forEach((one) => one.classList.remove("on"));
  };
  nodes.forEach((node) => {
    for (const event of ["pointerenter", "focus"]) node.addEventListener(event, () => { clear(); pick(node.dataset.node); });
    for (const event of ["pointerleave", "blur"]) node.addEventListener(event, clear);
  });
})();
