// Writing: Enter sends, a bubble waits until the server has it, and no text is ever lost.
//
// A form[data-composer] names its log. Each message gets a client id here, so that sending it again stores it once. What is
// not confirmed is kept on this device (drafts.js) and sent one after another, so that the order is that of writing; again
// when the connection is back, and after the page was loaded anew.
(() => {
  const ANSWER = 10000, FIRST = 4000; // milliseconds until "not sent", and until it is tried a second time
  const DOUBT = 3000, HUNG = 1000; // milliseconds until we ask whether anybody is there, and after which a request may hang
  const underWay = new Map(); // composer → { abort, begun, anew } while it sends

  const owner = (form) => `${form.id}${form.dataset.writer ? `-${form.dataset.writer}` : ""}`;
  const draft = (form) => `draft:${owner(form)}`;
  const outbox = (form) => `outbox:${owner(form)}:`;
  const waiting = (form) => window.drafts.waiting(outbox(form));
  const settle = (form, id) => window.drafts.remove(outbox(form) + id);
  const composers = () => document.querySelectorAll("form[data-composer]");
  const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const log = (form) => document.getElementById(form.dataset.composer);
  const lines = (form, id) => [...(log(form)?.querySelectorAll(`[data-client-id="${CSS.escape(id)}"]`) ?? [])];
  const isBubble = (line) => line.matches(".is-pending, .is-failed");
  const bubble = (form, id) => lines(form, id).find(isBubble);
  const complaint = (form) => form.querySelector("[data-composer-error]") ?? document.getElementById(form.dataset.composerError ?? "");

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-composer]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const field = form.elements.body, text = field.value.trim();
    if (!text) return field.focus();
    field.value = "";
    window.drafts.remove(draft(form));
    complaint(form)?.replaceChildren();
    put(form, newId(), text);
    field.focus();
  }, true);

  function put(form, id, text) {
    window.drafts.set(outbox(form) + id, text, Math.max(Date.now(), ...waiting(form).map(({ at }) => at + 1)));
    show(form, { id, text });
    send(form);
  }

  // One message after another: what follows one that did not get through waits with it.
  async function send(form) {
    const name = owner(form);
    if (underWay.has(name)) return;
    const state = {};
    underWay.set(name, state);
    try {
      for (let item; form.isConnected && (item = waiting(form)[0]); ) if (!(await deliver(form, item, state))) break;
    } finally {
      underWay.delete(name);
    }
  }

  // Say whether to go on with the next.
  async function deliver(form, item, state) {
    if (lines(form, item.id).some((line) => !isBubble(line))) return settle(form, item.id), true; // the socket has brought it
    if (!bubble(form, item.id)?.matches(".is-pending")) show(form, item);
    const doubt = setTimeout(doubtful, DOUBT);
    let response = await post(form, item, state, FIRST);
    // Browsers keep connections for the next request: one that died unseen swallows it, and the next try takes another.
    const hung = !response && !state.anew && Date.now() - state.begun >= FIRST;
    if (hung) response = await post(form, item, state, ANSWER - FIRST);
    clearTimeout(doubt);
    return state.anew || take(form, item, response);
  }

  async function post(form, { id, text }, state, within) {
    const sent = { within, abort: null, response: null };
    Object.assign(state, { abort: () => sent.abort?.(), begun: Date.now(), anew: false });
    const values = { body: text, client_id: id };
    await htmx.ajax("POST", form.getAttribute("action"), { source: form, target: form, swap: "none", values, sent });
    return sent.response;
  }

  async function take(form, item, response) {
    const status = response?.status ?? 0;
    if (!status || status >= 500) return fail(form, bubble(form, item.id)), doubtful(), false;
    if (response.headers.get("HX-Redirect")) return false; // signed out: it is kept for who signs in again
    if (status === 429) return new Promise((done) => setTimeout(done, 1000 * (response.headers.get("Retry-After") || 1), true));
    settle(form, item.id);
    if (status === 422 && form.isConnected && !form.elements.body.value) {
      form.elements.body.value = item.text; // to be mended where it was written
      bubble(form, item.id)?.remove();
    } else if (status >= 400) fail(form, bubble(form, item.id));
    return true;
  }

  const doubtful = () => document.dispatchEvent(new CustomEvent("rapport:doubt"));

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (!ctx.sent) return;
    ctx.request.timeout = ctx.sent.within;
    ctx.request.keepalive = true; // what is on its way arrives, even when the tab is closed
    ctx.sent.abort = ctx.request.abort;
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.sent) ctx.sent.response = ctx.response;
  });

  // A request that has hung since before the connection was lost will not be answered any more.
  document.addEventListener("rapport:caught-up", () => {
    for (const form of composers()) {
      const state = underWay.get(owner(form));
      if (state && Date.now() - state.begun > HUNG) {
        state.anew = true;
        state.abort();
      }
      resend(form);
    }
  });

  function resend(form) {
    for (const item of waiting(form)) if (lines(form, item.id).every((line) => line.matches(".is-failed"))) show(form, item);
    send(form);
  }

  function show(form, { id, text }) {
    bubble(form, id)?.remove();
    const line = form.querySelector("template[data-pending]").content.firstElementChild.cloneNode(true);
    line.dataset.clientId = id;
    line.querySelector(".msg__body").textContent = text;
    log(form)?.append(line);
    if (log(form)?.parentElement) log(form).parentElement.scrollTop = 0;
    setTimeout(() => line.isConnected && fail(form, line), ANSWER);
  }

  function fail(form, line) {
    if (!line?.matches(".is-pending")) return;
    line.classList.replace("is-pending", "is-failed");
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn--link";
    again.textContent = form.dataset.textAgain ?? "";
    again.addEventListener("click", () => {
      const id = line.dataset.clientId, text = line.querySelector(".msg__body").textContent;
      if (waiting(form).some((item) => item.id === id)) resend(form);
      else put(form, id, text);
    });
    line.querySelector(".msg__state")?.replaceChildren(document.createTextNode(`${form.dataset.textFailed ?? ""} `), again);
    window.say(form.dataset.textFailed ?? "", { now: true });
  }

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
    if (!form || event.target.name !== "body") return;
    event.target.value ? window.drafts.set(draft(form), event.target.value) : window.drafts.remove(draft(form));
  });

  // A composer that has come into the document: its draft, and what did not get away when it was here last.
  const known = new WeakSet();
  function welcome() {
    for (const form of composers()) {
      if (known.has(form)) continue;
      known.add(form);
      const field = form.elements.body;
      if (!field.value) field.value = window.drafts.get(draft(form))?.text ?? "";
      resend(form);
    }
  }
  document.addEventListener("DOMContentLoaded", welcome);
  document.addEventListener("htmx:after:swap", welcome);
})();
