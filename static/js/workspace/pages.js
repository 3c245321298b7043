// Pages of candidates that she has unfolded stay unfolded: a panel that is drawn anew comes with the first alone, that
// of a linked chat with none, and those that she sees are asked for again.
(() => {
  const unfolded = new Map(); // panel: how many pages
  const asking = new Set();
  const places = new Map(); // panel: how far down she was
  const scroller = (panel) => panel.querySelector(".pane__scroll");

  // When she asks, not when it is answered: by then a push may have made another button of this one.
  document.addEventListener("click", ({ target }) => {
    const more = target.closest("[data-page]");
    if (more) unfolded.set(more.closest("[data-link]").id, +more.dataset.page);
  });

  document.addEventListener("htmx:before:swap", () => {
    for (const id of unfolded.keys()) {
      const panel = document.getElementById(id);
      if (panel && !asking.has(id)) places.set(id, scroller(panel).scrollTop);
    }
  });

  async function ask(panel, pages) {
    const { id } = panel, more = panel.querySelector("[data-page]");
    const isFolded = more?.closest("details:not([open])");
    if (!more || +more.dataset.page > pages || isFolded || asking.has(id)) return;
    const [address] = more.getAttribute("hx-get").split("?");
    asking.add(id);
    try {
      await htmx.ajax("GET", `${address}?page=${pages}`, { target: panel, swap: "outerMorph" });
    } finally {
      asking.delete(id);
    }
    const drawn = document.getElementById(id);
    if (drawn) scroller(drawn).scrollTop = places.get(id) ?? 0;
  }

  // Whoever opens "Link to another profile" wants to see to which.
  document.addEventListener("toggle", ({ target }) => {
    const panel = target.open && target.querySelector("[data-page]")?.closest("[data-link]");
    if (!panel || asking.has(panel.id)) return;
    places.set(panel.id, scroller(panel).scrollTop);
    if (!unfolded.has(panel.id)) unfolded.set(panel.id, 1);
    ask(panel, unfolded.get(panel.id));
  }, true); // it does not bubble

  document.addEventListener("htmx:after:swap", () => {
    for (const [id, pages] of unfolded) {
      const panel = document.getElementById(id);
      if (panel) ask(panel, pages);
      else unfolded.delete(id); // she has left the chat
    }
  });
})();
