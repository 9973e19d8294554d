// Reads lines of hex fields (id, time, signatures, body, keys, now) and answers yes or no to each.
"use strict";
const { isGenuine } = require(`${process.argv[2]}/notification.js`);
const lines = require("node:fs").readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
for (const line of lines) {
  const [id, time, signatures, body, keys, now] = line.split("\t").map((field) => Buffer.from(field, "hex"));
  const genuine = isGenuine(`${id}`, `${time}`, `${signatures}`, body, `${keys}`.split(" "), Number(`${now}`));
  console.log(genuine ? "yes" : "no");
}
