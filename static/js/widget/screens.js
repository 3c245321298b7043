// What the screens of the widget need beyond htmx: where the focus goes, "Your details" over the chat, words that failed.
//
// What a person does may move the focus; what is pushed never does, unless it took away the very thing that had it.
(() => {
  const find = (selector) => document.querySelector(selector);
  const touch = matchMedia("(pointer: coarse)");
  const SHOWN = 20000; // milliseconds that "Saved" stays

  // Focus. On touch the heading, because a field would bring up the keyboard before anything has been read.
  window.enterScreen = () => {
    const panel = openPanel();
    const scope = panel ?? document;
    const home = panel || touch.matches ? scope.querySelector("h1, h2") : scope.querySelector("[data-focus-home]");
    (home ?? find("h1"))?.focus({ preventScroll: true });
  };

  const nothing = () => document.activeElement === document.body;
  let had = false;
  document.addEventListener("htmx:before:swap", () => { had = !nothing() && document.hasFocus(); });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const opened = arrange();
    const wrong = ctx.response?.status === 422 && find("[aria-invalid=true]");
    if (wrong) wrong.focus();
    else if (opened || (nothing() && (had || ctx.response))) window.enterScreen();
  });

  // Your details: the panel stands before the chat, which goes on behind it.
  function openPanel() {
    const panel = find("[data-details]");
    return panel?.childElementCount ? panel : null;
  }

  let wasOpen = Boolean(openPanel());
  function arrange() {
    const panel = find("[data-details]");
    if (panel && !find("[data-chat][data-open]")) panel.replaceChildren(); // the chat has ended: nothing to change any more
    const open = Boolean(openPanel());
    if (panel) panel.hidden = !open;
    for (const element of document.querySelectorAll("[data-behind]")) element.hidden = open;
    const opened = open && !wasOpen, closed = !open && wasOpen;
    wasOpen = open;
    if (closed) find("[data-details-open]")?.focus();
    return opened;
  }

  window.closeDetails = () => {
    const panel = openPanel();
    panel?.replaceChildren();
    arrange();
    return Boolean(panel);
  };

  document.addEventListener("click", (event) => event.target.closest("[data-details-close]") && window.closeDetails());

  document.addEventListener("rapport:heard", () => {
    const back = find("[data-details-close]");
    if (back) back.textContent = back.dataset.textNews;
  });

  // How saving goes.
  let fading;
  function status(state, text) {
    const element = find("[data-details-status]");
    if (!element) return;
    clearTimeout(fading);
    element.className = "sr-only";
    element.dataset.state = state;
    element.textContent = text;
  }

  document.addEventListener("htmx:before:request", ({ target }) => {
    if (target.matches?.("[data-details-form]")) status("saving", find("[data-details-status]")?.dataset.textSaving);
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!ctx.sourceElement?.matches?.("[data-details-form]")) return;
    fading = setTimeout(() => find("[data-details-status]")?.classList.add("sr-only"), SHOWN);
  });

  // A request that did not arrive says so beside its button; the form keeps every word.
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    const form = ctx?.sourceElement;
    const complaint = form?.querySelector?.("[data-complaint]");
    if (!complaint) return;
    complaint.textContent = complaint.dataset.textFailed;
    complaint.hidden = false;
    if (form.matches("[data-details-form]")) status("invalid", complaint.dataset.textFailed);
  });

  // The first message of a chat without a form: Enter sends it, as it sends those after it.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-start]");
    if (!form || event.key !== "Enter" || event.shiftKey || event.isComposing || touch.matches) return;
    event.preventDefault();
    form.requestSubmit();
  });
})();
