// Moving about: which row and which section are the current ones, where the focus goes, and what the title says.
(() => {
  let moved = false;

  function mark() {
    const open = location.pathname.match(/^\/conversations\/([^/]+)/)?.[1];
    for (const row of document.querySelectorAll("[data-testid=conversation-row]")) {
      row.dataset.conversation === open ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current");
    }
    const section = location.pathname.startsWith("/profiles") ? "profiles" : "inbox";
    for (const link of document.querySelectorAll("[data-section]")) {
      link.dataset.section === section ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    }
    const waiting = +(document.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = waiting ? `(${waiting}) ${title}` : title;
  }

  // Only somebody who moved is taken to a heading; what is pushed leaves the focus alone.
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    moved = ctx.target?.id === "panes";
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    mark();
    if (!moved || ctx.target?.id !== "panes") return;
    moved = false;
    const active = document.activeElement;
    if (active && active !== document.body && active.isConnected && active.checkVisibility?.()) return;
    (document.querySelector("#conv-name") ?? document.getElementById("title"))?.focus({ preventScroll: true });
  });

  // Whatever had the focus and went away hands it to the next thing of its kind, not to nothing.
  let last = null;
  document.addEventListener("htmx:before:swap", () => {
    const active = document.activeElement;
    if (!active || active === document.body) return (last = null);
    last = { element: active, home: active.closest("[data-home]")?.id ?? active.closest(".pane")?.id };
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!last || document.activeElement !== document.body || last.element.isConnected) return;
    const home = document.getElementById(last.home) ?? document.getElementById("panes");
    const next = home?.querySelector("[data-focus-home]") ?? home?.querySelector("h2, h3");
    if (next && !next.matches("a, button, input, select, textarea, [tabindex]")) next.tabIndex = -1;
    next?.focus({ preventScroll: true });
    last = null;
  });

  document.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.requestSubmit());
  document.addEventListener("DOMContentLoaded", mark);
})();
