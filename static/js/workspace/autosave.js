// Fields that save themselves: on change, on leaving the field, or on Enter. Escape brings back what was there.
(() => {
  const value = (form) => form.elements.value, seen = (form) => form.elements.seen;
  const TEXTS = { saving: "textSaving", failed: "textFailed" };

  function show(form, state) {
    const status = form.querySelector("[data-testid=field-status]");
    if (!status) return;
    status.dataset.state = state;
    status.textContent = status.dataset[TEXTS[state]] ?? "";
  }

  function forgive(form) {
    form.querySelector("[data-trouble]")?.replaceChildren();
    value(form).removeAttribute("aria-invalid");
    delete form.dataset.sent;
  }

  document.addEventListener("change", (event) => {
    // A field that is taken away half-typed says that it has changed, when htmx has already let go of its form: a submit
    // would then load a document in place of the workspace.
    const form = event.target.closest("form[data-autosave][data-htmx-powered]");
    if (form && event.target === value(form)) form.requestSubmit();
  });

  // Enter makes both a change and a submit: the same text is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-autosave]");
    if (!form) return;
    const now = JSON.stringify([value(form).value, seen(form).value]);
    if (form.dataset.sent === now || value(form).value === seen(form).value) {
      if (value(form).value === seen(form).value && form.dataset.sent !== now) restore(form);
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    form.dataset.sent = now;
    show(form, "saving");
  }, true);

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!form?.matches?.("[data-autosave]") || !ctx.response) return;
    if (ctx.response.status === 422) value(form).setAttribute("aria-invalid", "true");
    else value(form).removeAttribute("aria-invalid");
    if (![200, 409, 422].includes(ctx.response.status)) fail(form);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (ctx?.sourceElement?.matches?.("[data-autosave]")) fail(ctx.sourceElement);
  });

  function fail(form) {
    delete form.dataset.sent;
    show(form, "failed");
  }

  function restore(form) {
    value(form).value = seen(form).value;
    if (form.querySelector("[data-testid=field-status]")?.dataset.state !== "saved") show(form, "idle");
    forgive(form);
  }

  document.addEventListener("keydown", (event) => {
    const form = event.key === "Escape" && event.target.closest?.("form[data-autosave]");
    if (!form || event.target !== value(form)) return;
    event.preventDefault();
    restore(form);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-stale]");
    if (!button) return;
    const form = button.closest("form"), theirs = button.dataset.current;
    seen(form).value = theirs;
    if (button.dataset.stale === "take") value(form).value = theirs;
    forgive(form);
    value(form).focus();
    if (button.dataset.stale === "keep") form.requestSubmit();
    else show(form, "idle");
  });
})();
