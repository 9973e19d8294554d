// The payment form's one script. Everything works without it; it only saves the shopper work.
(function () {
  "use strict";
  const form = document.getElementById("card");
  const field = (name) => form.elements[name];
  // With a kept card the code alone is typed; its brand stands in the form.
  const number = field("card_number"), expiry = field("card_expiry"), code = field("card_code");
  const button = document.getElementById("pay"), label = button.querySelector("span"), act = label.textContent;
  const status = document.getElementById("status"), summary = document.getElementById("summary");
  const digits = (text) => text.normalize("NFKC").replace(/\D/g, "");

  // Issuer ranges: only for drawing and grouping; the server decides.
  const brandOf = (d) =>
    /^4/.test(d) ? "visa" : /^(5[1-5]|2[2-7])/.test(d) ? "mastercard" : /^35/.test(d) ? "jcb" : /^3[47]/.test(d) ? "amex" :
    /^3(0[0-59]|[689])/.test(d) ? "diners" : /^6(011|4[4-9]|5)/.test(d) ? "discover" : "";
  const groups = (d) => (/^3[0-9]/.test(d) && !/^35/.test(d) ? /^(.{1,4})(.{1,6})?(.+)?/ : /^(.{1,4})(.{1,4})?(.{1,4})?(.{1,4})?(.+)?/)
    .exec(d)?.slice(1).filter(Boolean).join(" ") ?? "";

  function showBrand() {
    if (number) form.dataset.brand = brandOf(digits(number.value));
  }

  // Keeps the caret after the same digit. Never while an input method is composing.
  function typedNumber(event) {
    if (event.isComposing) return;
    const before = digits(number.value.slice(0, number.selectionStart)).length;
    const grouped = groups(digits(number.value).slice(0, 19));
    if (grouped !== number.value) {
      let at = 0;
      for (let seen = 0; seen < before && at < grouped.length; at++) if (grouped[at] !== " ") seen++;
      number.value = grouped;
      number.setSelectionRange(at, at);
    }
    showBrand();
  }

  // 8 → 08/, 0829 → 08/29, 08/2029 → 08/29 when the field is left.
  function typedExpiry(event) {
    if (event.isComposing || /^delete/.test(event.inputType || "")) return;
    if (expiry.selectionStart !== expiry.value.length) return;
    let d = digits(expiry.value).slice(0, 6);
    if (/^[2-9]/.test(d) || /^1\s*\//.test(expiry.value)) d = "0" + d;
    if (d.length >= 2) expiry.value = d.slice(0, 2) + "/" + d.slice(2);
  }
  function leftExpiry() {
    const long = /^(\d\d)\/?20(\d\d)$/.exec(expiry.value.normalize("NFKC").replace(/\s/g, ""));
    if (long) expiry.value = long[1] + "/" + long[2];
  }

  if (number) {
    for (const [input, typed] of [[number, typedNumber], [expiry, typedExpiry]]) {
      input.addEventListener("input", typed);
      input.addEventListener("compositionend", typed);
    }
    expiry.addEventListener("change", leftExpiry);
  }

  // ISO/IEC 7812-1, annex B.
  function checks(d) {
    let sum = 0;
    for (let i = 0; i < d.length; i++) {
      const n = +d[d.length - 1 - i] * (i % 2 ? 2 : 1);
      sum += n > 9 ? n - 9 : n;
    }
    return sum % 10 === 0;
  }

  // What is wrong with a field, in the words the server would use. Dates are left to it: this clock may be wrong.
  function problem(input) {
    const d = digits(input.value), said = input.dataset;
    if (input.type === "checkbox") return input.checked ? "" : said.missing;
    if (!input.value.trim()) return said.missing;
    if (input === number) return d.length < 12 || d.length > 19 ? said.length : checks(d) ? "" : said.check;
    if (input === expiry) return /^(0?[1-9]|1[0-2])\/?(20)?\d\d$/.test(input.value.normalize("NFKC").replace(/\s/g, "")) ? "" : said.length;
    if (input === code) return d.length === (form.dataset.brand === "amex" ? 4 : 3) ? "" : said.length;
    return "";
  }

  function mark(input, text) {
    const what = document.getElementById(input.id + "-what");
    what.hidden = !text;
    what.querySelector(".say").textContent = text || "";
    input.closest(".field").classList.toggle("wrong", !!text);
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  const asked = [...form.querySelectorAll("[data-missing]")];
  for (const input of asked) {
    // What is mended is unmarked while it is typed, not when it is left: the page would move under the press of a button.
    input.addEventListener("input", () => { if (input.hasAttribute("aria-invalid") && !problem(input)) mark(input, ""); });
    input.addEventListener("blur", () => { if (input.hasAttribute("aria-invalid")) mark(input, problem(input)); });
  }

  function findProblems() {
    const found = asked.map((input) => [input, problem(input)]);
    for (const [input, text] of found) mark(input, text);
    const wrong = found.filter(([, text]) => text);
    summary.querySelector("ul").replaceChildren(...wrong.map(([input, text]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = "#" + input.id;
      link.textContent = text;
      item.append(link);
      return item;
    }));
    summary.hidden = !wrong.length;
    const retype = document.getElementById("retype");
    if (retype) retype.remove();
    if (wrong.length) summary.focus();
    return wrong.length > 0;
  }
  summary.addEventListener("click", (event) => {
    const id = event.target.hash;
    if (id) { event.preventDefault(); document.getElementById(id.slice(1)).focus(); }
  });

  function busy(on) {
    form.toggleAttribute("data-busy", on);
    button.setAttribute("aria-disabled", String(on));
    label.textContent = on ? button.dataset.busy : act;
    status.textContent = on ? status.dataset.busy : "";
  }

  form.addEventListener("submit", (event) => {
    if (form.hasAttribute("data-busy") || findProblems()) return event.preventDefault();
    if (field("browser_language")) {
      field("browser_language").value = navigator.language;
      field("browser_color_depth").value = screen.colorDepth;
      field("browser_screen_width").value = screen.width;
      field("browser_screen_height").value = screen.height;
      field("browser_tz_offset").value = new Date().getTimezoneOffset();
    }
    busy(true);
  });
  // A browser may keep this page for its back button: not with the card on it, and never as the order stood then.
  addEventListener("pagehide", () => { for (const input of [number, expiry, code]) if (input) input.value = ""; });
  addEventListener("pageshow", (event) => {
    if (event.persisted) return location.reload();
    busy(false);
    showBrand();
  });
})();
