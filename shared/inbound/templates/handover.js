// At once, before the page has loaded: the browser then replaces this page in its history, and "back" is no trap.
// A field may be called "submit" and would hide the form's own method.
HTMLFormElement.prototype.submit.call(document.getElementById("handover"));
