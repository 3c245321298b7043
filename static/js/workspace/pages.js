// Pages of candidates that she has unfolded stay unfolded: a panel that is drawn anew comes with the first alone, and
// the others are asked for again.
(() => {
  const unfolded = new Map(); // panel: how many pages
  const asking = new Set();
  const places = new Map(); // panel: how far down she was
  const scroller = (panel) => panel.querySelector(".pane__scroll");

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const more = ctx.sourceElement, panel = more?.matches?.("[data-page]") && more.closest("[data-link]");
    if (panel && ctx.response?.status === 200) unfolded.set(panel.id, +more.dataset.page);
  });

  document.addEventListener("htmx:before:swap", () => {
    for (const id of unfolded.keys()) {
      const panel = document.getElementById(id);
      if (panel && !asking.has(id)) places.set(id, scroller(panel).scrollTop);
    }
  });

  async function again(panel, more, pages) {
    const { id } = panel, [address] = more.getAttribute("hx-get").split("?");
    asking.add(id);
    try {
      await htmx.ajax("GET", `${address}?page=${pages}`, { target: panel, swap: "outerMorph" });
    } finally {
      asking.delete(id);
    }
    const drawn = document.getElementById(id);
    if (drawn) scroller(drawn).scrollTop = places.get(id) ?? 0;
  }

  document.addEventListener("htmx:after:swap", () => {
    for (const [id, pages] of unfolded) {
      const panel = document.getElementById(id), more = panel?.querySelector("[data-page]");
      if (!panel) unfolded.delete(id); // she has left the chat
      else if (more && +more.dataset.page <= pages && !asking.has(id)) again(panel, more, pages);
    }
  });
})();
