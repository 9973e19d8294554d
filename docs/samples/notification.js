// Checks that a notification came from Kessai. Give it the headers and the body exactly as they came, before anything reads them.
"use strict";
const crypto = require("node:crypto");

// What stands before the 32 bytes of an Ed25519 key in the form that Node reads (RFC 8410).
const ED25519 = Buffer.from("302a300506032b6570032100", "hex");

// body: a Buffer. keys: what the console shows for this endpoint: whsec_… (shared secret) or whpk_… (public key).
function isGenuine(id, timestamp, signatures, body, keys, now) {
  // An old notification that somebody recorded is not believed.
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > 300) return false;
  const message = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  let genuine = false;
  for (const signature of signatures.split(" ")) {
    const [version, text = ""] = signature.split(",", 2);
    const given = Buffer.from(text, "base64");
    for (const key of keys) {
      const [kind, secret] = [key.slice(0, key.indexOf("_")), Buffer.from(key.slice(key.indexOf("_") + 1), "base64")];
      if (version === "v1" && kind === "whsec") {
        const expected = crypto.createHmac("sha256", secret).update(message).digest();
        genuine = (given.length === expected.length && crypto.timingSafeEqual(given, expected)) || genuine;
      }
      if (version === "v1a" && kind === "whpk" && given.length === 64) {
        const publicKey = crypto.createPublicKey({ key: Buffer.concat([ED25519, secret]), format: "der", type: "spki" });
        genuine = crypto.verify(null, message, publicKey, given) || genuine;
      }
    }
  }
  return genuine;
}

module.exports = { isGenuine };
