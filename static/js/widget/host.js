// The frame and the page around it: a handful of words, each way to one exact origin.
//
// The frame says that it is ready as soon as it is. Where the browser does not tell it who frames it, the page speaks first
// ("hello"). Either way it must be an origin that the site lists.
(() => {
  const origins = (document.body.dataset.origins ?? "").split(" ");
  const STEPS = { waiting: "chat:start", active: "chat:taken", ended: "chat:end", abandoned: "chat:end" };
  const framed = () => location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
  const HOST = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;
  let host = "", last = chat();

  // "https://*.shop.example" is every host below shop.example: as webapp/domain/people/origins.py has it, and the browser.
  const allowed = (origin) => origins.some((one) => {
    const [scheme, rest] = one.split("*");
    if (rest === undefined) return origin === one;
    return origin.startsWith(scheme) && origin.endsWith(rest) && HOST.test(origin.slice(scheme.length, -rest.length));
  });

  function chat() {
    const element = document.querySelector("[data-chat]");
    return element ? `${element.id} ${element.dataset.state}` : "";
  }

  // Whoever was faster than the page and types already goes on where she began.
  const typing = () => document.hasFocus() && document.activeElement.matches("input, textarea");

  const tell = (t, more) => host && parent.postMessage({ v: 1, t, ...more }, host);
  window.tellPage = tell;

  function greet(origin) {
    if (host || !origin || !allowed(origin)) return;
    host = origin;
    seen(origin);
    tell("ready");
  }

  // The install page of the settings says where the widget was last seen.
  function seen(origin) {
    const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
    fetch(`/widget/seen${location.search}`, { method: "POST", headers, body: new URLSearchParams({ origin }) }).catch(() => {});
  }

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || !allowed(origin) || data?.v !== 1) return;
    if (data.t === "hello") greet(origin);
    if (data.t === "show" && !typing()) window.enterScreen();
    if (data.t === "identify") window.identify(data.token);
    if (data.t === "reset") window.forgetVisitor();
    if (data.t === "store") for (const field of document.querySelectorAll("[name=store]")) field.value = String(data.store ?? "");
  });

  document.addEventListener("click", (event) => event.target.closest("[data-minimise]") && tell("minimise"));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    if (!window.closeDetails()) tell("minimise");
  });

  document.addEventListener("htmx:after:swap", () => {
    const now = chat();
    if (now && now !== last) tell("event", { name: STEPS[now.split(" ")[1]] });
    last = now;
  });

  // Until htmx has the forms in hand nothing can be pressed: the browser would send them itself, and what was typed would be
  // lost. htmx begins in a timer that was set before this one.
  setTimeout(() => {
    document.getElementById("screen").inert = false;
    if (parent !== window) greet(framed());
  });
})();
