// The message log: the htmx swap style "log" puts lines where their numbers say, each once.
//
// A line may come by three roads (the answer to sending it, a push, catching up), and in any order. Its DOM id tells
// whether it is there; its number in its lane tells where it belongs; its client id, which waiting bubble it replaces.
(() => {
  const FAR = 100; // pixels from the newest line within which the log follows it

  htmx.registerExtension("log", {
    handle_swap: (style, target, fragment) => {
      if (style !== "log") return false;
      const added = [];
      for (const line of [...fragment.querySelectorAll("li")]) if (take(target, line)) added.push(line);
      return added;
    },
  });

  function take(log, line) {
    const id = line.dataset.clientId;
    if (id) log.querySelector(`.is-pending[data-client-id="${CSS.escape(id)}"], .is-failed[data-client-id="${CSS.escape(id)}"]`)?.remove();
    if (document.getElementById(line.id)) return false;
    const after = place(log, line);
    after ? after.after(line) : log.prepend(line);
    separate(line);
    const words = line.dataset.say;
    if (words) {
      window.say(words, { log: true });
      log.dispatchEvent(new CustomEvent("rapport:heard", { bubbles: true }));
    }
    follow(log, line);
    return true;
  }

  // After the last line of its own lane with a smaller number; then behind what is already there.
  function place(log, line) {
    const lines = [...log.querySelectorAll("li[data-seq]")];
    const later = lines.find((other) => other.dataset.lane === line.dataset.lane && +other.dataset.seq > +line.dataset.seq);
    if (!later) return [...log.children].filter((other) => !other.matches(".is-pending, .is-failed")).at(-1);
    let before = later.previousElementSibling;
    if (before?.matches(".day") && before.dataset.day === later.dataset.day && before.dataset.day !== line.dataset.day) {
      before = before.previousElementSibling;
    }
    return before;
  }

  function separate(line) {
    let before = line.previousElementSibling;
    while (before && !before.dataset.day) before = before.previousElementSibling;
    if (before?.dataset.day === line.dataset.day) return;
    const day = document.createElement("li");
    day.className = "day";
    day.dataset.day = line.dataset.day;
    day.textContent = line.dataset.dayLabel;
    line.before(day);
  }

  // In a column-reverse scroller the newest line is at 0; whoever reads further up is not moved.
  function follow(log, line) {
    const scroller = log.parentElement;
    if (!scroller || (Math.abs(scroller.scrollTop) > FAR && !line.classList.contains("msg--me"))) return;
    scroller.scrollTop = 0;
  }

  // How far each lane has come without a gap. What one writes while the socket is down is answered with its line, and that
  // may stand behind lines that have not come: to ask from there would be to miss them for good.
  window.lastSeen = (log) => {
    const last = (lane) => {
      let seq = 0;
      for (const line of log.querySelectorAll(`li[data-lane="${lane}"]`)) if (+line.dataset.seq === seq + 1) seq++;
      return seq;
    };
    return { after: last("public"), after_staff: last("staff") };
  };
})();
