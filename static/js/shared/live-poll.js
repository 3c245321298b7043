// Asking by POST what a socket would tell, where none comes through: the same command, the same parts in answer.
//
// What the last answer held is not sent again. One request at a time.
window.polling = ({ topics, answered, missed, refused }) => {
  const PAUSE = 3000, PAUSE_HIDDEN = 5000; // milliseconds between polls
  const SOON = 500; // milliseconds to the next after one whose answer could not be used
  const SLOW = 15000; // milliseconds that a poll may take where they work
  // While nobody answers they feel for the server: a short one, and a pause that is not everybody's.
  const PROBE = 2500, FEEL = () => 1000 + 1500 * Math.random(); // milliseconds

  let on = false, works = false, next, asked, seen = "", changes = 0;

  const live = () => document.getElementById("live");
  const names = (watch) => Object.keys(watch).sort().join(" ");

  function start() {
    if (on) return;
    on = true;
    ask();
  }

  function stop() {
    clearTimeout(next);
    const unheard = asked;
    on = works = false;
    asked = undefined;
    seen = "";
    unheard?.abort();
  }

  async function ask() {
    if (!live()) return stop();
    const mine = asked = new AbortController(), tooLong = setTimeout(() => mine.abort(), works ? SLOW : PROBE);
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
      if (answer.status === 401 || answer.status === 403) return stop(), refused(answer.status);
      if (answer.status === 429) pause = 1000 * (answer.headers.get("Retry-After") || 5);
      else if (!answer.ok) miss(), (pause = FEEL());
      else if (changes !== before || names(topics()) !== names(watch)) pause = SOON; // drawn before what was done since
      else {
        if (parts) await put(parts);
        if (asked !== mine) return;
        seen = (changes === before && answer.headers.get("X-Rapport-Seen")) || "";
        const first = !works;
        works = true;
        answered(first);
      }
    } catch {
      if (asked !== mine) return;
      miss();
      pause = mine.signal.aborted ? SOON : FEEL(); // what was aborted has taken its time already
    } finally {
      clearTimeout(tooLong);
    }
    asked = undefined;
    if (on) next = setTimeout(ask, pause);
  }

  const headers = () => ({
    "Content-Type": "application/json", "HX-Request": "true", "HX-Current-URL": location.href, "X-Rapport-Seen": seen,
    ...JSON.parse(document.body.getAttribute("hx-headers:inherited")),
  });

  function put(parts) {
    const target = live(); // as hx-ws does with what a socket brings
    return htmx.swap({ sourceElement: target, target, swap: "none swapEmpty:false", text: parts, transition: false, polled: true });
  }

  function miss() {
    works = false;
    missed();
  }

  function hurry() {
    if (!on || asked) return;
    clearTimeout(next);
    ask();
  }

  // What an answer to somebody's own doing has put into the document may be older than what a poll has.
  function changed() {
    changes++;
    seen = "";
  }
  document.addEventListener("htmx:before:request", changed);
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => !ctx.polled && changed());

  return { start, stop, hurry, isOn: () => on, works: () => works };
};
