// Writing: Enter sends, a bubble waits until the server has it, and no text is ever lost.
//
// A form[data-composer] names its log. Each message gets a client id here, so that sending it again stores it once.
(() => {
  const key = (form) => `draft:${form.id}`;
  // A frame may be refused storage: then what is kept lives as long as the page.
  const memory = new Map();
  const storage = {
    get: (name) => { try { return sessionStorage.getItem(name); } catch { return memory.get(name) ?? null; } },
    set: (name, text) => {
      try { text ? sessionStorage.setItem(name, text) : sessionStorage.removeItem(name); } catch { memory.set(name, text || null); }
    },
  };
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const log = (form) => document.getElementById(form.dataset.composer);
  const complaint = (form) => form.querySelector("[data-composer-error]") ?? document.getElementById(form.dataset.composerError ?? "");

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-composer]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const field = form.elements.body, text = field.value.trim();
    if (!text) return field.focus();
    field.value = "";
    storage.set(key(form), "");
    complaint(form)?.replaceChildren();
    send(form, text, newId());
    field.focus();
  }, true);

  // What is not confirmed yet is kept on this device, and sent again when the connection is back or the page reloaded:
  // the ids make that harmless.
  const waiting = (form) => JSON.parse(storage.get(`outbox:${form.id}`) ?? "[]");
  const keep = (form, items) => storage.set(`outbox:${form.id}`, items.length ? JSON.stringify(items) : "");
  const settle = (form, id) => keep(form, waiting(form).filter((item) => item.id !== id));

  function resend() {
    for (const form of document.querySelectorAll("form[data-composer]")) {
      for (const { id, text } of waiting(form)) {
        if (log(form)?.querySelector(`.is-pending[data-client-id="${CSS.escape(id)}"]`)) continue;
        log(form)?.querySelector(`.is-failed[data-client-id="${CSS.escape(id)}"]`)?.remove();
        send(form, text, id);
      }
    }
  }
  document.addEventListener("rapport:caught-up", resend);

  function send(form, text, id) {
    const bubble = wait(form, text, id);
    keep(form, [...waiting(form).filter((item) => item.id !== id), { id, text }]);
    const values = { body: text, client_id: id };
    htmx.ajax("POST", form.getAttribute("action"), { source: form, target: form, swap: "none", values, bubble });
  }

  function wait(form, text, id) {
    const template = form.querySelector("template[data-pending]");
    const line = template.content.firstElementChild.cloneNode(true);
    line.dataset.clientId = id;
    line.querySelector(".msg__body").textContent = text;
    log(form)?.append(line);
    if (log(form)?.parentElement) log(form).parentElement.scrollTop = 0;
    return line;
  }

  function fail(form, bubble) {
    if (!bubble?.isConnected) return;
    bubble.classList.replace("is-pending", "is-failed");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn--link";
    again.textContent = form.dataset.textAgain ?? "";
    again.addEventListener("click", () => {
      const text = bubble.querySelector(".msg__body").textContent, id = bubble.dataset.clientId;
      bubble.remove();
      send(form, text, id);
    });
    const state = bubble.querySelector(".msg__state");
    state?.replaceChildren(document.createTextNode(`${form.dataset.textFailed ?? ""} `), again);
    window.say(form.dataset.textFailed ?? "", { now: true });
  }

  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (!ctx.bubble || !ctx.response) return;
    const form = ctx.sourceElement, id = ctx.bubble.dataset.clientId;
    if (ctx.response.status < 500) settle(form, id);
    if (ctx.response.status === 422 && form.isConnected && !form.elements.body.value) {
      form.elements.body.value = ctx.bubble.querySelector(".msg__body").textContent; // to be mended where it was written
      ctx.bubble.remove();
    } else if (ctx.response.status >= 400) fail(form, ctx.bubble);
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx?.bubble && fail(ctx.sourceElement, ctx.bubble));

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-composer]");
    if (!form || event.target.name !== "body" || event.key !== "Enter" || event.isComposing) return;
    const always = event.ctrlKey || event.metaKey;
    if (!always && (event.shiftKey || matchMedia("(pointer: coarse)").matches)) return;
    event.preventDefault();
    form.requestSubmit();
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-composer]");
    if (form && event.target.name === "body") storage.set(key(form), event.target.value);
  });

  function restore() {
    for (const form of document.querySelectorAll("form[data-composer]")) {
      const field = form.elements.body;
      if (field && !field.value) field.value = storage.get(key(form)) ?? "";
    }
  }
  document.addEventListener("DOMContentLoaded", restore);
  document.addEventListener("htmx:after:swap", restore);

  // Drafts stay on this device, and leave it when somebody signs out of a shared one.
  window.forgetDrafts = () => {
    memory.clear();
    try { Object.keys(sessionStorage).filter((name) => /^(draft|outbox):/.test(name)).forEach((name) => sessionStorage.removeItem(name)); } catch {}
  };
  document.addEventListener("submit", (event) => event.target.closest("[data-signs-out]") && window.forgetDrafts());
})();
