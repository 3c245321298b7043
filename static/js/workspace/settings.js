// A form of the settings is saved by its button: what is not saved yet is said, and not left without asking.
(() => {
  const written = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
  const saved = new WeakMap(); // form: what it held when it was shown
  const forms = () => [...document.querySelectorAll("form[data-settings]")];
  const dirty = () => forms().find((form) => saved.has(form) && written(form) !== saved.get(form));

  function show() {
    for (const form of forms()) {
      const changed = saved.has(form) && written(form) !== saved.get(form);
      for (const note of form.querySelectorAll("[data-savebar-note]")) note.hidden = !changed;
    }
  }

  // What was refused stays unsaved: only a page without problems is what the house has.
  function remember() {
    for (const form of forms()) if (!form.querySelector("[data-errors]")) saved.set(form, written(form));
    show();
  }

  document.addEventListener("DOMContentLoaded", remember);
  document.addEventListener("input", show);
  document.addEventListener("change", show);
  document.addEventListener("reset", () => setTimeout(show));
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail, form = dirty();
    if (ctx.target?.id !== "panes" || !form || form.contains(ctx.sourceElement) || form === ctx.sourceElement) return;
    if (!confirm(form.dataset.settings)) event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (ctx.target?.id !== "panes") return;
    remember();
    document.querySelector("[data-errors]")?.focus();
  });
  addEventListener("beforeunload", (event) => dirty() && event.preventDefault());
})();
