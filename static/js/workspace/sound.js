// One soft sound, for those who switched it on for this device: when a chat begins to wait, and when a customer writes in a
// chat of theirs that they do not have before them.
(() => {
  const NAME = "rapport:sound", PLAYED = "rapport:sounded"; // the latter so that of many tabs one is heard
  const BURST = 3000, LATE = 1000; // milliseconds in which it is heard once, and after which it had better not be
  let audio, waiting, newest, heard;

  const get = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const set = (name, value) => { try { localStorage.setItem(name, value); } catch {} };
  const on = () => get(NAME) === "on";
  const open = () => location.pathname.match(/^\/conversations\/([^/]+)/)?.[1];

  // A browser lets nothing be heard from a document in which nobody has pressed anything yet.
  async function wake() {
    audio ??= new AudioContext();
    if (audio.state !== "running") await audio.resume();
  }

  async function play() {
    const asked = Date.now();
    await wake();
    const now = Date.now(), ago = now - (get(PLAYED) ?? 0);
    if (now - asked > LATE || (ago >= 0 && ago < BURST)) return;
    set(PLAYED, now);
    ring();
  }

  function ring() {
    const [voice, loudness, start] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
    voice.frequency.setValueAtTime(660, start);
    voice.frequency.setValueAtTime(880, start + 0.12);
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(0.12, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    voice.connect(loudness).connect(audio.destination);
    voice.start(start);
    voice.stop(start + 0.5);
  }

  // The count in the rail says when the newest chat came, and when the customers wrote to whom nobody has replied.
  function listen() {
    const count = document.getElementById("waiting-all");
    if (!count) return;
    const wrote = count.dataset.unanswered.split(" ").filter(Boolean).map((pair) => pair.split(":"));
    const latest = Math.max(0, ...wrote.map(([, at]) => +at));
    const waits = +count.dataset.newest > newest || +count.dataset.count > waiting; // more, when one was put back
    const writes = wrote.some(([chat, at]) => +at > heard && (document.hidden || chat !== open()));
    waiting = +count.dataset.count;
    newest = Math.max(newest ?? 0, +count.dataset.newest);
    heard = Math.max(heard ?? 0, latest);
    if ((waits || writes) && on()) play();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("[data-sound]")) box.checked = on();
    listen(); // what was there before is no news
  });
  document.addEventListener("htmx:after:swap", listen);

  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, () => on() && wake(), { once: true });

  // Turned on by hand, so that its hearer knows what to listen for.
  document.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-sound]")) return;
    set(NAME, event.target.checked ? "on" : "off");
    if (!event.target.checked) return;
    await wake();
    ring();
  });
})();
