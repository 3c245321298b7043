// The notice of differences can be folded to one line, by each viewer for herself; that resolves nothing.
(() => {
  const key = (id) => `folded:${id}`;
  const folded = (id) => { try { return sessionStorage.getItem(key(id)) === "yes"; } catch { return false; } };

  function draw() {
    for (const notice of document.querySelectorAll("[data-fold]")) {
      const is = folded(notice.dataset.fold);
      notice.dataset.folded = is;
      notice.querySelector("[data-folds]")?.setAttribute("aria-expanded", String(!is));
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-folds]");
    if (!button) return;
    try { sessionStorage.setItem(key(button.dataset.folds), folded(button.dataset.folds) ? "no" : "yes"); } catch {}
    draw();
  });
  document.addEventListener("DOMContentLoaded", draw);
  document.addEventListener("htmx:after:swap", draw);
})();
