// Typing: the other side is told that something is being written, never what; and the sign of it goes by itself.
//
// An element [data-typing] comes with each word from the server. It is emptied some time after the last one, and at once
// when the message is there: what is told of it after that was overtaken.
(() => {
  const EVERY = 3000; // milliseconds between two words of it, at least
  const SHOWN = 5000, OVERTAKEN = 1000; // milliseconds after a word of it, and after a message

  const told = new WeakMap(), known = new WeakSet(), heard = new Map(); // composer → when; elements; id → when

  document.addEventListener("input", ({ target }) => {
    const form = target.closest?.("form[data-composer]"), topic = form?.closest("[data-watch]")?.dataset.watch;
    if (!topic || target.name !== "body" || !target.value.trim()) return;
    const now = Date.now();
    if (now - (told.get(form) ?? 0) < EVERY) return;
    told.set(form, now);
    document.dispatchEvent(new CustomEvent("rapport:typing", { detail: topic }));
  });

  document.addEventListener("htmx:after:swap", () => {
    for (const element of document.querySelectorAll("[data-typing]")) {
      if (known.has(element)) continue;
      known.add(element);
      if (Date.now() - (heard.get(element.id) ?? 0) < OVERTAKEN) element.replaceChildren();
      else setTimeout(() => element.replaceChildren(), SHOWN);
    }
  });

  document.addEventListener("rapport:heard", ({ target }) => {
    const element = target.closest("[data-watch]")?.querySelector("[data-typing]");
    if (!element) return;
    heard.set(element.id, Date.now());
    element.replaceChildren();
  });
})();
