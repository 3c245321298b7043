// Live: what this document watches, and how the connection is. hx-ws opens the socket and opens it again.
//
// Elements carry data-watch="topic". After every swap the set of topics in the document is compared with what the server
// was told last, so that it never sends what has nowhere to go. After a reconnect it is told everything anew, with the
// number of the last line of each log, and answers with what was missed; only then is the connection "live" again.
//
// Where no socket comes through, the same is asked by POST every few seconds; from time to time a socket is tried again.
(() => {
  const PATIENCE = 1500, LONG = 30000; // milliseconds until "reconnecting" is shown, and until it is called "offline"
  const TRIES = 3; // sockets in a row that told us nothing, before we ask
  const HANGING = 10000; // milliseconds after which one that neither opens nor fails counts for all three
  const PAUSE = 3000, PAUSE_HIDDEN = 5000, AGAIN = 60000; // milliseconds between polls, and until the next try of a socket
  const SOON = 500, ANSWER = 15000; // milliseconds to the next of what could not be used, and those that a poll may take
  const LOGS = { conversation: "log", chat: "log", transcript: "transcript" };
  const BLOCKED = "rapport:no-socket"; // so that the next page does not wait for what did not come to this one

  let socket = null, told = "", lostAt = 0, timers = [];
  let failures = 0, retry, polling = false, next, asked, answered = false, seen = "", changes = 0;

  const bar = () => document.getElementById("connection");
  const live = () => document.getElementById("live");
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

  const names = (watch) => Object.keys(watch).sort().join(" ");

  function tell(anew) {
    if (socket?.readyState !== WebSocket.OPEN) return;
    const watch = topics();
    if (!anew && names(watch) === told) return;
    told = names(watch);
    socket.send(JSON.stringify({ watch }));
  }

  function lost() {
    document.body.dataset.live = "false";
    if (lostAt) return;
    lostAt = Date.now();
    timers = [
      setTimeout(() => show(navigator.onLine ? "reconnecting" : "offline"), PATIENCE),
      setTimeout(poll, HANGING),
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
  document.addEventListener("htmx:ws:before:connection", (event) => {
    if (retry) return event.preventDefault(); // hx-ws would try on; ours comes later
    if (!answered) lost();
    if (remembered()) poll();
  });
  document.addEventListener("htmx:ws:after:connection", (event) => {
    socket = event.detail.connection.socket;
    tell(true);
  });
  document.addEventListener("htmx:ws:after:message:incoming", () => {
    failures = 0;
    if (polling) remember(false);
    stopPolling();
    if (lostAt) caughtUp();
  });
  document.addEventListener("htmx:ws:close", (event) => {
    if (event.detail.code === 4401) return location.reload(); // signed out elsewhere
    if (event.detail.reason === "closed") failed();
  });
  document.addEventListener("htmx:ws:error", (event) => {
    // Where the browser refuses to make one, hx-ws does not try again.
    if (event.detail.connection?.socket) return answered || lost();
    failed();
    tryAgainIn(failures < TRIES ? SOON : PAUSE);
  });

  function failed() {
    if (++failures >= TRIES || remembered()) poll();
    // Only when polls are answered is it the socket that is missing, and not the server.
    answered ? tryAgainIn(AGAIN) : lost();
  }

  function tryAgainIn(pause) {
    retry ??= setTimeout(() => {
      retry = undefined;
      const old = live(), fresh = old?.cloneNode();
      if (!old) return;
      fresh.removeAttribute("data-htmx-powered");
      old.replaceWith(fresh); // hx-ws keeps with an element that it has tried
      htmx.process(fresh);
    }, pause);
  }

  // Polling: the same command, the same parts in answer. What the last answers held is not sent again.
  function poll() {
    if (polling) return;
    polling = true;
    ask();
  }

  function stopPolling() {
    [next, retry].forEach(clearTimeout);
    const unheard = asked;
    polling = answered = false;
    asked = retry = undefined;
    seen = "";
    unheard?.abort();
  }

  async function ask() {
    if (!live()) return stopPolling();
    const mine = asked = new AbortController(), tooLong = setTimeout(() => mine.abort(), ANSWER);
    let pause = document.hidden ? PAUSE_HIDDEN : PAUSE;
    try {
      const watch = topics(), before = changes;
      const answer = await fetch(live().getAttribute("hx-ws:connect").replace("/live", "/live/poll"), {
        method: "POST", body: JSON.stringify({ watch }), headers: headers(), signal: mine.signal,
      });
      const parts = await answer.text();
      if (asked !== mine) return; // a socket was faster
      const there = answer.headers.get("HX-Redirect");
      if (there) return location.assign(there);
      if (answer.status === 401) return location.reload();
      if (answer.status === 429) pause = 1000 * (answer.headers.get("Retry-After") || 5);
      else if (!answer.ok) missed();
      else if (changes !== before || names(topics()) !== names(watch)) pause = SOON; // drawn before what was done since
      else {
        if (parts) await put(parts);
        if (asked !== mine) return;
        came(changes === before ? answer.headers.get("X-Rapport-Seen") : "");
      }
    } catch {
      if (asked !== mine) return;
      missed();
    } finally {
      clearTimeout(tooLong);
    }
    asked = undefined;
    if (polling) next = setTimeout(ask, pause);
  }

  const headers = () => ({
    "Content-Type": "application/json", "HX-Request": "true", "HX-Current-URL": location.href, "X-Rapport-Seen": seen,
    ...JSON.parse(document.body.getAttribute("hx-headers:inherited")),
  });

  function put(parts) {
    const target = live(); // as hx-ws does with what a socket brings
    return htmx.swap({ sourceElement: target, target, swap: "none swapEmpty:false", text: parts, transition: false, polled: true });
  }

  function came(marks) {
    seen = marks ?? "";
    answered = true;
    if (failures >= TRIES) remember(true);
    if (lostAt) caughtUp();
  }

  function missed() {
    answered = false;
    lost();
  }

  function hurry() {
    tell(true);
    if (!polling || asked) return;
    clearTimeout(next);
    ask();
  }

  // What an answer to somebody's own doing has put into the document may be older than what a poll has.
  function changed() {
    changes++;
    seen = "";
  }
  document.addEventListener("htmx:before:request", changed);
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    if (!ctx.polled) changed();
    tell(false);
  });

  addEventListener("offline", () => { lost(); show("offline"); });
  // A socket that outlived the break says so by answering; one that did not is being opened again already.
  addEventListener("online", hurry);
  // Somebody who comes back to the tab sees at once what was missed.
  document.addEventListener("visibilitychange", () => !document.hidden && hurry());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
