// What a viewer folds and unfolds stays so when the panel is drawn anew; for herself only, and it resolves nothing.
(() => {
  const key = (id) => `folded:${id}`;
  const folded = (id) => { try { return sessionStorage.getItem(key(id)) === "yes"; } catch { return false; } };
  const opened = new Map(); // of <details>: what she last did with each
  let noticed = new Set();

  function draw() {
    for (const notice of document.querySelectorAll("[data-fold]")) {
      const is = folded(notice.dataset.fold);
      notice.dataset.folded = is;
      notice.querySelector("[data-folds]")?.setAttribute("aria-expanded", String(!is));
    }
    for (const details of document.querySelectorAll("details[data-remember]")) {
      if (opened.has(details.id)) details.open = opened.get(details.id);
    }
    hear();
  }

  // Of a notice that went away while it was on the screen, it is said that both sides agree now.
  function hear() {
    for (const slot of document.querySelectorAll("[data-gone]")) if (noticed.has(slot.id)) window.say(slot.dataset.gone);
    noticed = new Set([...document.querySelectorAll("[data-fold]")].map((notice) => notice.parentElement.id));
  }

  document.addEventListener("click", (event) => {
    const details = event.target.closest("summary")?.parentElement;
    if (details?.matches("[data-remember]")) opened.set(details.id, !details.open);
    const button = event.target.closest("[data-folds]");
    if (!button) return;
    try { sessionStorage.setItem(key(button.dataset.folds), folded(button.dataset.folds) ? "no" : "yes"); } catch {}
    draw();
  });
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:after:swap", draw);
})();
