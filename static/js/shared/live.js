// Live: what this document watches, and how the connection is.
//
// Elements carry data-watch="topic". After every swap the set of topics in the document is compared with what the server
// was told last, so that it never sends what has nowhere to go. After a reconnect it is told everything anew, with the
// number of the last line of each log, and answers with what was missed; only then is the connection "live" again.
//
// Where no socket comes through, the same is asked by POST every few seconds; from time to time a socket is tried again.
(() => {
  const PATIENCE = 1500, LONG = 30000; // milliseconds until "reconnecting" is shown, and until it is called "offline"
  const HANGING = 5000; // milliseconds without anything until we ask, and feel for the server
  const TRIES = 3; // sockets in a row that told us nothing, before we ask
  const AGAIN = 60000, SOON = 500; // milliseconds until a socket is tried again: beside polls, and once polls are answered
  const TOO_MANY = 1008, SIGNED_OUT = 4401; // what a server closes with
  const LOGS = { conversation: "log", chat: "log", transcript: "transcript" };
  const BLOCKED = "rapport:no-socket"; // so that the next page does not wait for what did not come to this one

  let told = "", lostAt = 0, timers = [], failures = 0;

  const bar = () => document.getElementById("connection");
  const remembered = () => { try { return sessionStorage.getItem(BLOCKED) === "yes"; } catch { return false; } };
  const remember = (yes) => { try { yes ? sessionStorage.setItem(BLOCKED, "yes") : sessionStorage.removeItem(BLOCKED); } catch {} };

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
      const log = LOGS[kind] && document.getElementById(`${LOGS[kind]}-${key}`);
      wanted[topic] = log ? window.lastSeen(log) : {};
      if (kind !== "conversation") delete wanted[topic].after_staff;
    }
    return wanted;
  }

  function tell(anew) {
    if (!socket.isOpen()) return;
    const watch = topics(), names = Object.keys(watch).sort().join(" ");
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
      setTimeout(poll.start, HANGING),
      setTimeout(() => show("offline"), LONG),
    ];
  }

  function caughtUp() {
    if (!lostAt) return;
    const wasShown = bar()?.dataset.state !== "live";
    timers.forEach(clearTimeout);
    lostAt = 0;
    document.body.dataset.live = "true";
    show("live");
    document.dispatchEvent(new CustomEvent("rapport:caught-up"));
    if (wasShown) window.say(bar()?.dataset.textBack ?? "");
  }

  function closed(code, hint) {
    if (code === SIGNED_OUT) return location.reload();
    if (poll.works()) { // then it is the socket that is missing, and not the server
      remember(true);
      return socket.again(AGAIN);
    }
    lost();
    if (++failures >= TRIES || code === TOO_MANY || remembered()) poll.start();
    code === TOO_MANY ? socket.again(AGAIN) : socket.again(hint);
  }

  const socket = window.oneSocket({
    opened: () => tell(true),
    heard: () => {
      failures = 0;
      if (poll.isOn()) remember(false);
      poll.stop();
      caughtUp();
    },
    closed,
  });

  const poll = window.polling({
    topics,
    answered: (first) => {
      if (first && !remembered()) socket.retry(SOON);
      caughtUp();
    },
    missed: lost,
    // Who we were is over: a fresh page knows who we are now. If that one was refused as well, it is of no use to go on.
    refused: () => {
      socket.stop();
      lost();
      timers.forEach(clearTimeout);
      show("offline");
      if (performance.getEntriesByType("navigation")[0]?.type !== "reload") location.reload();
    },
  });

  // Until the server has answered once, this document is behind. A widget without a chat has no socket to wait for.
  document.addEventListener("htmx:ws:before:connection", () => {
    if (!poll.works()) lost();
    if (remembered()) poll.start();
  });
  document.addEventListener("htmx:after:swap", () => tell(false));

  // Only over a socket: whoever polls would say it when it is over.
  document.addEventListener("rapport:typing", ({ detail }) => socket.send(JSON.stringify({ typing: detail })));

  function hurry() {
    socket.hurry();
    poll.hurry();
  }
  document.addEventListener("rapport:doubt", () => socket.ask()); // something was not answered
  addEventListener("offline", () => { lost(); show("offline"); });
  for (const back of ["online", "focus"]) addEventListener(back, hurry);
  for (const back of ["visibilitychange", "resume"]) document.addEventListener(back, () => !document.hidden && hurry());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
