// Looks again after a while, but not behind somebody's back: a page that nobody sees waits until it is seen.
const { refresh, address } = document.getElementById("main").dataset;
const look = () => {
  if (document.visibilityState === "visible") return location.replace(address);
  document.addEventListener("visibilitychange", look, { once: true });
};
setTimeout(look, refresh * 1000);
