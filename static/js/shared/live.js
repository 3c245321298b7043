// The socket: what this document watches, and how the connection is. hx-ws opens it and opens it again.
//
// Elements carry data-watch="topic". After every swap the set of topics in the document is compared with what the server
// was told last, so that it never sends what has nowhere to go. After a reconnect it is told everything anew, with the
// number of the last line of each log, and answers with what was missed; only then is the connection "live" again.
(() => {
  const PATIENCE = 1500, LONG = 30000; // milliseconds until "reconnecting" is shown, and until it is called "offline"
  let socket = null, told = "", lostAt = 0, timers = [];

  const bar = () => document.getElementById("connection");

  function show(state) {
    const element = bar();
    if (!element || element.dataset.state === state) return;
    element.dataset.state = state;
    const text = state === "live" ? "" : element.dataset[state === "offline" ? "textOffline" : "textReconnecting"];
    const words = element.querySelector("[data-connection-text]") ?? element;
    words.textContent = text ?? "";
  }

  function topics() {
    const wanted = {};
    for (const element of document.querySelectorAll("[data-watch]")) {
      const topic = element.dataset.watch;
      const [kind, key] = [topic.slice(0, topic.indexOf(":")), topic.slice(topic.indexOf(":") + 1)];
      const log = ["conversation", "chat"].includes(kind) && document.getElementById(`log-${key}`);
      wanted[topic] = log ? window.lastSeen(log) : {};
      if (kind === "chat") delete wanted[topic].after_staff;
    }
    return wanted;
  }

  function tell(anew) {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const watch = topics();
    const names = Object.keys(watch).sort().join(" ");
    if (!anew && names === told) return;
    told = names;
    socket.send(JSON.stringify({ watch }));
  }

  function lost() {
    document.body.dataset.live = "false";
    if (lostAt) return;
    lostAt = Date.now();
    timers = [
      setTimeout(() => show(navigator.onLine ? "reconnecting" : "offline"), PATIENCE),
      setTimeout(() => show("offline"), LONG),
    ];
  }

  function caughtUp() {
    const wasShown = bar()?.dataset.state !== "live";
    timers.forEach(clearTimeout);
    lostAt = 0;
    document.body.dataset.live = "true";
    show("live");
    document.dispatchEvent(new CustomEvent("rapport:caught-up"));
    if (wasShown) window.say(bar()?.dataset.textBack ?? "");
  }

  // Until the server has answered once, this document is behind. A widget without a chat has no socket to wait for.
  document.addEventListener("htmx:ws:before:connection", lost);
  document.addEventListener("htmx:ws:after:connection", (event) => {
    socket = event.detail.connection.socket;
    tell(true);
  });
  document.addEventListener("htmx:ws:after:message:incoming", () => lostAt && caughtUp());
  document.addEventListener("htmx:ws:close", (event) => {
    if (event.detail.code === 4401) return location.reload(); // signed out elsewhere
    if (event.detail.reason === "closed") lost();
  });
  document.addEventListener("htmx:ws:error", lost);
  document.addEventListener("htmx:after:swap", () => tell(false));
  addEventListener("offline", () => { lost(); show("offline"); });
  // A socket that outlived the break says so by answering; one that did not is being opened again already.
  addEventListener("online", () => tell(true));
  // Somebody who comes back to the tab sees at once what was missed.
  document.addEventListener("visibilitychange", () => !document.hidden && tell(true));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
