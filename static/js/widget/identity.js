// Who the customer is to the shop, and forgetting that she was here.
//
// The page hands over a token that the shop's back end has signed. It stays in the memory of this document, and goes with
// every request as a header. Whether it holds, the server says; with one that does not the customer is anonymous.
// Once the page has named anybody, each request says who it was, or that it is nobody now: a token that has run out is
// sent on, so that the next person at this browser is not taken for the one before.
(() => {
  const HEADER = "X-Rapport-Identity", NOBODY = "none";
  const AGAIN = 5000; // milliseconds until forgetting is tried again
  const EARLY = 60000, SOONEST = 20000; // milliseconds before its end when a token is renewed, and until then at least
  const find = (selector) => document.querySelector(selector);
  let token = "", known = "", newest, timers = [], lapsed = false; // `known` is the subject of the token
  let waits = new URLSearchParams(location.search).has("signed"); // a signed-in customer's chat waits for the token
  let named = waits; // by the page, at any time

  const claims = (text) => JSON.parse(atob(text.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
  const swap = (text, how) => htmx.swap({ sourceElement: document.body, target: "#screen", swap: how, text, transition: false });

  function ask(method, path, sent = token) {
    const query = new URLSearchParams(location.search), store = find("[name=store]");
    query.delete("signed");
    if (store) query.set("store", store.value);
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers:inherited")), "HX-Request": "true" };
    if (named) headers[HEADER] = sent || NOBODY;
    return fetch(`/widget/${path}?${query}`, { method, headers });
  }

  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (named) ctx.request.headers[HEADER] = token || NOBODY;
  });

  // `undefined` is a page that could not get a token just now: what it gave before counts until it has run out.
  window.identify = async (given) => {
    named = true;
    const sent = newest = given === undefined ? token : String(given ?? "");
    const reason = sent && sent !== token && await refusal(sent);
    if (sent !== newest) return; // another has come meanwhile
    if (reason) window.tellPage("refused", { reason });
    await become(reason ? "" : sent);
  };

  async function become(next) {
    const before = known, anew = waits || (lapsed && next !== token);
    if (next !== token) watch(next);
    token = next;
    known = token && claims(token).sub;
    waits = lapsed = false;
    if (anew || known !== before) await refresh(before && known);
  }

  // What runs out is asked for again in time; when nothing new has come, the form is no longer filled in from it.
  function watch(next) {
    timers.forEach(clearTimeout);
    if (!next) return;
    const { iat, exp } = claims(next), life = 1000 * (exp - iat), due = 1000 * exp - Date.now();
    const left = due > 0 && due < life ? due : life; // the clock of this device may be wrong
    timers = [setTimeout(() => window.tellPage("ready"), Math.max(left - EARLY, left / 2, SOONEST)), setTimeout(lapse, left)];
  }

  async function lapse() {
    lapsed = true;
    await refresh(false, NOBODY);
  }

  async function refusal(sent) {
    try {
      const answer = await ask("POST", "identity", sent);
      return answer.ok ? "" : answer.headers.get("X-Rapport-Refused") ?? String(answer.status);
    } catch {
      return "not_sent"; // no connection, or nothing that a header can carry
    }
  }

  // The screen anew, for who it is now. What somebody has typed stays, unless it is for another person.
  async function refresh(another, sent) {
    const chat = find("[data-chat]");
    if (!another && (chat ? !chat.matches("[data-open]") : touched())) return;
    const answer = await ask("GET", "frame", sent).catch(() => null);
    const text = await answer?.text();
    if (!answer?.ok || (chat && text.includes(`id="${chat.id}"`)) || (!another && touched())) return;
    if (another) find("form")?.reset();
    await swap(text, "innerMorph");
  }

  const touched = () => [...document.querySelectorAll("#prechat-form .input, #start-form textarea")].some((field) => field.value !== field.defaultValue);

  function disown() {
    token = known = newest = "";
    watch("");
  }

  window.forgetVisitor = async () => {
    disown();
    await forget();
    window.tellPage("forgotten");
  };

  // Nothing of the chat stays on the screen or on this device, even before the server has heard of it.
  async function forget() {
    window.forgetDrafts();
    await swap("", "innerHTML");
    for (;;) {
      const answer = await ask("POST", "reset").catch(() => null);
      if (answer?.ok) return swap(await answer.text(), "innerHTML");
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }

  document.addEventListener("click", async ({ target }) => {
    if (target.closest("[data-clear]")) await forget();
    else if (target.closest("[data-not-you]")) {
      disown();
      window.tellPage("declined");
      await refresh(true);
    } else return;
    window.enterScreen();
  });
})();
