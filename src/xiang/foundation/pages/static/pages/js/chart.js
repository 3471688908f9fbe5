/* A measure's line: SVG, no animation, one accent line, dashed target with its label, colours read from the tokens.
   <div data-chart="id-of-json" role="img" aria-label="the finding in words"></div> and ECharts on the page. */
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const newest = (values) => values.findLastIndex((value) => value != null);
  const alone = (values, i) => values[i - 1] == null && values[i + 1] == null;

  const options = (data) => ({
    animation: false,
    textStyle: { fontFamily: token("--x-font") },
    grid: { left: 40, right: data.target == null ? 16 : 56, top: 12, bottom: 24 },
    xAxis: {
      type: "category", boundaryGap: false, data: data.labels, axisTick: { show: false },
      axisLine: { lineStyle: { color: token("--x-line") } },
      axisLabel: { color: token("--x-ink-3"), fontSize: 12, hideOverlap: true },
    },
    yAxis: {
      type: "value", scale: true, splitNumber: 3, max: data.most ?? null,
      axisLabel: { color: token("--x-ink-3"), fontSize: 12 },
      splitLine: { lineStyle: { color: token("--x-line") } },
    },
    series: [{
      type: "line", data: data.values, showAllSymbol: true, symbol: "circle",
      // The newest point, and one that stands alone between gaps: no line would show it.
      symbolSize: (value, at) => (at.dataIndex === newest(data.values) || alone(data.values, at.dataIndex) ? 8 : 0),
      lineStyle: { width: 2.5, color: token("--x-accent") }, itemStyle: { color: token("--x-accent") },
      markLine: data.target == null ? undefined : {
        silent: true, symbol: "none",
        lineStyle: { color: token("--x-ink-2"), type: "dashed", width: 1.2 },
        label: { formatter: `目标 ${data.target}`, color: token("--x-ink-2"), fontSize: 12 },
        data: [{ yAxis: data.target }],
      },
    }],
  });

  const draw = () => document.querySelectorAll("[data-chart]").forEach((place) => {
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const chart = window.echarts.getInstanceByDom(place) || window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(data), true);
  });

  draw();
  document.addEventListener("xiang:theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  window.addEventListener("resize", () => document.querySelectorAll("[data-chart]").forEach((place) => {
    window.echarts.getInstanceByDom(place)?.resize();
  }));
})();
