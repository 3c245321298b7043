// What is written and not sent yet is kept on this device: a tab may go at any moment, and its text with it.
//
// An entry for each draft and for each message that waits, so that two tabs never overwrite each other's. An entry names
// whose it is, lives for a day at most, and goes when somebody signs out of a shared device. A frame may be refused storage
// (Chromium does, where third-party cookies are blocked and storage is not partitioned): then it lives as long as the page.
(() => {
  const DAY = 24 * 60 * 60 * 1000; // milliseconds
  const OURS = /^(draft|outbox):/;
  const memory = new Map();

  const stored = (use, instead) => { try { return use(localStorage); } catch { return instead(memory); } };
  const names = () => [...memory.keys(), ...stored((storage) => Object.keys(storage), () => [])].filter((name) => OURS.test(name));
  const read = (name) => memory.get(name) ?? stored((storage) => storage.getItem(name), () => null);

  function get(name) {
    const text = read(name), entry = text && JSON.parse(text);
    if (entry && Date.now() - entry.at < DAY) return entry;
    if (entry) remove(name);
    return null;
  }

  function set(name, text, at = Date.now()) {
    const entry = JSON.stringify({ text, at });
    stored((storage) => storage.setItem(name, entry), () => memory.set(name, entry));
  }

  function remove(name) {
    memory.delete(name);
    stored((storage) => storage.removeItem(name), () => {});
  }

  // What waits to be sent, the oldest first.
  function waiting(prefix) {
    const found = names().filter((name) => name.startsWith(prefix)).map((name) => ({ id: name.slice(prefix.length), ...get(name) }));
    return found.filter(({ at }) => at).sort((one, other) => one.at - other.at);
  }

  window.drafts = { get, set, remove, waiting };
  window.forgetDrafts = () => names().forEach(remove);
  document.addEventListener("submit", (event) => event.target.closest("[data-signs-out]") && window.forgetDrafts());
  names().forEach(get); // what is too old goes
})();
