// One announcer for screen readers. What is visible is not a live region; what should be heard carries data-say.
(() => {
  const MOST = 3; // more lines than these at once are counted, not read out
  let buffer = [], timer, flip = 0;

  window.say = (text, { log = false, now = false } = {}) => {
    if (now) return put("say-now", text);
    buffer.push({ text, log });
    clearTimeout(timer);
    timer = setTimeout(flush, matchMedia("(pointer: coarse)").matches ? 700 : 300);
  };

  function flush() {
    const lines = buffer.filter((item) => item.log), rest = buffer.filter((item) => !item.log);
    buffer = [];
    if (lines.length > MOST) {
      const many = document.getElementById("announcer")?.dataset.many ?? "";
      put("say-log", many.replace("{n}", lines.length));
    } else lines.forEach((item) => put("say-log", item.text, true));
    // Two regions by turns: the same words twice are spoken twice.
    if (rest.length) put(flip++ % 2 ? "say-a" : "say-b", [...new Set(rest.map((item) => item.text))].slice(-2).join(". "));
  }

  function put(id, text, append) {
    const region = document.getElementById(id);
    if (!region || !text) return;
    const line = document.createElement("p");
    line.textContent = text;
    append ? region.append(line) : region.replaceChildren(line);
    setTimeout(() => line.remove(), 4000);
  }

  // An element that comes with data-say is heard once; a morph that leaves the words as they were is not heard again.
  // Lines of a log are announced by the log itself, when they arrive.
  let heard = new Map();
  const present = () => new Map([...document.querySelectorAll("[data-say][id]:not(li)")].map((e) => [e.id, e.dataset.say]));
  document.addEventListener("DOMContentLoaded", () => { heard = present(); });
  document.addEventListener("htmx:after:swap", () => {
    const now = present();
    for (const [id, words] of now) if (heard.get(id) !== words) window.say(words);
    heard = now;
  });
})();
