// Nothing of the console needs this: it saves a clerk's keystrokes.
(() => {
  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");
  const rows = () => [...document.querySelectorAll(".table tbody tr a")];
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = rows();
      const at = all.indexOf(document.activeElement);
      const next = all[at + (event.key === "ArrowDown" ? 1 : -1)] ?? (at < 0 ? all[0] : undefined);
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });
  const menu = document.querySelector(".menu");
  if (menu && matchMedia("(max-width: 899px)").matches) menu.removeAttribute("open");
  const { refresh, address } = document.getElementById("main").dataset;
  const look = () => {
    if (document.visibilityState === "visible") return location.replace(address);
    document.addEventListener("visibilitychange", look, { once: true });
  };
  if (refresh) setTimeout(look, refresh * 1000);
  const summary = document.querySelector(".summary");
  if (summary) summary.focus();
  const live = document.querySelector("[data-live]");
  if (live) {
    let shown = document.querySelector("iframe[name=live]");
    let frames = 0;
    let wait;
    const show = () => {
      // a frame of its own each time: the browser's history stays as it is, and what can't be shown leaves the one before
      for (const late of document.querySelectorAll("iframe[hidden]")) late.remove();
      // and a name of its own: browsers don't take a name away from a frame that has one
      const next = shown.cloneNode();
      next.name = live.formTarget = `live${(frames += 1)}`;
      next.hidden = true;
      shown.after(next);
      next.addEventListener("load", () => {
        if (next === shown) return; // a link in it was followed
        shown.remove();
        next.hidden = false;
        shown = next;
      });
      live.form.requestSubmit(live);
    };
    live.form.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(show, 400);
    });
    document.getElementById("live").hidden = false;
    show();
  }
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formTarget) return; // it leads to another window or frame: this page goes on
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
      addEventListener("pageshow", () => delete form.dataset.sent);
    });
  }
})();
