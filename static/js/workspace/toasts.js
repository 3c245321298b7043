// Toasts: they go by themselves, but not while somebody is about to use them; each can be undone or dismissed.
(() => {
  const LIFE = 20000; // milliseconds

  function live(toast) {
    let timer;
    const stop = () => clearTimeout(timer);
    const start = () => { stop(); timer = setTimeout(() => toast.remove(), LIFE); };
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusout", start);
    start();
  }

  // Whoever was on it is not left nowhere.
  function drop(toast) {
    const held = toast.contains(document.activeElement);
    toast.remove();
    if (!held) return;
    const places = [document.getElementById("conv-name"), document.getElementById("title")];
    places.find((place) => place?.checkVisibility())?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:after:swap", () => {
    for (const toast of document.querySelectorAll("[data-toast]:not([data-lives])")) {
      toast.dataset.lives = "";
      // One way back at a time: an older one may no longer lead there.
      if (toast.querySelector("[data-undo]")) {
        for (const older of document.querySelectorAll("[data-toast]")) if (older !== toast && older.querySelector("[data-undo]")) older.remove();
      }
      live(toast);
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) drop(event.target.closest("[data-toast]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open, dialog[open]")) return;
    const toast = event.target.closest?.("[data-toast]") ?? [...document.querySelectorAll("[data-toast]")].at(-1);
    if (toast) drop(toast);
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const toast = ctx.sourceElement?.matches?.("[data-undo]") && ctx.sourceElement.closest("[data-toast]");
    if (toast && ctx.response?.status < 400) drop(toast);
  });
})();
