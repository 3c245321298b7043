// Shortcuts of one key. They are off while somebody types or a dialog is open, and each viewer can switch them off.
(() => {
  const NAME = "rapport:keys";
  const on = () => { try { return localStorage.getItem(NAME) !== "off"; } catch { return true; } };
  const dialog = () => document.getElementById("keys");

  // Into view as well: unlike a swap, this is somebody who asked to be taken there.
  function go(...selectors) {
    const place = selectors.map((selector) => document.querySelector(selector)).find((found) => found?.checkVisibility());
    if (!place) return false;
    if (!place.matches("a, button, input, select, textarea, [tabindex]")) place.tabIndex = -1;
    place.focus();
    return true;
  }

  function open(step) {
    const rows = [...document.querySelectorAll("[data-testid=conversation-row]")];
    const here = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const next = rows[here < 0 ? 0 : here + step];
    next?.querySelector("a.row__link").click();
    return !!next;
  }

  const KEYS = {
    j: () => open(1),
    k: () => open(-1),
    r: () => go("[data-testid=message-input]"),
    p: () => go("[data-testid=context-panel] h2"),
    d: () => go("[data-testid=conflict-banner] h3", "#conv-strip"),
    "/": () => go("input[type=search]"),
    "?": help,
  };

  function help() {
    dialog().querySelector("[data-keys-switch]").checked = on();
    dialog().showModal();
    return true;
  }

  const types = (target) => target.closest?.("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
    if (held || event.defaultPrevented || types(event.target) || document.querySelector("dialog[open], :popover-open")) return;
    if (on() && Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) event.preventDefault();
  });

  document.addEventListener("click", (event) => event.target.closest("[data-opens=keys]") && help());
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-keys-switch]")) return;
    try { localStorage.setItem(NAME, event.target.checked ? "on" : "off"); } catch {}
  });
})();
