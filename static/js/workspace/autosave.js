// Fields that save themselves: on change, on leaving the field, or on Enter. Escape brings back what was there.
(() => {
  const value = (form) => form.elements.value, seen = (form) => form.elements.seen;

  function show(form, state) {
    const status = form.querySelector("[data-testid=field-status]");
    if (!status) return;
    status.dataset.state = state;
    status.textContent = status.dataset[state === "saving" ? "textSaving" : "textFailed"] ?? "";
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosave]");
    if (form && event.target === value(form)) form.requestSubmit();
  });

  // Enter makes both a change and a submit: the same text is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-autosave]");
    if (!form) return;
    const now = JSON.stringify([value(form).value, seen(form).value]);
    if (form.dataset.sent === now || value(form).value === seen(form).value) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    form.dataset.sent = now;
    show(form, "saving");
  }, true);

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (!form?.matches?.("[data-autosave]")) return;
    if (ctx.response?.status >= 500) {
      delete form.dataset.sent;
      show(form, "failed");
    }
    if (ctx.response) value(form).toggleAttribute("aria-invalid", ctx.response.status === 422);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    const form = ctx?.sourceElement;
    if (!form?.matches?.("[data-autosave]")) return;
    delete form.dataset.sent;
    show(form, "failed");
  });

  document.addEventListener("keydown", (event) => {
    const form = event.key === "Escape" && event.target.closest?.("form[data-autosave]");
    if (form && event.target === value(form)) value(form).value = seen(form).value;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-stale]");
    if (!button) return;
    const form = button.closest("form"), theirs = button.dataset.current;
    seen(form).value = theirs;
    delete form.dataset.sent;
    if (button.dataset.stale === "take") value(form).value = theirs;
    button.closest(".stale").remove();
    value(form).focus();
    if (button.dataset.stale === "keep") form.requestSubmit();
    else show(form, "idle");
  });
})();
