// Moving about: which row and which section are the current ones, and where the focus goes.
(() => {
  function mark() {
    const open = location.pathname.match(/^\/conversations\/([^/]+)/)?.[1];
    for (const row of document.querySelectorAll("[data-testid=conversation-row]")) {
      row.dataset.conversation === open ? row.setAttribute("aria-current", "true") : row.removeAttribute("aria-current");
    }
    const section = { profiles: "profiles", settings: "settings", audit: "settings", me: "me" }[location.pathname.split("/")[1]] ?? "inbox";
    for (const link of document.querySelectorAll("[data-section]")) {
      link.dataset.section === section ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    }
    const list = document.querySelector(".pane--list")?.id.replace("inbox-", "tab-");
    for (const tab of document.querySelectorAll(".inbox-tabs a")) {
      tab.id === list ? tab.setAttribute("aria-current", "page") : tab.removeAttribute("aria-current");
    }
    for (const link of document.querySelectorAll(".subnav a, .tabs a")) {
      const there = link.getAttribute("href"), below = link.closest(".subnav") && location.pathname.startsWith(`${there}/`);
      location.pathname === there || below ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
    }
  }

  // Only somebody who moved is taken to a heading; what is pushed leaves the focus alone.
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.target?.id !== "panes") return;
    const row = ctx.sourceElement?.closest?.("[data-testid=conversation-row]");
    ctx.moves = { next: (row?.nextElementSibling ?? row?.previousElementSibling)?.id, accepts: !!row && !ctx.sourceElement.href };
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    mark();
    if (!ctx.moves || ctx.target?.id !== "panes") return;
    const places = [...landings(ctx.moves), document.getElementById("title")];
    delete ctx.moves;
    places.find((place) => place?.checkVisibility())?.focus({ preventScroll: true });
  });

  // To the chat that is open; in a list, to the row after the one that a colleague was faster to accept. Whoever goes
  // from view to view stays on the views.
  function landings({ next, accepts }) {
    // Whoever has accepted answers next: by keyboard, at once. On a touch screen a keyboard would cover what was asked.
    const writes = accepts && matchMedia("(pointer: fine)").matches && document.querySelector("[data-testid=message-input]");
    if (document.getElementById("panes").dataset.pane === "chat") return [writes, document.getElementById("conv-name")].filter(Boolean);
    if (accepts) return [document.getElementById(next), document].map((from) => from?.querySelector("a.row__link"));
    return [document.activeElement?.closest(".inbox-tabs a")];
  }

  // Whatever had the focus and went away hands it to the next thing of its kind, not to nothing.
  let last = null;
  document.addEventListener("htmx:before:swap", () => {
    const active = document.activeElement;
    if (!active || active === document.body) return (last = null);
    last = { element: active, home: active.closest("[data-home]")?.id, pane: active.closest(".pane")?.id };
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!last || document.activeElement !== document.body || last.element.isConnected) return;
    const homes = [last.home, last.pane, "panes"].map((id) => id && document.getElementById(id)).filter(Boolean);
    const next = homes.map((home) => home.querySelector("[data-focus-home]") ?? home.querySelector("h2, h3")).find(Boolean);
    if (next && !next.matches("a, button, input, select, textarea, [tabindex]")) next.tabIndex = -1;
    next?.focus({ preventScroll: true });
    last = null;
  });

  document.addEventListener("change", (event) => event.target.matches("[data-submits]") && event.target.form.requestSubmit());
  document.addEventListener("DOMContentLoaded", mark);
})();
