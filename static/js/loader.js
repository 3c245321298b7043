// The retailer's page: a launcher, and a frame when somebody wants to chat. Everything else happens in the frame.
//
// It touches one element of its own (a child of <html>, which survives a page that swaps its body), writes no inline
// style and no markup as text, so that it works under the strictest policy, and fetches nothing until it is used.
((words) => {
  const script = document.currentScript ?? document.querySelector('script[src*="/widget/v1/loader.js"]');
  if (!script || window.Rapport?.loaded) return;
  const base = new URL(script.src).origin;
  const phone = matchMedia("(width < 480px), (height < 480px)");
  const EVENTS = ["chat:start", "chat:taken", "chat:end"];
  const HEX = /^#[0-9a-f]{6}$/i;
  const PATIENCE = 3000; // milliseconds in which a frame that has loaded must answer
  const listeners = {}, early = [], stilled = new Set(); // elements of the page that we made inert
  let config, host, root, shell, box, launcher, frame, ready, gone, pushed, timer;
  let proof, resetting; // who the customer is: a token, or a function that gets one

  const LOOKS = `
    :host { all: initial !important; position: fixed !important; z-index: 1000 !important; }
    * { box-sizing: border-box; }
    .shell { --ground: oklch(.41 .085 25); --over: oklch(.35 .085 25); --ink: #fff; --canvas: #fff; --edge: #0000000f; }
    @media (prefers-color-scheme: dark) {
      .shell { --ground: oklch(.8 .075 45); --over: oklch(.85 .065 45); --ink: #1c0f0b; --canvas: oklch(.195 .012 255); --edge: #ffffff1f; }
    }
    button, .box { position: fixed; inset-inline-end: calc(16px + env(safe-area-inset-right)); box-shadow: 0 10px 32px #0f172a24, 0 2px 6px #0f172a14; }
    button { inset-block-end: calc(16px + env(safe-area-inset-bottom)); display: inline-flex; align-items: center; justify-content: center;
      gap: 10px; min-height: 56px; margin: 0; padding: 0 22px 0 18px; border: 1px solid transparent; border-radius: 99px; background: var(--ground);
      color: var(--ink); font: 550 16px/1.2 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; white-space: nowrap; cursor: pointer; }
    button:hover { background: var(--over); }
    button:focus-visible { outline: 3px solid var(--ground); outline-offset: 3px; }
    svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 1.25; stroke-linejoin: round; }
    .box { inset-block-end: calc(88px + env(safe-area-inset-bottom)); width: 380px; height: min(640px, 100dvh - 96px); overflow: hidden;
      border-radius: 16px; outline: 1px solid var(--edge); background: var(--canvas); }
    .box[hidden] { display: none; }
    .box[aria-busy] iframe { opacity: 0; }
    iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: light dark; }
    @media (prefers-reduced-motion: no-preference) {
      .box { animation: in 140ms ease-out; }
      @keyframes in { from { opacity: 0; translate: 0 8px; } }
    }
    @media (width < 480px), (height < 480px) {
      button { width: 56px; padding: 0; }
      button span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
      .open button { visibility: hidden; }
      .box { inset: 0; width: 100%; height: 100dvh; border-radius: 0; outline: 0; }
    }`;
  const styled = (css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    return sheet;
  };
  const lock = styled("html { overflow: hidden !important; }");
  const place = new CSSStyleSheet(); // of the frame on a phone, above its keyboard

  const make = (name, attributes = {}, ...children) => {
    const element = name === "svg" || name === "path" ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const language = (tag) => String(tag ?? "").toLowerCase().split(/[-_]/)[0];
  const wanted = () => config.locale || document.documentElement.lang || navigator.language;
  const here = () => words[language(wanted())] ? language(wanted()) : "en";
  const isOpen = () => Boolean(box && !box.hidden);
  const emit = (type, more) => [...(listeners[type] ?? [])].forEach((listen) => listen({ type, ...more }));
  const tell = (t, more) => frame?.contentWindow?.postMessage({ v: 1, t, ...more }, base);

  const commands = {
    init(options) {
      if (config) return;
      if (!options?.key) return console.warn("Rapport: init needs a key");
      config = { key: options.key, locale: options.locale, store: options.store };
      draw();
      const { colour, ink } = options;
      if (HEX.test(colour) && HEX.test(ink)) root.adoptedStyleSheets.push(styled(`.shell { --ground: ${colour}; --over: color-mix(in oklab, ${colour}, ${ink > "#8" ? "#000" : "#fff"} 12%); --ink: ${ink}; }`));
      early.splice(0).forEach((command) => run(...command));
    },
    open() {
      if (gone || isOpen()) return;
      box.hidden = false;
      launcher.setAttribute("aria-expanded", "true");
      shell.classList.add("open");
      if (!frame) load();
      else if (ready) enter();
      if (phone.matches) {
        history.pushState({ ...history.state, rapport: 1 }, "");
        pushed = true;
      }
      settle();
      emit("open");
    },
    close() {
      if (!isOpen()) return;
      const inside = root.activeElement === frame;
      box.hidden = true;
      launcher.setAttribute("aria-expanded", "false");
      shell.classList.remove("open");
      settle();
      if (inside) launcher.focus();
      if (pushed && history.state?.rapport) history.back();
      pushed = false;
      emit("close");
    },
    identify(given) {
      proof = given?.token ?? given;
      prove();
    },
    reset() {
      proof = null;
      resetting = true;
      if (ready) tell("reset");
      else if (!frame) load();
    },
    locale(tag) {
      config.locale = tag;
      label();
      if (frame) {
        ready = false;
        frame.contentWindow.location.replace(address());
      }
    },
    store(slug) {
      config.store = slug;
      if (ready) tell("store", { store: slug });
    },
    on(name, listen) {
      (listeners[name] ??= new Set()).add(listen);
      return () => listeners[name].delete(listen);
    },
  };

  function run(name, ...rest) {
    if (!Object.hasOwn(commands, name)) return console.warn(`Rapport: there is no command "${name}"`);
    if (!config && name !== "init" && name !== "on") return void early.push([name, ...rest]);
    return commands[name](...rest);
  }

  function draw() {
    const bubble = "M4.5 4h11A1.5 1.5 0 0 1 17 5.5v7a1.5 1.5 0 0 1-1.5 1.5H9l-4 3v-3h-.5A1.5 1.5 0 0 1 3 12.5v-7A1.5 1.5 0 0 1 4.5 4z";
    launcher = make("button", { type: "button", "data-testid": "widget-launcher", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-controls": "box" },
      make("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" }, make("path", { d: bubble })), make("span"));
    launcher.addEventListener("click", () => (isOpen() ? commands.close() : commands.open()));
    box = make("div", { class: "box", id: "box", hidden: "" });
    shell = make("div", { class: "shell" }, box, launcher);
    shell.addEventListener("keydown", (event) => event.key === "Escape" && commands.close());
    host = make("rapport-widget");
    root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styled(LOOKS), place];
    root.append(shell);
    label();
    document.documentElement.append(host);
    new MutationObserver(() => {
      if (!gone && !host.isConnected) document.documentElement.append(host);
      settle();
    }).observe(document.documentElement, { childList: true });
    addEventListener("message", hear);
    addEventListener("popstate", () => {
      if (!pushed) return;
      pushed = false;
      commands.close();
    });
    phone.addEventListener("change", settle);
    for (const name of ["resize", "scroll"]) visualViewport?.addEventListener(name, settle);
  }

  function label() {
    launcher.lang = here();
    launcher.lastChild.textContent = words[here()].open;
    if (frame) frame.title = words[here()].frame;
  }

  function address() {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const query = { key: config.key, locale: wanted(), store: config.store, signed: proof && 1, zone, page: document.title.slice(0, 200) };
    return `${base}/widget/frame?${new URLSearchParams(Object.entries(query).filter(([, value]) => value))}`;
  }

  function load() {
    frame = make("iframe", { "data-testid": "widget-frame", title: words[here()].frame, referrerpolicy: "strict-origin", allow: "", src: address() });
    box.setAttribute("aria-busy", "true");
    frame.addEventListener("load", () => {
      clearTimeout(timer);
      if (!ready) timer = setTimeout(fail, PATIENCE);
      tell("hello");
    });
    box.append(frame);
  }

  function hear({ source, origin, data }) {
    if (!frame || source !== frame.contentWindow || origin !== base || data?.v !== 1) return;
    if (data.t === "ready" && !ready) {
      clearTimeout(timer);
      ready = true;
      box.removeAttribute("aria-busy");
      if (isOpen()) enter();
      emit("ready");
    }
    if (data.t === "ready") resetting ? tell("reset") : prove();
    if (data.t === "refused") refused(data.reason);
    if (data.t === "declined") proof = null;
    if (data.t === "forgotten") {
      resetting = false;
      if (isOpen()) prove();
      else drop();
      emit("reset");
    }
    if (data.t === "minimise") {
      commands.close();
      launcher.focus();
    }
    if (data.t === "event" && EVENTS.includes(data.name)) emit(data.name);
  }

  function enter() {
    frame.focus();
    tell("show");
  }

  function drop() {
    frame.remove();
    frame = null;
    ready = false;
  }

  // The frame says that it is ready when it can take a token, and again when it needs the next one.
  async function prove() {
    if (!ready || resetting) return;
    const mine = proof;
    let token;
    try {
      token = await (mine?.call ? mine() : mine);
    } catch (error) {
      refused(error);
    }
    if (mine === proof) tell("identify", { token });
  }

  function refused(reason) {
    console.error(`Rapport: no signed identity (${reason}); the customer is anonymous`);
    emit("error", { reason });
  }

  // A page that may not show the chat (or a server that does not answer) stays as it was, without a launcher.
  function fail() {
    console.warn("Rapport: the chat cannot be shown on this page. Are the key and the site's allowed origins right?");
    commands.close();
    drop();
    gone = navigator.onLine;
    if (gone) host.remove();
    emit("error");
  }

  // On a phone the open chat is all there is: the page behind neither scrolls nor takes the focus.
  function settle() {
    const modal = isOpen() && phone.matches;
    const sheets = document.adoptedStyleSheets;
    if (sheets.includes(lock) !== modal) document.adoptedStyleSheets = modal ? [...sheets, lock] : sheets.filter((sheet) => sheet !== lock);
    for (const element of modal ? (document.body?.children ?? []) : stilled) {
      if (element.inert === modal) continue;
      element.inert = modal;
      modal ? stilled.add(element) : stilled.delete(element);
    }
    const view = visualViewport;
    place.replaceSync(modal && view ? `.box { inset-block: ${view.offsetTop}px auto; height: ${view.height}px; }` : "");
  }

  const queue = window.Rapport?.q ?? [];
  window.Rapport = Object.assign((...command) => run(...command), { loaded: true });
  if (script.dataset.key) commands.init(script.dataset);
  for (const command of queue) run(...command);
})("WORDS");
