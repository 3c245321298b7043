// The one socket of this document: hx-ws opens it and swaps what it brings; here is decided when, and whether it is alive.
//
// A new attempt is a new element #live, and only after the old one's socket was let go: there are never two. A socket whose
// peer is gone without a word (a cut network, a laptop that slept) stays "open" for minutes; a browser does not see pings.
// So when nothing was heard for a while, or somebody has reason to doubt, the server is asked whether it is there.
window.oneSocket = ({ opened, heard, closed }) => {
  const SHORT = 500, LONG = 30000; // milliseconds: the longest first pause between attempts, and the longest of all
  const OPENS = 5000, FIRST = 10000; // milliseconds in which a socket must have opened, and then have told us something
  const SILENCE = 20000, LOOK = 1000; // milliseconds until the server is asked, and between looks
  const SLEPT = 4000; // milliseconds between two looks that say that the device has slept
  const QUICK = 2000, PATIENT = 7000; // milliseconds that it has to answer: when much speaks for a new start, and else
  const HERE = '{"here":true}'; // the question and its answer
  const HINT = / (\d{1,5})$/; // in the reason of a goodbye: after how many milliseconds the server wants us back

  let mine, socket, attempt = 0, timer, due = 0, lastHeard = 0, looked = Date.now(), begun = 0, hint;

  const isOpen = () => socket?.readyState === WebSocket.OPEN;

  function letGo() {
    const old = mine?.socket;
    mine = socket = undefined;
    due = 0;
    old?.close();
  }

  function end(code) {
    letGo();
    closed(code, hint);
  }

  function open() {
    const old = document.getElementById("live"), fresh = old?.cloneNode();
    stop();
    if (!old) return;
    fresh.removeAttribute("data-htmx-powered");
    old.replaceWith(fresh); // hx-ws keeps with an element that it has tried
    htmx.process(fresh);
  }

  // Full jitter: whom a fault has torn away at one instant, come back at many.
  function again(pause = Math.random() * Math.min(LONG, SHORT * 2 ** attempt++)) {
    timer ??= setTimeout(open, pause);
  }

  // Sooner than was meant, unless one is being tried.
  function retry(within) {
    if (mine) return;
    clearTimeout(timer);
    timer = undefined;
    again(Math.random() * within);
  }

  function stop() {
    clearTimeout(timer);
    timer = undefined;
    letGo();
  }

  function ask(within = PATIENT) {
    const until = Date.now() + within;
    if (!isOpen() || (due && due <= until)) return;
    socket.send(HERE);
    due = until;
    setTimeout(look, within + 1);
  }

  // The network may be back: what hangs since it was gone, or waits for its turn, is tried now.
  function hurry() {
    if (isOpen()) ask(QUICK);
    else if ((timer || mine) && Date.now() - begun > LOOK) open();
  }

  function look() {
    const now = Date.now(), slept = now - looked > SLEPT && !document.hidden; // a hidden tab's timers are slow by themselves
    looked = now;
    if (due && now > due) end(0);
    else if (slept) hurry();
    else if (isOpen() && now - lastHeard > SILENCE) ask();
  }
  setInterval(look, LOOK);

  document.addEventListener("htmx:ws:before:connection", ({ detail }) => {
    stop();
    mine = detail.connection;
    hint = undefined;
    begun = Date.now();
    due = begun + OPENS;
  });
  document.addEventListener("htmx:ws:after:connection", ({ detail }) => {
    if (detail.connection !== mine) return detail.connection.socket?.close();
    socket = mine.socket;
    lastHeard = Date.now();
    due = lastHeard + FIRST;
    socket.addEventListener("close", ({ reason }) => { const wanted = HINT.exec(reason); hint = wanted ? +wanted[1] : undefined; }, { capture: true }); // before hx-ws
    opened();
  });
  document.addEventListener("htmx:ws:before:message:incoming", (event) => {
    if (event.detail.connection !== mine) return event.preventDefault();
    lastHeard = Date.now();
    due = attempt = 0;
    if (event.detail.message.data === HERE) event.preventDefault();
  });
  document.addEventListener("htmx:ws:after:message:incoming", ({ detail }) => detail.connection === mine && heard());
  document.addEventListener("htmx:ws:close", ({ detail }) => {
    if (detail.connection !== mine) return;
    detail.reason === "closed" ? end(detail.code) : letGo();
  });
  document.addEventListener("htmx:ws:error", ({ detail }) => {
    if (mine && detail.connection === mine && !mine.socket) end(0); // the browser refuses to make one
  });

  return { isOpen, again, retry, stop, ask, hurry, send: (text) => isOpen() && socket.send(text) };
};
