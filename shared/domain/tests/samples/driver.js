// Calls a sample for tests/samples.rs: a command a line, its arguments in hex between tabs, an answer a line.
"use strict";
const path = require("node:path");
const kessai = require(path.join(process.argv[2], "kessai.js"));

function pairs(list) {
  return Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1]]] : [])));
}

function answer(command, list) {
  if (command === "key") return kessai.cardOnFileKey(...list);
  if (command === "sign") return kessai.sign("request", kessai.canonicalForm(kessai.toBytes(pairs(list))));
  if (command === "request") {
    const [proof, way, now, ...rest] = list;
    const proven = proof === "sig" ? kessai.withSig(pairs(rest), Number(now)) : kessai.withKey(pairs(rest), Number(now));
    return way === "link" ? kessai.link(proven) : kessai.form(proven, "Pay <now>");
  }
  const [raw, address, now, amount] = list;
  const fields = kessai.handover(raw, address, Number(now));
  return [kessai.isPaid(fields, Number(amount)), ...Object.entries(fields).map((pair) => pair.join("="))].join(" ");
}

const lines = require("node:fs").readFileSync(0, "utf8").split("\n").slice(0, -1);
for (const line of lines) {
  const [command, ...list] = line.split("\t");
  let told;
  try {
    told = answer(command, list.map((argument) => Buffer.from(argument, "hex").toString()));
  } catch {
    told = "refused";
  }
  console.log(Buffer.from(told).toString("hex"));
}
