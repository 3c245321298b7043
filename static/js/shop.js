// The demo shop's own script, as a retailer would write it: who is signed in, and signing out.
(() => {
  const { token } = document.currentScript.dataset;
  const me = document.getElementById("me"), out = me.querySelector("a");
  window.Rapport ??= Object.assign((...command) => window.Rapport.q.push(command), { q: [] });

  window.Rapport("identify", async () => {
    const answer = await fetch(token);
    if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
    return answer.text();
  });

  out.addEventListener("click", (event) => {
    event.preventDefault();
    window.Rapport("reset");
    me.remove();
    for (const link of document.links) link.href = out.href;
    history.replaceState(null, "", out.href);
  });
})();
