// A button with data-copy takes the text of another element to the clipboard, and says so.
(() => {
  const SHOWN = 4000; // milliseconds that "Copied" stands on the button

  async function copy(source) {
    const text = source.value ?? source.textContent;
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Without TLS there is no clipboard: the text is selected, so that one key is left to press.
      getSelection().selectAllChildren(source);
      source.select?.();
      return false;
    }
  }

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-copy]");
    const source = button && document.getElementById(button.dataset.copy);
    if (!source) return;
    const said = (await copy(source)) ? button.dataset.textCopied : button.dataset.textFailed;
    const label = (button.dataset.label ??= button.textContent);
    button.textContent = said;
    window.say(said);
    setTimeout(() => { button.textContent = label; }, SHOWN);
  });
})();
