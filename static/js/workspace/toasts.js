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

  document.addEventListener("htmx:after:swap", () => {
    for (const toast of document.querySelectorAll("[data-toast]:not([data-lives])")) {
      toast.dataset.lives = "";
      live(toast);
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement?.matches("[data-undo]") && ctx.response?.status < 400) ctx.sourceElement.closest("[data-toast]")?.remove();
  });
})();
